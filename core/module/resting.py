"""Lets a database rest and wakes it, from outside of it: for the command line and the database manager."""

from __future__ import annotations

from core.db import resting
from core.db.engine import begin
from core.errors import UnknownName
from core.module.registries import Registries


def rest(registries: Registries, name: str) -> None:
    """Let a database rest: no scheduled job runs, nothing is sent, and the jobs that it has are cancelled.

    Raises UnknownName when there is none of this name.
    """
    _check_known(registries, name)
    with begin(registries.server.engine(name), write=True) as connection:
        resting.rest(connection)


def rests(registries: Registries, name: str) -> bool:
    """Does a database rest? Raises UnknownName when there is none of this name."""
    _check_known(registries, name)
    with begin(registries.server.engine(name), write=False) as connection:
        return resting.is_resting(connection)


def wake(registries: Registries, name: str) -> bool:
    """End the rest of a database; False when it was awake. Raises UnknownName when there is none of this name."""
    _check_known(registries, name)
    with begin(registries.server.engine(name), write=True) as connection:
        return resting.wake(connection)


def _check_known(registries: Registries, name: str) -> None:
    if not registries.server.exists(name):
        raise UnknownName("There is no database {name}.", name=name, known=registries.server.names())
