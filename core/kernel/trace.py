"""A switch that prints what happens inside: `GRIAL_TRACE=sql,hooks,compute`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import Literal, get_args

from core.errors import UnknownName

TraceKind = Literal["sql", "hooks", "compute", "access"]
KINDS: frozenset[str] = frozenset(get_args(TraceKind))

_on: frozenset[str] = frozenset()


def parse_kinds(text: str) -> frozenset[str]:
    """The kinds in a comma-separated list; `all` stands for every kind.

    Raises UnknownName for a kind that does not exist.
    """
    wanted = {part.strip() for part in text.split(",")} - {""}
    if "all" in wanted:
        return KINDS
    for kind in sorted(wanted - KINDS):
        raise UnknownName("There is no trace called {name}; known are {known}.", name=kind, known=sorted(KINDS))
    return frozenset(wanted)


def configure(kinds: Iterable[str]) -> None:
    """Print the given kinds from now on, and no others."""
    global _on
    _on = frozenset(kinds)


def enabled(kind: TraceKind) -> bool:
    """Whether this kind is printed. Ask before you build a costly text."""
    return kind in _on


def trace(kind: TraceKind, text: str) -> None:
    """Print one line to the error stream, when its kind is on."""
    if kind in _on:
        sys.stderr.write(f"[{kind}] {text}\n")


configure({kind.strip() for kind in os.environ.get("GRIAL_TRACE", "").split(",")} & KINDS)
