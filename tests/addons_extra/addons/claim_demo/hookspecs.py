"""What other addons may answer to in claim_demo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core import hookspec

if TYPE_CHECKING:
    from addons.claim_demo.models.claim import Claim


@hookspec
def claim_closed(claims: Claim) -> str:
    """Claims have just been closed; what is answered is added to their resolution."""
    raise NotImplementedError
