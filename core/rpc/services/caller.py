"""Who calls a service, and through which server."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.http.request import Request
    from core.http.site import Site
    from core.orm.registry import Registry


@dataclass(frozen=True, slots=True)
class Caller:
    """The other end of a call."""

    request: Request

    @property
    def site(self) -> Site:
        """The server."""
        return self.request.site

    @property
    def address(self) -> str:
        """The caller's network address."""
        return self.request.peer.address

    def reads(self, registry: Registry, context: dict[str, Any]) -> None:
        """Tell refusals in the language of the call's context, with the texts of this database."""
        self.request.registry = registry
        lang = context.get("lang")
        if isinstance(lang, str):
            self.request.lang = lang
