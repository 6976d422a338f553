"""Turns a value of a record into what a person reads: the text in their format, links, colours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from core.errors import AccessError
from core.http.web.pages.field import Choice, FieldView
from core.kernel import formats
from core.kernel.zones import to_local
from core.orm.edge import value_of

if TYPE_CHECKING:
    from core.orm.env import Env
    from core.orm.fields.base import Field
    from core.orm.model import Model
    from core.view.nodes import FieldNode

BoundField = Any
"""A field of a registry: which attributes it has depends on its kind."""

WIDGETS = {
    "many2many_tags": "tags",
    "many2many_tags_avatar": "tags",
    "many2many_checkboxes": "checks",
    "user_groups": "checks",
    "many2one_avatar": "person",
    "many2one_avatar_user": "person",
    "many2one_avatar_employee": "person",
    "res_partner_many2one": "many2one",
    "state_selection": "badge",
    "label_selection": "badge",
    "selection_badge": "badge",
    "boolean_toggle": "boolean",
    "checkbox": "boolean",
    "toggle_button": "boolean",
    "percentpie": "progressbar",
    "percentage": "percent",
    "gauge": "progressbar",
    "text_emojis": "text",
    "char_emojis": "char",
    "CopyClipboardChar": "char",
    "remaining_days": "date",
    "statinfo": "number",
    "timesheet_uom": "float_time",
    "one2many_list": "one2many",
    "mail_thread": "none",
    "mail_followers": "none",
    "stat_info": "number",
}
"""Widgets of the OpenERP family under other names than ours."""

FITTING: Mapping[str, frozenset[str]] = {
    "char": frozenset(["email", "phone", "url", "badge", "text", "password", "image"]),
    "text": frozenset(["html", "char", "badge"]),
    "html": frozenset(["text"]),
    "integer": frozenset(["progressbar", "percent", "float_time", "number", "handle", "priority", "monetary", "badge"]),
    "float": frozenset(["progressbar", "percent", "float_time", "number", "monetary"]),
    "decimal": frozenset(["progressbar", "percent", "float_time", "number", "monetary"]),
    "monetary": frozenset(["number"]),
    "selection": frozenset(["badge", "priority", "radio", "statusbar"]),
    "many2one": frozenset(["selection", "person", "statusbar", "radio", "badge"]),
    "many2many": frozenset(["tags", "one2many", "checks"]),
    "one2many": frozenset(["tags"]),
    "binary": frozenset(["image"]),
    "date": frozenset(["datetime"]),
    "datetime": frozenset(["date"]),
}
"""Which of our widgets may draw which kind of field besides its own."""

NUMBERS = frozenset(["integer", "float", "decimal", "monetary"])


def widget_of(field: BoundField, wanted: str = "") -> str:
    """The widget that draws a field: the one the view asks for where it fits, else the field's own."""
    name = WIDGETS.get(wanted, wanted)
    if name == "none":
        return "none"
    if name and (name == field.type or name in FITTING.get(field.type, ())):
        return name
    if field.type == "many2one" and field.comodel == "res.users":
        return "person"
    if field.type == "many2many":
        return "tags"
    return str(field.type)


