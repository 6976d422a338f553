"""Writes a database into a zip and reads it back, also on the other backend."""

from __future__ import annotations

from pathlib import Path

from core.db.engine import DatabaseServer


def dump(server: DatabaseServer, name: str, target: Path) -> None:
    """TEMP"""
    raise NotImplementedError


def restore(server: DatabaseServer, source: Path, name: str) -> None:
    """TEMP"""
    raise NotImplementedError


def load(server: DatabaseServer, name: str, source: Path, trusted: bool) -> None:
    """TEMP"""
    raise NotImplementedError
