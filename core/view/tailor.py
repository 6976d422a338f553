"""Fits a combined arch to one reader: his language, his groups, the fields he may see."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from lxml import etree

from core.kernel.finding import Finding, suggestion
from core.view.content import VIEW_TAGS
from core.view.markup import Origin, elements, origin_of, remark, take_out

TRANSLATED = ("string", "placeholder", "help", "confirm", "sum", "avg", "title", "alt", "aria-label")

_SPACES = re.compile(r"^(\s*)(.*?)(\s*)$", re.DOTALL)


def translate(root: etree._Element, term: Callable[[str, str], str], origin: Origin) -> None:
    """Put the texts and text attributes of an arch in the reader's language.

    Args:
        root: changed in place.
        term: gives a source text of an addon in the reader's language.
        origin: whose texts they are where an extension has not brought them in.
    """
    for element in root.iter(etree.Element):
        addon = origin_of(element, origin).view.partition(".")[0]
        for name in TRANSLATED:
            value = element.get(name)
            if value and value.strip():
                element.set(name, term(value, addon))
        if not element.get("t-esc") and element.tag != "attribute":
            element.text = _translated(element.text, term, addon)
        if element is not root:
            element.tail = _translated(element.tail, term, addon)


def _translated(text: str | None, term: Callable[[str, str], str], addon: str) -> str | None:
    if not text or not text.strip():
        return text
    match = _SPACES.match(text)
    return f"{match[1]}{term(match[2], addon)}{match[3]}" if match else text


def groups_named(root: etree._Element, origin: Origin) -> frozenset[str]:
    """The external ids of all groups that an arch names."""
    return frozenset(name for element in root.iter(etree.Element) for name, _ in _groups_of(element, origin))


def keep_for_groups(root: etree._Element, held: frozenset[str], origin: Origin) -> None:
    """Remove every element whose `groups` the reader does not meet; `!group` hides from its members."""
    for element in list(root.iter(etree.Element)):
        groups = list(_groups_of(element, origin))
        if not groups or element is root:
            continue
        wanted = [name for name, positive in groups if positive]
        refused = [name for name, positive in groups if not positive]
        if (wanted and not held.intersection(wanted)) or held.intersection(refused):
            take_out(element)


def _groups_of(element: etree._Element, origin: Origin) -> Iterator[tuple[str, bool]]:
    """The groups an element names, qualified, and whether each must be held or must not."""
    for part in (element.get("groups") or "").split(","):
        name = part.strip()
        if name:
            positive = not name.startswith("!")
            name = name.removeprefix("!")
            if "." not in name:
                name = f"{origin_of(element, origin).view.partition('.')[0]}.{name}"
            yield name, positive


def keep_fields(
    root: etree._Element,
    model: str,
    fields_of: Callable[[str], tuple[Iterable[str], dict[str, str]] | None],
    origin: Origin,
) -> list[Finding]:
    """Remove fields that do not exist, with a finding, and fields that the reader may not see, silently.

    Args:
        root: a view of `model`, changed in place; inline views are of the linked models.
        fields_of: for a model, the names of all its fields and, by name, the target model of those the reader may
            see (empty for those that are no links); None for a model that does not exist.
    """
    found = fields_of(model)
    if found is None:
        return [remark(root, origin, "view-model", f"There is no model {model!r}.")]
    every, open_fields = found
    known = set(every)
    findings: list[Finding] = []
    for element in list(_own(root)):
        name = element.get("name") if element.tag == "field" else element.get("for")
        if not name:
            continue
        if name in open_fields:
            for child in list(elements(element)):
                if child.tag in VIEW_TAGS and open_fields[name]:
                    findings += keep_fields(child, open_fields[name], fields_of, origin)
            continue
        if name not in known:
            findings.append(
                remark(element, origin, "view-field", f"{model} has no field {name!r}.{suggestion(name, known)}")
            )
        take_out(element)
    return findings


def _own(root: etree._Element) -> Iterator[etree._Element]:
    """The fields and labels of a view that are of its own model, not those of inline views."""
    for child in elements(root):
        if child.tag == "field" or (child.tag == "label" and child.get("for")):
            yield child
        if child.tag not in VIEW_TAGS:
            yield from _own(child)