class Shower:
    """Shows values to one reader.

    Args:
        env: whose language, zone and rights count.
    """

    def __init__(self, env: Env) -> None:
        self.env = env
        self.lang = env.lang or "en_US"
        self.tz = env.tz
        self._labels: dict[str, dict[str, str]] = {}
        self._codes: dict[int, tuple[str, int]] = {}

    def label(self, field: BoundField, node: FieldNode | None = None) -> str:
        """What the field is called here."""
        if node is not None and node.label:
            return node.label
        return self.env.translate_term(field.string, field.addon)

    def options(self, field: BoundField) -> dict[str, str]:
        """Keys and labels of a selection."""
        key = f"{field.model}.{field.name}"
        if key not in self._labels:
            self._labels[key] = field.labels(self.env)
        return self._labels[key]

    def text(self, field: BoundField, record: Model, widget: str = "") -> str:
        """The value as the reader would write it; empty for an empty one."""
        value = value_of(record, field.name)
        if field.type in NUMBERS:
            return self.number(field, value, record, widget)
        if value is None or value == "":
            return ""
        if field.type in ("char", "text", "html"):
            return str(value)
        if field.type == "boolean":
            return self.env._("Yes") if value else ""
        if field.type == "date":
            return formats.format_date(value, self.lang)
        if field.type == "datetime":
            if widget == "date":
                return formats.format_date(to_local(value, self.tz), self.lang)
            return formats.format_datetime(value, self.lang, self.tz)
        if field.type == "selection":
            return self.options(field).get(value, str(value))
        if field.relational or field.type == "reference":
            return ", ".join(self.name(one) for one in value)
        if field.type in ("binary", "image"):
            return ""
        return str(value)

    def name(self, record: Model) -> str:
        """What people call a record; a record the reader may not see has no name."""
        if not record.id:
            return ""
        try:
            return record.display_name
        except AccessError:
            return ""

    def number(self, field: BoundField, value: Any, record: Model | None, widget: str = "") -> str:
        """A number in the reader's style, with the unit of its field."""
        if widget == "float_time":
            return formats.format_hours(value)
        if widget == "percent":
            return f"{formats.format_number(value * 100, None, self.lang)} %"
        if widget == "progressbar":
            return f"{formats.format_number(value, 0, self.lang)} %"
        if field.type == "monetary" or widget == "monetary":
            code, digits = self.currency(field, record)
            if code:
                return formats.format_money(value, code, self.lang, digits)
            return formats.format_number(value, digits, self.lang)
        return formats.format_number(value, places_of(field), self.lang)

    def currency(self, field: BoundField, record: Model | None) -> tuple[str, int]:
        """ISO code and decimal places of an amount's currency: the record's, else the company's."""
        name = getattr(field, "currency", "currency_id")
        found: Any = None
        if record is not None and name in record._info.fields:
            found = getattr(record, name) if len(record) == 1 else None
        if not found:
            company = self.env.company
            found = company.currency_id if company else None
        if not found:
            return "", 2
        if found.id not in self._codes:
            su: Any = found.with_env(self.env.super_env)
            rounding = getattr(su, "rounding", None) or Decimal("0.01")
            self._codes[found.id] = (su.name, decimals(rounding))
        return self._codes[found.id]

    def typed(self, field: BoundField, record: Model, widget: str = "") -> str:
        """The value as it stands in an input: numbers without units, in the reader's style."""
        value = value_of(record, field.name)
        if field.type in NUMBERS:
            if widget == "float_time":
                return formats.format_hours(value)
            places = self.currency(field, record)[1] if field.type == "monetary" else places_of(field)
            if places is not None and widget != "percent":
                places = max(places, min(6, decimals(value)))
            shown = value * 100 if widget == "percent" else value
            return formats.format_number(
                shown, None if widget == "percent" else places, self.lang, grouping=field.type != "integer"
            )
        return self.text(field, record, widget)

    def posted(self, field: BoundField, record: Model) -> str:
        """The value as a hidden input of a form carries it, in the format that typed values are read in."""
        return self.typed(field, record) if field.type in NUMBERS else self.raw(field, record)

    def raw(self, field: BoundField, record: Model) -> str:
        """The value as a hidden or native input carries it."""
        value = value_of(record, field.name)
        if field.type == "many2one":
            return str(value.id) if value else ""
        if field.type == "boolean":
            return "1" if value else ""
        if field.type == "date":
            return value.isoformat() if value else ""
        if field.type == "datetime":
            return to_local(value, self.tz).strftime("%Y-%m-%dT%H:%M") if value else ""
        if field.type in NUMBERS:
            return str(value)
        if field.type == "reference":
            return f"{value._name},{value.id}" if value else ""
        return "" if value is None else str(value)

    def tags(self, field: BoundField, record: Model) -> tuple[Choice, ...]:
        """The records of a many2many as tags, coloured by their own colour or their id."""
        targets: Any = value_of(record, field.name)
        coloured = "color" in self.env.registry[field.comodel].fields
        return tuple(
            Choice(
                str(one.id),
                self.name(one),
                True,
                hue=int(one.color or 0) % 12 if coloured and one.color else one.id % 11 + 1,
            )
            for one in targets
        )

    def due(self, field: BoundField, record: Model) -> str:
        """How urgent a date is, for fields that say when something is to be done."""
        if not any(part in field.name for part in ("deadline", "date_action", "due")):
            return ""
        value: Any = value_of(record, field.name)
        if not value:
            return ""
        day = to_local(value, self.tz).date() if isinstance(value, dt.datetime) else value
        today = self.env.today()
        return "danger" if day < today else "warning" if day == today else ""

    def view(self, field: BoundField, record: Model, node: FieldNode | None = None, label: str = "") -> FieldView:
        """The field of a record, to read."""
        widget = widget_of(field, node.widget if node is not None else "")
        shown: dict[str, Any] = {
            "name": field.name,
            "label": label or self.label(field, node),
            "widget": widget,
            "text": self.text(field, record, widget),
        }
        if widget in ("tags", "checks"):
            shown |= {"choices": self.tags(field, record), "text": "", "widget": "tags"}
        elif field.type in ("many2one", "reference"):
            shown |= self._link(field, record)
        elif widget in ("priority", "badge", "radio") or field.type == "boolean":
            shown |= self._chosen(field, record, widget)
        elif field.type in ("date", "datetime"):
            shown |= {"raw": self.raw(field, record), "tone": self.due(field, record)}
        elif widget == "progressbar":
            shown["raw"] = self.raw(field, record)
        elif widget == "url":
            shown["url"] = web_address(shown["text"])
        elif field.type in ("binary", "image") or widget == "image":
            shown |= self._file(field, record, widget, node)
        return FieldView(**shown)

    def _link(self, field: BoundField, record: Model) -> dict[str, Any]:
        target: Any = value_of(record, field.name)
        if not target or target.id < 0:
            return {"raw": ""}
        return {"raw": self.raw(field, record), "url": f"/web/{target._name}/{target.id}"}

    def _chosen(self, field: BoundField, record: Model, widget: str) -> dict[str, Any]:
        value: Any = value_of(record, field.name)
        if field.type == "boolean":
            return {"raw": "1" if value else ""}
        if field.type != "selection":
            return {"raw": self.raw(field, record), "hue": (value.id if hasattr(value, "_ids") else 0) % 11 + 1}
        options = self.options(field)
        keys = list(options)
        place = keys.index(value) if value in keys else 0
        if widget == "priority":
            place = stars(keys, value)
        choices = tuple(Choice(key, label, key == value) for key, label in options.items())
        return {"raw": str(place) if widget == "priority" else str(value or ""), "choices": choices, "hue": place + 1}

    def _file(self, field: BoundField, record: Model, widget: str, node: FieldNode | None) -> dict[str, Any]:
        if record.id < 0 or not has_content(field, record):
            return {"text": "", "widget": "image" if field.type == "image" else widget}
        kind = "image" if field.type == "image" or widget == "image" else "file"
        name = node.filename if node is not None else ""
        title = str(getattr(record, name, "") or "") if name in record._info.fields else ""
        version = record.row_version if record._info.stored else 0
        door = "image" if kind == "image" else "content"
        return {
            "widget": "image" if kind == "image" else widget,
            "text": title,
            "url": f"/web/{door}/{record._name}/{record.id}/{field.name}?v={version}",
        }


