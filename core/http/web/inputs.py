"""The fields of a form as inputs: what stands in them, what may be chosen, which other fields they need to know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from core.http.web.choosing import domain_of, domain_source, needed
from core.http.web.pages.field import Choice, FieldView
from core.http.web.plain_html import as_text
from core.http.web.query import link
from core.http.web.shown import NUMBERS, Shower, has_content, stars, widget_of
from core.kernel import formats
from core.orm.edge import value_of
from core.view import nodes

if TYPE_CHECKING:
    from core.orm.env import Env
    from core.orm.model import Model

MOST_CHOICES = 200


@dataclass
class State:
    """What a form remembers from one answer to the next, besides its values.

    Attributes:
        errors, typed, choices: by the name of an input, why it was refused, what was typed, what it may mean.
        tabs: by notebook, the page that is seen.
        opened: lines whose form is open (`line_ids.2`).
        removed: by field, the ids of lines that saving will remove.
        focus: the input that gets the cursor.
        keys: by field, the places of lines in the names of their inputs.
    """

    errors: dict[str, str] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)
    choices: dict[str, tuple[Choice, ...]] = field(default_factory=dict)
    tabs: dict[str, str] = field(default_factory=dict)
    opened: set[str] = field(default_factory=set)
    removed: dict[str, list[int]] = field(default_factory=dict)
    focus: str = ""
    keys: dict[str, dict[int, str]] = field(default_factory=dict)

    def key(self, name: str, line: int) -> str:
        """The place of a line in the names of its inputs: the one it had, or the next that is free."""
        known = self.keys.setdefault(name, {})
        if line not in known:
            known[line] = str(1 + max((int(key) for key in known.values()), default=-1))
        return known[line]


@dataclass(frozen=True, slots=True)
class Place:
    """Where an input stands: the model and view of the form, and the line it is part of.

    Attributes:
        prefix: of the names of inputs, `line_ids.2.` inside a line.
        path: of the field for the server, `line_ids.` inside a line.
    """

    model: str
    view: int
    record: int = 0
    prefix: str = ""
    path: str = ""


class Inputs:
    """Makes inputs for one form."""

    def __init__(self, env: Env, state: State) -> None:
        self.env = env
        self.state = state
        self.shower = Shower(env)

    def view(
        self,
        bound: Any,
        record: Model,
        node: nodes.FieldNode,
        place: Place,
        values: Mapping[str, Any],
        *,
        required: bool,
        parent: Mapping[str, Any] | None = None,
    ) -> FieldView:
        """The field of a record, to write.

        Args:
            values, parent: of the record and of the one whose line it is, for domains.
            required: may it be left empty?
        """
        name = place.prefix + bound.name
        widget = widget_of(bound, "password" if node.password else node.widget)
        common: dict[str, Any] = {
            "name": name,
            "label": self.shower.label(bound, node),
            "widget": widget,
            "mode": "edit",
            "required": required,
            "help": node.help or (self.env.translate_term(bound.help, bound.addon) if bound.help else ""),
            "placeholder": node.placeholder,
            "error": self.state.errors.get(name, ""),
            "autofocus": self.state.focus == name,
            "size": int(getattr(bound, "size", 0) or 0),
        }
        make = getattr(self, f"_{bound.type}", None)
        special = make(bound, record, node, place, values, parent, widget) if make else {}
        text = self.state.typed.get(name)
        shown = {"text": text if text is not None else self.shower.typed(bound, record, widget), "raw": ""}
        return FieldView(**{**common, **shown, **special, **({"text": text} if text is not None else {})})

    def _selection(self, bound: Any, record: Model, *rest: Any) -> dict[str, Any]:
        value: Any = value_of(record, bound.name)
        options = self.shower.options(bound)
        listed = list(options.items())
        if rest[-1] == "priority":
            listed.sort(key=lambda pair: stars(list(options), pair[0]))
        choices = tuple(Choice(key, label, key == value) for key, label in listed)
        return {"choices": choices, "raw": str(value or ""), "text": ""}

    def _many2one(
        self,
        bound: Any,
        record: Model,
        node: nodes.FieldNode,
        place: Place,
        values: Mapping[str, Any],
        parent: Mapping[str, Any] | None,
        widget: str,
    ) -> dict[str, Any]:
        target: Any = value_of(record, bound.name)
        chosen = target.id if target else 0
        if widget in ("selection", "radio", "badge", "statusbar"):
            domain = domain_of(self.env, bound, node, values, parent)
            found = self.env[bound.comodel].search(domain, limit=MOST_CHOICES)
            pairs = found.name_get()
            if chosen and chosen not in found.ids:
                pairs.append((chosen, self.shower.name(target)))
            choices = tuple(Choice(str(key), label, key == chosen) for key, label in pairs)
            return {
                "choices": choices,
                "raw": str(chosen or ""),
                "widget": "selection" if widget != "radio" else "radio",
            }
        name = place.prefix + bound.name
        return {
            "raw": str(chosen) if chosen > 0 else "",
            "text": self.shower.name(target) if chosen else "",
            "url": f"/web/{bound.comodel}/{chosen}" if chosen > 0 else "",
            "choices": self.state.choices.get(name, ()),
            **self._source(bound, node, place),
        }

    def _many2many(self, bound: Any, record: Model, node: nodes.FieldNode, place: Place, *rest: Any) -> dict[str, Any]:
        if rest[-1] == "checks":
            return {"choices": self._checks(bound, record, node, rest[0], rest[1]), "text": ""}
        return {"choices": self.shower.tags(bound, record), "text": "", **self._source(bound, node, place)}

    def _checks(
        self,
        bound: Any,
        record: Model,
        node: nodes.FieldNode,
        values: Mapping[str, Any],
        parent: Mapping[str, Any] | None,
    ) -> tuple[Choice, ...]:
        """Every record as a box to tick, under the name of its category where it has one."""
        chosen = set(value_of(record, bound.name).ids)
        found: Any = self.env[bound.comodel].search(
            domain_of(self.env, bound, node, values, parent), limit=MOST_CHOICES
        )
        fields = found._info.fields
        grouped = "category_id" in fields
        note = next((name for name in ("comment", "help", "description") if name in fields), "")
        rows = [
            Choice(
                str(one.id),
                one.name if grouped and "name" in fields else one.display_name,
                one.id in chosen,
                url=str(getattr(one, note) or "") if note else "",
                hint=one.category_id.display_name if grouped and one.category_id else "",
            )
            for one in found
        ]
        return tuple(sorted(rows, key=lambda choice: choice.hint or "\uffff"))

    def _source(self, bound: Any, node: nodes.FieldNode, place: Place) -> dict[str, Any]:
        """Where an input searches, and the fields whose values it sends along."""
        own, parent = needed(domain_source(self.env, bound, node))
        source = link(
            f"/web/{place.model}/m2o",
            field=place.path + bound.name,
            view=place.view or "",
            id=place.record or "",
            prefix=place.prefix,
        )
        return {
            "source": source,
            "needs": (*(place.prefix + name for name in sorted(own)), *sorted(parent if place.prefix else ())),
        }

    def _reference(self, bound: Any, record: Model, *_rest: Any) -> dict[str, Any]:
        raw = self.shower.raw(bound, record)
        return {"widget": "char", "text": raw, "raw": raw}

    def _boolean(self, bound: Any, record: Model, *_rest: Any) -> dict[str, Any]:
        return {"raw": self.shower.raw(bound, record), "text": ""}

    def _date(self, bound: Any, record: Model, *_rest: Any) -> dict[str, Any]:
        return {
            "raw": self.shower.raw(bound, record),
            "format": formats.date_pattern(self.shower.lang),
            "widget": "date",
        }

    def _datetime(self, bound: Any, record: Model, *_rest: Any) -> dict[str, Any]:
        pattern = f"{formats.date_pattern(self.shower.lang)} HH:mm"
        text = (
            formats.format_datetime(value, self.shower.lang, self.shower.tz)
            if (value := value_of(record, bound.name))
            else ""
        )
        return {"raw": self.shower.raw(bound, record), "format": pattern, "text": text, "widget": "datetime"}

    def _monetary(self, bound: Any, record: Model, *_rest: Any) -> dict[str, Any]:
        code, _ = self.shower.currency(bound, record)
        sign = formats.format_money(0, code, self.shower.lang, 0).replace("0", "").strip() if code else ""
        return {"unit": sign}

    def _text(self, _bound: Any, _record: Model, node: nodes.FieldNode, *_rest: Any) -> dict[str, Any]:
        return {"rows": 3 if not node.nolabel else 6}

    def _html(self, bound: Any, record: Model, *_rest: Any) -> dict[str, Any]:
        return {"text": as_text(str(value_of(record, bound.name) or "")), "rows": 6}

    def _binary(self, bound: Any, record: Model, node: nodes.FieldNode, place: Place, *rest: Any) -> dict[str, Any]:
        picture = bound.type == "image" or rest[-1] == "image"
        widget = "image" if picture else "binary"
        if not place.record or not has_content(bound, record):
            return {"widget": widget, "text": ""}
        door = "image" if picture else "content"
        title = str(getattr(record, node.filename, "") or "") if node.filename in record._info.fields else ""
        return {"widget": widget, "text": title, "url": f"/web/{door}/{place.model}/{place.record}/{bound.name}"}

    _image = _binary


def original_of(bound: Any, record: Model) -> Any:
    """The edge value of a field, as JSON keeps it, to tell later what a person has changed."""
    value = value_of(record, bound.name)
    if bound.type in NUMBERS:
        return value if isinstance(value, int) and not isinstance(value, bool) else str(value)
    if bound.type == "many2one":
        return value.id or False
    if bound.to_many:
        return list(value.ids)
    if bound.type in ("date", "datetime"):
        return value.isoformat() if value else False
    if bound.type == "reference":
        return f"{value._name},{value.id}" if value else False
    return value if value not in (None, "") else False
