"""Arches as element trees: read from text, each element knowing the view, file and line it came from."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from core.errors import DataFileError
from core.kernel.finding import Finding, Severity
from core.kernel.xml_rules import PARSER_OPTIONS, XINCLUDE, plain_xml

DEEPEST = 64
STAMP = "_origin"
"""The private attribute that says which view an element was brought in by; `strip` removes it."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an arch stands: the view's external id or name, its file, and the line of the arch's first line in it."""

    view: str = ""
    file: str = ""
    line: int = 0

    @classmethod
    def of(cls, place: Origin | str) -> Origin:
        """An origin as it is, or one made of a view's name."""
        return place if isinstance(place, Origin) else cls(place)

    def line_of(self, element: etree._Element) -> int:
        """The line of the element in the file, or in the arch where no file is known."""
        return max(self.line, 1) + line_in(element) - 1

    def stamp(self) -> str:
        """The origin as one text, for the private attribute."""
        return f"{self.view}\t{self.file}\t{self.line}"

    @classmethod
    def unstamp(cls, text: str) -> Origin:
        """The origin that `stamp` wrote."""
        view, file, line = text.split("\t")
        return cls(view, file, int(line))


def parse_arch(arch: str | bytes, origin: Origin | str = "") -> etree._Element:
    """The root element of an arch; several roots, or text beside the root, are wrapped in `<data>`.

    Raises DataFileError, with file and line, for text that is not well-formed or not allowed.
    """
    place = Origin.of(origin)
    text = plain_xml(arch, place.file or place.view)
    parser = etree.XMLParser(**PARSER_OPTIONS, remove_comments=True)
    try:
        wrapper = etree.fromstring(f"<data>{text}</data>", parser)
    except etree.XMLSyntaxError as error:
        raise DataFileError(
            "The arch of {view} is not well-formed: {reason}.",
            file=place.file or place.view,
            line=max(place.line, 1) + (error.lineno or 1) - 1,
            view=place.view,
            reason=error.msg.split(", line")[0],
        ) from None
    if etree.XPath("boolean(" + "/*" * DEEPEST + ")")(wrapper):
        raise DataFileError(
            "The arch of {view} is nested too deeply.", file=place.file, line=place.line, view=place.view
        )
    for element in wrapper.iter():
        tag: object = element.tag
        if not isinstance(tag, str) or tag.startswith(XINCLUDE):
            raise DataFileError(
                "The arch of {view} holds an entity or an inclusion.", file=place.file, line=place.line_of(element),
                view=place.view,
            )  # fmt: skip
        drop(element, STAMP)
    if len(wrapper) == 1 and not (wrapper.text or "").strip() and not (wrapper[0].tail or "").strip():
        return detached(wrapper[0])
    return wrapper


def detached(element: etree._Element) -> etree._Element:
    """A copy that is the root of a document of its own, so that absolute paths start at it."""
    alone = copy.deepcopy(element)
    alone.tail = None
    return alone


def elements(parent: etree._Element) -> Iterator[etree._Element]:
    """The children that are elements: comments and processing instructions are skipped."""
    return (child for child in parent.iterchildren(etree.Element))


def line_in(element: etree._Element) -> int:
    """The line of the element in the text it was parsed from."""
    line: object = element.sourceline
    return line if isinstance(line, int) else 1


def attributes(element: etree._Element) -> dict[str, str]:
    """The attributes as plain texts."""
    return {str(name): str(value) for name, value in element.attrib.items()}


def drop(element: etree._Element, name: str) -> None:
    """Remove an attribute, if it is there."""
    if name in element.attrib:
        del element.attrib[name]


def take_out(element: etree._Element) -> None:
    """Remove an element from its parent; the text after it stays."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail and element.tail.strip():
        append_before(element, element.tail)
    element.tail = None
    parent.remove(element)


def append_before(element: etree._Element, text: str) -> None:
    """Put text before an element."""
    previous = element.getprevious()
    parent = element.getparent()
    if previous is not None:
        previous.tail = (previous.tail or "") + text
    elif parent is not None:
        parent.text = (parent.text or "") + text


def mark(element: etree._Element, origin: Origin) -> None:
    """Note on an element, which an extension brings in, where it came from."""
    if STAMP not in element.attrib:
        element.set(STAMP, origin.stamp())


def origin_of(element: etree._Element, fallback: Origin) -> Origin:
    """The origin of an element: its own mark, or that of the nearest marked element around it."""
    node: etree._Element | None = element
    while node is not None:
        stamp = node.get(STAMP)
        if stamp:
            return Origin.unstamp(stamp)
        node = node.getparent()
    return fallback


def strip(root: etree._Element) -> None:
    """Remove the private marks, before an arch leaves the server."""
    for element in root.iter(etree.Element):
        drop(element, STAMP)


def arch_text(root: etree._Element) -> str:
    """The arch as XML text."""
    return etree.tostring(root, encoding="unicode", with_tail=False)


def remark(element: etree._Element, fallback: Origin, code: str, message: str, severity: Severity = "error") -> Finding:
    """A finding about one element of a view."""
    origin = origin_of(element, fallback)
    name = f"{origin.view}: " if origin.view else ""
    return Finding(origin.file or origin.view, origin.line_of(element), code, name + message, severity)
