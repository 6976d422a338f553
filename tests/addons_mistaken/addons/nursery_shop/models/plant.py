"""What the shop adds to plants."""

from __future__ import annotations

from addons.nursery.models.plant import Plant
from core import fields


class ShopPlant(Plant, extend=True):
    """A plant that can be bought."""

    shelf = fields.Char("Shelf", requird=True)  # mistake: misspelt option of a field
    # right: shelf = fields.Char("Shelf", required=True)