def stars(keys: list[str], value: str | None) -> int:
    """How many stars a priority has: OpenERP counts from 1 (highest) to 5, today's lists from 0 (lowest) up."""
    if value not in keys:
        return 0
    place = keys.index(value)
    return len(keys) - 1 - place if keys and keys[0] == "1" else place


def places_of(field: BoundField) -> int | None:
    """How many decimals a number shows; None for as many as it has."""
    if field.type == "integer":
        return 0
    digits = getattr(field, "digits", None)
    return int(digits[1]) if digits else 2


def decimals(value: Any) -> int:
    """How many decimals a number has."""
    exponent = Decimal(repr(value) if isinstance(value, float) else value).normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def has_content(field: Field[Any, Any], record: Model) -> bool:
    """Is there a file, without reading it?"""
    field.__get__(record.with_context(bin_size=True), None) if not field.stored else None
    bucket = record.env.values[field.slot]
    if record.id not in bucket:
        record.env.load(field, record)
        bucket = record.env.values[field.slot]
    return bool(bucket.get(record.id))


def web_address(text: str) -> str:
    """The address behind what people write as a web site; empty for what a browser must not follow."""
    text = text.strip()
    if not text:
        return ""
    if "://" not in text:
        return f"https://{text}" if ":" not in text.partition("/")[0] or text.partition(":")[2][:1].isdigit() else ""
    return text if text.lower().startswith(("http://", "https://")) else ""
