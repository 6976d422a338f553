"""Reads data files as element trees: hardened, comments skipped, errors with file and line; cuts arches out of them."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from xml.sax.saxutils import escape

from lxml import etree

from core.errors import DataFileError, UserError
from core.kernel.finding import suggestion
from core.kernel.xml_rules import PARSER_OPTIONS, XINCLUDE, plain_xml

LEGACY_ROOTS = frozenset({"openerp", "odoo", "terp"})
ROOTS = LEGACY_ROOTS | {"data"}
FALSE = frozenset({"0", "false", "off", "no", ""})

_WORDS = re.compile(r"[,\s]+")
_INTERPOLATION = re.compile(r"%%|%\(([\w.\-]+)\)[ds]")


@dataclass(frozen=True, slots=True)
class Block:
    """A `<data>` block: its elements, and what it says about all of them."""

    elements: tuple[etree._Element, ...]
    noupdate: bool
    context: str = ""
    legacy: bool = True


def parse_file(content: bytes | str, file: str) -> etree._Element:
    """The root of a data file.

    Raises DataFileError, with file and line, when it is not well-formed, has a DOCTYPE, an entity or an inclusion, or
    another root than `data`, `odoo` or `openerp`.
    """
    text = plain_xml(content, file)
    try:
        root = etree.fromstring(text.encode("utf-8"), etree.XMLParser(**PARSER_OPTIONS, remove_comments=True))
    except etree.XMLSyntaxError as error:
        reason = error.msg.split(", line")[0]
        raise DataFileError(
            "The file is not well-formed: {reason}.", file=file, line=error.lineno or 1, reason=reason
        ) from None
    for element in root.iter():
        tag: object = element.tag
        if not isinstance(tag, str) or tag.startswith(XINCLUDE):
            raise DataFileError("Entities and inclusions are not allowed.", file=file, line=line_of(element))
    if root.tag not in ROOTS:
        raise DataFileError(
            "A data file starts with <data>, not <{tag}>.", file=file, line=line_of(root), tag=str(root.tag)
        )
    return root


def blocks(root: etree._Element, noupdate: bool = False) -> Iterator[Block]:
    """The blocks of a file, in order; elements beside `<data>` form blocks of their own."""
    legacy = root.tag in LEGACY_ROOTS
    flag = truth(root.get("noupdate"), noupdate)
    context = root.get("context", "")
    loose: list[etree._Element] = []
    for child in root.iterchildren(etree.Element):
        if child.tag != "data":
            loose.append(child)
            continue
        if loose:
            yield Block(tuple(loose), flag, context, legacy)
            loose = []
        for inner in blocks(child, flag):
            yield Block(inner.elements, inner.noupdate, inner.context or context, legacy)
    if loose:
        yield Block(tuple(loose), flag, context, legacy)


def line_of(element: etree._Element) -> int:
    """The line of an element in its file."""
    line: object = element.sourceline
    return line if isinstance(line, int) else 0


def truth(text: str | None, default: bool = False) -> bool:
    """A flag: anything but 0, false, off and no is true."""
    return default if text is None else text.strip().lower() not in FALSE


def children(element: etree._Element) -> list[etree._Element]:
    """The children that are elements."""
    return list(element.iterchildren(etree.Element))


def attributes(element: etree._Element) -> dict[str, str]:
    """The attributes as plain texts."""
    return {str(name): str(value) for name, value in element.attrib.items()}


def known_attributes(element: etree._Element, known: frozenset[str]) -> None:
    """Refuse an attribute that the tag does not have. Raises UserError with the nearest one."""
    for name in attributes(element):
        if name not in known:
            hint = suggestion(name, known)
            raise UserError("<{tag}> has no attribute {name}.{hint}", tag=str(element.tag), name=repr(name), hint=hint)


def words(text: str | None) -> list[str]:
    """The words of an attribute, separated by commas or spaces."""
    return [word for word in _WORDS.split(text or "") if word]


def whole_number(element: etree._Element, name: str) -> int:
    """An attribute that is a whole number. Raises UserError for anything else."""
    text = (element.get(name) or "").strip()
    if not text.removeprefix("-").isdigit():
        raise UserError("{name} is a whole number, not {text}.", name=name, text=repr(text))
    return int(text)


def content_of(element: etree._Element) -> tuple[str, int]:
    """The XML inside an element, as text, and the line it starts on; lines inside are those of the file."""
    inner = copy.deepcopy(element)
    _keep_lines(inner, line_of(element))
    parts = [escape(inner.text or "")]
    parts += [etree.tostring(child, encoding="unicode") for child in children(inner)]
    first = children(element)
    starts_with_element = first and not (element.text or "").strip()
    return "".join(parts).strip(), line_of(first[0]) if starts_with_element else line_of(element)


def _keep_lines(element: etree._Element, line: int) -> int:
    """Put back the line breaks that comments and long tags had, so that each element stands on its line again."""
    line += (element.text or "").count("\n")
    previous: etree._Element | None = None
    for child in children(element):
        missing = line_of(child) - line
        if missing > 0:
            if previous is None:
                element.text = (element.text or "") + "\n" * missing
            else:
                previous.tail = (previous.tail or "") + "\n" * missing
            line += missing
        line = _keep_lines(child, line) + (child.tail or "").count("\n")
        previous = child
    return line


def arch_of(element: etree._Element) -> tuple[str, int]:
    """The arch inside an element as text, several roots wrapped in `<data>`, and the line it starts on."""
    text, line = content_of(element)
    several = len(children(element)) > 1 or any((child.tail or "").strip() for child in children(element))
    return (f"<data>{text}</data>" if several else text), line


def interpolated(text: str, id_of: Callable[[str], int]) -> str:
    """The text with `%(external.id)d` replaced by database ids and doubled percent signs halved."""
    return _INTERPOLATION.sub(lambda match: str(id_of(match[1])) if match[1] else "%", text)


def interpolations(text: str) -> list[str]:
    """The external ids that a text refers to by `%(id)d`."""
    return [match[1] for match in _INTERPOLATION.finditer(text) if match[1]]
