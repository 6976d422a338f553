"""A site without databases, for tests of what needs none."""

from __future__ import annotations

from typing import Any

from core.errors import UnknownName
from core.http import site as room
from core.http.site import Site
from core.kernel.config import Settings


class NoServer:
    """A server that has databases in name only."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self._names = names

    def names(self) -> list[str]:
        return list(self._names)


class NoRegistries:
    """Registries that can be asked for names only."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.server = NoServer(names)

    def databases(self) -> list[str]:
        return self.server.names()

    def get(self, name: str) -> Any:
        raise UnknownName("There is no database {name}.", name=name)


def make_site(*names: str, **settings: Any) -> Site:
    """A site whose databases have these names and no content."""
    given = {"given_secret": "test", **settings}
    return room.make_site(Settings.from_env({}, **given), NoRegistries(names))  # type: ignore[arg-type]  # a stand-in
