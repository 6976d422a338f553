"""What a `<field>` or `<value>` element stands for: a reference, a search, an expression, a file, an arch or a text."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from lxml import etree

from core.data.xml import arch_of, children, content_of, interpolated
from core.errors import ExpressionError, UserError
from core.kernel.expression import literal

if TYPE_CHECKING:
    from core.data.session import Session
    from core.orm.fields.base import Field

    BoundField = Field[Any, Any]

NO_VALUE: Any = object()
TO_MANY = frozenset({"one2many", "many2many"})
TEXTUAL = frozenset({"char", "text", "html"})
WRITTEN = frozenset({"date", "datetime", "json"})
"""Types whose values an expression may give as text."""
FALSE_TEXTS = frozenset({"", "0", "false", "off", "no"})

_DATE = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})(\D.*)?$")


def value_of(session: Session, element: etree._Element, field: BoundField | None) -> Any:
    """The value of an element for a field, or for an argument of a function (None); NO_VALUE when it sets nothing.

    A search comes before a reference, that before an expression, that before the text. Raises GrialError when the value
    cannot be worked out.
    """
    if element.get("search") is not None:
        return _searched(session, element, field)
    if element.get("ref") is not None:
        return _referred(session, element.get("ref") or "", field)
    if element.get("eval") is not None:
        return _evaluated(session, element, field)
    typed = element.get("type") or _natural_type(element, field)
    reader = TYPES.get(typed)
    if reader is None:
        raise UserError("There is no type {type}; there are {known}.", type=repr(typed), known=", ".join(sorted(TYPES)))
    return reader(session, element, field)


def _natural_type(element: etree._Element, field: BoundField | None) -> str:
    if not children(element):
        return "char"
    if field is not None and field.type in TO_MANY:
        return "records"
    return "html" if field is not None and field.type == "html" else "xml"


def _searched(session: Session, element: etree._Element, field: BoundField | None) -> Any:
    model = element.get("model") or getattr(field, "comodel", "")
    if not model:
        raise UserError("A search needs the attribute model.")
    session.flush()
    source = element.get("search") or "[]"
    found = session.env[model].search(session.evaluate(source))
    use = element.get("use") or "id"
    values = [row[use] for row in found.read([use], load="_classic_write")]
    if field is None:
        return values
    if field.type in TO_MANY:
        return [(6, 0, values)]
    if not values:
        session.note(f"{field.name}: no {model} meets {source}")
        return False
    return f"{model},{values[0]}" if field.type == "reference" else values[0]


def _referred(session: Session, xmlid: str, field: BoundField | None) -> Any:
    if xmlid.strip() in ("", "null"):
        return False
    known = session.known(xmlid)
    if field is None:
        return known.id
    if field.type == "reference":
        return f"{known.model},{known.id}"
    return [(4, known.id)] if field.type in TO_MANY else known.id


def _evaluated(session: Session, element: etree._Element, field: BoundField | None) -> Any:
    source = (element.get("eval") or "").strip()
    value = session.evaluate(source, element.get("model") or "") if source else False
    if field is None or value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return from_text(value, field) if field.type in WRITTEN else value
    # Domains and contexts are kept as text; older files write them as expressions.
    return str(value) if field.type in TEXTUAL else value


def _text(element: etree._Element) -> str:
    return "".join(str(part) for part in element.itertext())


def from_text(text: str, field: BoundField) -> Any:
    """A text of a file as a value of a field; NO_VALUE when an empty text sets nothing. Raises UserError."""
    convert = TEXTS.get(field.type)
    if convert is None:
        return text
    try:
        return convert(text.strip())
    except (ValueError, InvalidOperation):
        raise UserError(
            "{text} is no value for {field} ({type}).", text=repr(text.strip()), field=field.name, type=field.type
        ) from None


def _link(text: str) -> Any:
    if text.lower() in ("", "false", "none", "null"):
        return False
    if text.isdigit():
        return int(text)
    raise UserError("{text} is no link: write ref={text}.", text=repr(text))


def _links(text: str) -> Any:
    if not text:
        return NO_VALUE
    raise UserError("{text} is no list of links: write an eval with commands.", text=repr(text))


def _moment(text: str) -> Any:
    """A date as the ORM reads it: older files put it together as `2024-5-1`."""
    match = _DATE.match(text)
    return f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}{match[4] or ''}" if match else text or False


def _structure(text: str) -> Any:
    """JSON, the literal of Python that older files write, or a text that only its reader understands."""
    try:
        return json.loads(text) if text else None
    except ValueError:
        try:
            return literal(" ".join(text.split()))
        except ExpressionError:
            return text


TEXTS: dict[str, Callable[[str], Any]] = {
    "boolean": lambda text: text.lower() not in FALSE_TEXTS,
    "integer": lambda text: int(text or 0),
    "float": lambda text: float(text or 0),
    "decimal": lambda text: Decimal(text or 0),
    "monetary": lambda text: Decimal(text or 0),
    "many2one": _link,
    "one2many": _links,
    "many2many": _links,
    "reference": lambda text: text or False,
    "date": _moment,
    "datetime": _moment,
    "selection": lambda text: text or False,
    "json": _structure,
    "binary": lambda text: text or False,
    "image": lambda text: text or False,
}


def _char(session: Session, element: etree._Element, field: BoundField | None) -> Any:
    text = session.file(element.get("file") or "").decode("utf-8") if element.get("file") else _text(element)
    return text if field is None else from_text(text, field)


def _xml(session: Session, element: etree._Element, field: BoundField | None) -> Any:
    text, line = arch_of(element)
    session.arch_line = line
    return interpolated(text, session.id_of)


def _html(session: Session, element: etree._Element, field: BoundField | None) -> Any:
    return interpolated(content_of(element)[0], session.id_of)


def _file(session: Session, element: etree._Element, field: BoundField | None) -> Any:
    """A file of an addon: its content, for a char field the name `addon,path` that older programs expect."""
    path = element.get("file") or _text(element).strip()
    data = session.file(path)
    if field is not None and field.type == "char":
        return f"{session.ids.addon},{path}"
    if field is not None and field.type in TEXTUAL:
        return data.decode("utf-8")
    return base64.b64encode(data).decode("ascii")


def _base64(session: Session, element: etree._Element, field: BoundField | None) -> Any:
    data = session.file(element.get("file") or "") if element.get("file") else _text(element).encode("utf-8")
    return base64.b64encode(data).decode("ascii")


def _int(session: Session, element: etree._Element, field: BoundField | None) -> Any:
    text = _text(element).strip()
    return None if text.lower() in ("", "none") else _number(int, text)


def _float(session: Session, element: etree._Element, field: BoundField | None) -> Any:
    return _number(float, _text(element).strip())


def _number(convert: Callable[[str], Any], text: str) -> Any:
    try:
        return convert(text)
    except ValueError:
        raise UserError("{text} is no number.", text=repr(text)) from None


def _list(session: Session, element: etree._Element, field: BoundField | None) -> list[Any]:
    return [value_of(session, child, None) for child in children(element)]


def _tuple(session: Session, element: etree._Element, field: BoundField | None) -> tuple[Any, ...]:
    return tuple(_list(session, element, field))


def _records(session: Session, element: etree._Element, field: BoundField | None) -> Any:
    """Lines written as records inside the field: they are loaded after the record they belong to."""
    if any(child.tag != "record" for child in children(element)):
        raise UserError("A field of links holds <record> elements, or an eval with commands.")
    return NO_VALUE


TYPES: dict[str, Callable[[Session, etree._Element, BoundField | None], Any]] = {
    "char": _char,
    "text": _char,
    "xml": _xml,
    "html": _html,
    "file": _file,
    "base64": _base64,
    "int": _int,
    "float": _float,
    "list": _list,
    "tuple": _tuple,
    "records": _records,
}
