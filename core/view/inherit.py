"""Applies an inheriting view to the view it extends: every position, by xpath or by tag and attributes.

Positions are inside (the default), after, before, replace, attributes and move. The content of a specification is
inert: a `position` on an element that is brought in is dropped, except `position="move"`, which fetches an element.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator

from lxml import etree

from core.errors import DataFileError
from core.kernel.finding import Finding
from core.view.locator import described, locate
from core.view.markup import Origin, append_before, detached, drop, elements, mark, remark, take_out

POSITIONS = frozenset({"inside", "after", "before", "replace", "attributes"})
WRAPPERS = frozenset({"data", "openerp", "odoo"})
LARGEST_VIEW = 5_000

_ORIGINAL = re.compile(r"\$0")


def apply(
    base: etree._Element,
    spec: etree._Element,
    origin: Origin | str,
    warnings: list[Finding] | None = None,
) -> etree._Element:
    """The view `base` changed by the inheriting arch `spec`; returns its root, which a replacement may have changed.

    `base` itself is changed: pass a copy to be able to go back. `origin` names the inheriting view in errors; tolerated
    faults go to `warnings`. Raises DataFileError, with file, line, locator and the nearest elements, when a
    specification cannot be applied.
    """
    place = Origin.of(origin)
    notes = warnings if warnings is not None else []
    for change in specifications(spec):
        _check_version(base, change, place, notes)
        base = _apply_one(base, change, place)
    if sum(1 for _ in base.iter()) > LARGEST_VIEW:
        raise DataFileError(
            "The view {view} makes a view of more than {most} elements.", file=place.file, line=place.line,
            view=place.view, most=LARGEST_VIEW,
        )  # fmt: skip
    return base


def specifications(spec: etree._Element) -> Iterator[etree._Element]:
    """The single changes of an inheriting arch: its root, or what stands inside wrappers."""
    if spec.tag in WRAPPERS:
        for child in elements(spec):
            yield from specifications(child)
    else:
        yield spec


def _check_version(base: etree._Element, change: etree._Element, place: Origin, notes: list[Finding]) -> None:
    version = change.get("version")
    if version and version != base.get("version", version):
        message = f"{described(change)} is written for version {version}, the view for version {base.get('version')}."
        notes.append(remark(change, place, "view-version", message, "warning"))


def _apply_one(base: etree._Element, change: etree._Element, place: Origin) -> etree._Element:
    position = change.get("position", "inside")
    if position not in POSITIONS:
        known = ", ".join(sorted(POSITIONS))
        values = {"position": position, "known": known}
        raise _refusal("The view {view} uses position {position}; there are {known}.", change, place, **values)
    target = locate(base, change, place)
    if position == "attributes":
        _change_attributes(target, change, place)
        return base
    if position == "replace":
        return _replace(base, target, change, place)
    text, content = _content(base, change, place, target)
    _PLACE[position](target, text, content)
    return base


def _content(
    base: etree._Element, change: etree._Element, place: Origin, target: etree._Element
) -> tuple[str, list[etree._Element]]:
    """What a specification brings in: its leading text, and copies of its elements (or elements fetched by a move)."""
    content: list[etree._Element] = []
    for child in elements(change):
        if child.get("position") == "move":
            moved = locate(base, child, place)
            if moved is target or moved in target.iterancestors():
                raise _refusal("The view {view} moves {locator} into itself.", child, place, locator=described(child))
            take_out(moved)
            moved.tail = child.tail
            content.append(moved)
            continue
        copied = copy.deepcopy(child)
        for element in copied.iter(etree.Element):
            if element.tag != "attribute":
                drop(element, "position")
        mark(copied, place)
        content.append(copied)
    return change.text or "", content


def _inside(target: etree._Element, text: str, content: list[etree._Element]) -> None:
    if text.strip():
        if len(target):
            target[-1].tail = (target[-1].tail or "") + text
        else:
            target.text = (target.text or "") + text
    target.extend(content)


def _after(target: etree._Element, text: str, content: list[etree._Element]) -> None:
    tail, target.tail = target.tail, text if text.strip() else None
    last = target
    for element in content:
        last.addnext(element)
        last = element
    last.tail = (last.tail or "") + (tail or "")


def _before(target: etree._Element, text: str, content: list[etree._Element]) -> None:
    for element in content:
        target.addprevious(element)
    if text.strip():
        append_before(content[0] if content else target, text)


_PLACE: dict[str, Callable[[etree._Element, str, list[etree._Element]], None]] = {
    "inside": _inside,
    "after": _after,
    "before": _before,
}


def _replace(base: etree._Element, target: etree._Element, change: etree._Element, place: Origin) -> etree._Element:
    if change.get("mode") == "inner":
        text, content = _content(base, change, place, target)
        for child in list(target):
            target.remove(child)
        target.text = text
        target.extend(content)
        return base
    original = detached(target)
    text, content = _content(base, change, place, target)
    for element in content:
        _put_original(element, original)
    if target is base:
        if len(content) != 1:
            raise _refusal("The view {view} replaces the root, so it has to bring exactly one element.", change, place)
        return detached(content[0])
    if target.getparent() is None:
        locator = described(change)
        raise _refusal("The view {view} replaces {locator}, which it has moved.", change, place, locator=locator)
    _before(target, text, content)
    take_out(target)
    return base


def _put_original(element: etree._Element, original: etree._Element) -> None:
    """Put the replaced element where the new content says `$0`."""
    for place in list(element.iter(etree.Element)):
        if place.text and _ORIGINAL.search(place.text):
            before, _, after = place.text.partition("$0")
            again = copy.deepcopy(original)
            again.tail = after
            place.text = before
            place.insert(0, again)


def _change_attributes(target: etree._Element, change: etree._Element, place: Origin) -> None:
    for child in elements(change):
        name = child.get("name")
        if child.tag != "attribute" or not name:
            raise _refusal("The view {view} needs <attribute name='…'>value</attribute> here.", child, place)
        if child.get("add") is not None or child.get("remove") is not None:
            value = _edited(target.get(name, ""), child)
        else:
            value = child.text or ""
        if value.strip():
            target.set(name, value.strip())
        else:
            drop(target, name)


def _edited(value: str, child: etree._Element) -> str:
    """The value of an attribute with single words added and removed; `separator` is a comma, or a space for classes."""
    separator = child.get("separator", " " if child.get("name") == "class" else ",")
    split = separator.strip() or None
    taken = {word.strip() for word in (child.get("remove") or "").split(split)}
    words = [word.strip() for text in (value, child.get("add") or "") for word in text.split(split)]
    return separator.join(dict.fromkeys(word for word in words if word and word not in taken))


def _refusal(message: str, element: etree._Element, place: Origin, **values: object) -> DataFileError:
    return DataFileError(message, file=place.file, line=place.line_of(element), view=place.view or "?", **values)
