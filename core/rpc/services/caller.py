"""Who calls a service, and through which server."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.http.site import Site


@dataclass(frozen=True, slots=True)
class Caller:
    """The other end of a call.

    Attributes:
        site: the server.
        address: the caller's network address.
        number: names the request in the log.
    """

    site: Site
    address: str
    number: str
