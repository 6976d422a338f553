"""Checks data files against the schema of the format (`core/data/schema.rng`), each element on its own."""

from __future__ import annotations

import copy
import re
from functools import cache
from pathlib import Path

from lxml import etree

import core.data
from core.check.sources import Source
from core.data.loader import TAGS
from core.data.xml import attributes, children, line_of
from core.kernel.finding import Finding, suggestion

SCHEMA = Path(core.data.__file__).parent / "schema.rng"

_BLOCK = frozenset({"noupdate", "context", "uid", "version"})
_MISPLACED = re.compile(r"^(Expecting|Element data has extra content|Did not expect element)")


def schema_findings(source: Source) -> list[Finding]:
    """One finding for each element of the file that the schema does not accept; warnings in OpenERP's files."""
    if source.root is None:
        return []
    found: list[Finding] = []
    _block(source, source.root, found)
    return found


def _block(source: Source, block: etree._Element, found: list[Finding]) -> None:
    for name in attributes(block):
        if name not in _BLOCK:
            _add(source, found, line_of(block), f"<{block.tag}> has no attribute {name!r}.{suggestion(name, _BLOCK)}")
    for place, stray in [(block, block.text), *((child, child.tail) for child in children(block))]:
        if stray and stray.strip():
            text = " ".join(stray.split())[:40]
            _add(source, found, line_of(place), f"The text {text!r} after this line means nothing here.")
    for element in children(block):
        if element.tag == "data":
            _block(source, element, found)
        elif str(element.tag) not in TAGS:
            hint = suggestion(str(element.tag), TAGS)
            _add(source, found, line_of(element), f"<{element.tag}> is no tag of a data file.{hint}")
        else:
            alone = etree.Element("data")
            alone.append(copy.deepcopy(element))
            alone[0].tail = None
            schema = _schema()
            if not schema.validate(alone):
                _add(source, found, *_reason(schema, element))


def _reason(schema: etree.RelaxNG, element: etree._Element) -> tuple[int, str]:
    """Line and text of the first complaint that is about the fault itself, not about what follows from it."""
    for entry in schema.error_log:
        if not _MISPLACED.match(entry.message):
            return entry.line or line_of(element), f"{entry.message}."
    return line_of(element), f"<{element.tag}> does not have the attributes and the content that it should."


def _add(source: Source, found: list[Finding], line: int, message: str) -> None:
    found.append(Finding(source.shown, line, "schema", message, "warning" if source.legacy else "error"))


@cache
def _schema() -> etree.RelaxNG:
    return etree.RelaxNG(etree.parse(str(SCHEMA)))
