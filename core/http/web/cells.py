"""The cells of a list, made column by column: what all rows of a column share is worked out once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from core.errors import AccessError
from core.http.web.pages.field import Choice, FieldView
from core.http.web.shown import Shower, widget_of
from core.orm import columnwise
from core.orm.edge import link_names
from core.view.modifiers import NEVER

if TYPE_CHECKING:
    from core.orm.env import Env
    from core.orm.model import Model
    from core.view.nodes import FieldNode

_TONES = {
    "danger": "danger", "warning": "warning", "success": "success", "info": "info", "muted": "muted", "primary": "info",
}  # fmt: skip
_TEXTS = frozenset(["char", "text", "email", "phone"])
_LINKS = frozenset(["many2one", "person"])


def column(
    shower: Shower, field: Any, node: FieldNode, records: Model, names: Sequence[Mapping[str, Any]]
) -> list[FieldView]:
    """The cells of one column.

    Args:
        field: the bound field.
        names: for each record what conditions may name; empty mappings where the list has none.
    """
    label = shower.label(field, node)
    cells = _at_once(shower, field, node, label, records)
    if cells is None:
        cells = [_alone(shower, field, node, label, record) for record in records]
    hidden = node.modifiers.invisible
    if hidden is not NEVER:
        cells = [
            FieldView(node.name, "", "char") if one and hidden.holds(one) else cell
            for cell, one in zip(cells, names, strict=True)
        ]
    if node.decorations:
        tones = [look(node.decorations, one)[0] for one in names]
        cells = [cell.using(tone=tone) if tone else cell for cell, tone in zip(cells, tones, strict=True)]
    return cells


def look(decorations: Sequence[Any], names: Mapping[str, Any]) -> tuple[str, bool]:
    """The tone of a row or cell, and whether it is strong."""
    tone, strong = "", False
    for decoration in decorations:
        if decoration.when.holds(names):
            if decoration.kind in ("bf", "it"):
                strong = strong or decoration.kind == "bf"
            else:
                tone = tone or _TONES.get(decoration.kind, "")
    return tone, strong


def _at_once(shower: Shower, field: Any, node: FieldNode, label: str, records: Model) -> list[FieldView] | None:
    """The cells of a text, a link or tags; None for other kinds, and where the reader may not see the field."""
    widget = widget_of(field, node.widget)
    name = field.name
    if not shower.env.field_open(field):
        return None
    if field.type in ("char", "text") and widget in _TEXTS:
        texts = [str(text or "") for text in columnwise.edges(records, field)]
        views = {text: FieldView(name, label, widget, text=text) for text in set(texts)}
        return [views[text] for text in texts]
    if field.type == "many2one" and widget in _LINKS and not field.mapped:
        ids = columnwise.raws(records, field)
        called = link_names(shower.env, field.comodel, {number for number in ids if number})
        base = f"/web/{field.comodel}/"
        none = FieldView(name, label, widget)
        links = {
            number: FieldView(name, label, widget, text=title, raw=str(number), url=f"{base}{number}")
            for number, title in called.items()
        }
        return [links.get(number, none) for number in ids]
    if field.type == "many2many" and widget == "tags":
        tags = _tags(shower.env, field, records)
        drawn = {one: FieldView(name, label, widget, choices=one) for one in set(tags)}
        return [drawn[one] for one in tags]
    return None


def _tags(env: Env, field: Any, records: Model) -> list[tuple[Choice, ...]]:  # Any: a many2many
    """The tags of each record, as `Shower.tags` has them."""
    links: list[list[int]] = columnwise.edges(records, field)
    ids = {number for found in links for number in found}
    if not ids:
        return [()] * len(links)
    info = env.registry[field.comodel]
    colour = info.fields.get("color")
    coloured = (colour,) if colour is not None and env.field_open(colour) else ()
    tags = env[field.comodel].browse(sorted(ids))
    try:
        seen = columnwise.visible(tags, (*columnwise.title_columns(info), *coloured))
    except AccessError:
        seen = tags.browse()
    called = dict(zip(seen.ids, columnwise.titles(seen), strict=True))
    hues = {number: number % 11 + 1 for number in ids}
    for one in coloured:
        chosen = zip(seen.ids, columnwise.raws(seen, one), strict=True)
        hues |= {number: int(hue) % 12 for number, hue in chosen if hue}
    made = {number: Choice(str(number), called.get(number, ""), True, hue=hues[number]) for number in ids}
    return [tuple(made[number] for number in found) for found in links]


def _alone(shower: Shower, field: Any, node: FieldNode, label: str, record: Model) -> FieldView:
    try:
        return shower.view(field, record, node, label)
    except AccessError:
        return FieldView(node.name, "", "char")
