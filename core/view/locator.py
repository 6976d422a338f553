"""Finds the element that an inheriting view names: by xpath, or by tag and attributes.

XPath is limited to what a tree of a few thousand elements can answer at once: no absolute path inside a predicate, no
variables, functions by allow-list. `tree` and `list` are one name.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import lru_cache

from lxml import etree

from core.errors import DataFileError
from core.view.markup import Origin, attributes, line_in

LONGEST_XPATH = 1000
MOST_DESCENTS = 3
MOST_SIBLINGS = 300
"""Beyond it the sibling axes are refused: the time they take grows with the cube of the number."""
DEEPEST_PREDICATE = 3
IGNORED = frozenset({"position", "version", "mode", "_origin"})

_TOKEN = re.compile(
    r"(?P<text>'[^']*'|\"[^\"]*\")|(?P<open>\[)|(?P<close>\])|(?P<descent>//)|(?P<axis>[\w-]+)\s*::|(?P<call>[\w:-]+)\s*\("
    r"|(?P<variable>\$)|(?P<path>/)|(?P<name>@?[\w.:-]+)|(?P<space>\s+)|(?P<sign>.)",
    re.DOTALL,
)
_HASCLASS = re.compile(r"hasclass\(\s*(?:'([\w-]+)'|\"([\w-]+)\")\s*\)")
_FUNCTIONS = frozenset(
    ["contains", "starts-with", "normalize-space", "not", "position", "last", "count", "name", "local-name", "string",
     "concat", "string-length", "translate", "true", "false", "boolean", "number", "text", "node"]
)  # fmt: skip
_NEAR_AXES = frozenset(["child", "self", "parent", "attribute", "following-sibling", "preceding-sibling"])
_FAR_AXES = frozenset(["descendant", "descendant-or-self", "ancestor", "ancestor-or-self"])
_CONDITION = re.compile(r"@([\w-]+)\s*(?:=|,)\s*(?:'([^']*)'|\"([^\"]*)\")")
_STEP = re.compile(r"([A-Za-z_][\w.-]*)\s*(?:\[|$|/|\|)")
_NOT_A_PATH_BEFORE = frozenset({"", "[", "(", ",", "=", "|", "and", "or", "<", ">", "!=", "+", "-"})


def locate(root: etree._Element, spec: etree._Element, origin: Origin) -> etree._Element:
    """The first element of `root`, in document order, that the specification names.

    Raises DataFileError with the locator and the elements that look most like it when there is none.
    """
    found = _by_xpath(root, spec, origin) if spec.tag == "xpath" else _by_attributes(root, spec)
    if found is None:
        raise _lost(root, spec, origin)
    return found


def described(spec: etree._Element) -> str:
    """A locator as a person wrote it."""
    if spec.tag == "xpath":
        return f'<xpath expr="{spec.get("expr", "")}">'
    shown = "".join(f' {name}="{value}"' for name, value in attributes(spec).items() if name not in IGNORED)
    return f"<{spec.tag}{shown}>"


def _by_xpath(root: etree._Element, spec: etree._Element, origin: Origin) -> etree._Element | None:
    source = (spec.get("expr") or "").strip()
    try:
        path = compile_xpath(source)
        if "-sibling" in source and _is_too_wide(root):
            raise ValueError(f"the view has an element with more than {MOST_SIBLINGS} children")
        found = path(etree.ElementTree(root))
    except (etree.XPathError, ValueError) as error:
        raise DataFileError(
            "The view {view} has a bad locator {locator}: {reason}.", file=origin.file, line=origin.line_of(spec),
            view=origin.view, locator=described(spec), reason=str(error),
        ) from None  # fmt: skip
    if not isinstance(found, list):
        return None
    return next((item for item in found if isinstance(item, etree._Element) and isinstance(item.tag, str)), None)


def _by_attributes(root: etree._Element, spec: etree._Element) -> etree._Element | None:
    tag = _one_name(str(spec.tag))
    wanted = {name: value for name, value in attributes(spec).items() if name not in IGNORED}
    if tag == "field" and "name" in wanted:
        wanted = {"name": wanted["name"]}
    for element in root.iter(etree.Element):
        if _one_name(str(element.tag)) == tag and all(element.get(name) == value for name, value in wanted.items()):
            return element
    return None


def _one_name(tag: str) -> str:
    return "list" if tag == "tree" else tag


@lru_cache(maxsize=1024)
def compile_xpath(source: str) -> etree.XPath:
    """An xpath, checked against the limits. Raises ValueError with the reason, or lxml's own error for bad syntax."""
    if not source:
        raise ValueError("the expression is empty")
    if len(source) > LONGEST_XPATH:
        raise ValueError(f"it is longer than {LONGEST_XPATH} characters")
    source = _HASCLASS.sub(lambda m: f"contains(concat(' ', normalize-space(@class), ' '), ' {m[1] or m[2]} ')", source)
    return etree.XPath(_checked(source))


def _checked(source: str) -> str:
    depth = descents = 0
    before = ""
    parts: list[str] = []
    for token in _TOKEN.finditer(source):
        kind, text = token.lastgroup or "", token[0]
        if kind == "open":
            depth += 1
            if depth > DEEPEST_PREDICATE:
                raise ValueError("its conditions are nested too deeply")
        elif kind == "close":
            depth -= 1
        elif kind == "variable":
            raise ValueError("variables are not known")
        elif kind in ("descent", "path") and depth and (before in _NOT_A_PATH_BEFORE or before.endswith("(")):
            raise ValueError("a condition may not start at the root; write .// instead of //")
        elif kind == "axis" and token["axis"] not in _NEAR_AXES | _FAR_AXES:
            raise ValueError(f"the axis {token['axis']} is not allowed")
        elif kind == "call" and token["call"] not in _FUNCTIONS:
            raise ValueError(f"the function {token['call']}() is not allowed")
        elif text == "|" and not depth:
            descents = 0
        if kind == "descent" or (kind == "axis" and token["axis"] in _FAR_AXES):
            descents += 1 + depth
            if descents > MOST_DESCENTS or depth > 1:
                raise ValueError("it searches through the whole view too often")
        if kind == "name" and text in ("tree", "list"):
            text = "*[self::tree or self::list]"
        if kind != "space":
            before = text
        parts.append(text)
    return "".join(parts)


def _is_too_wide(root: etree._Element) -> bool:
    return any(len(element) > MOST_SIBLINGS for element in root.iter(etree.Element))


def _lost(root: etree._Element, spec: etree._Element, origin: Origin) -> DataFileError:
    near = _similar(root, spec)
    hint = " The nearest are " + ", ".join(_shown(element, name) for element, name in near) + "." if near else ""
    anchor = anchor_for(root, spec)
    return DataFileError(
        "The view {view} extends {locator}, which is not in the view it inherits from.{hint} Try {anchor}.",
        file=origin.file, line=origin.line_of(spec), view=origin.view or "?", locator=described(spec), hint=hint,
        anchor=anchor,
    )  # fmt: skip


def anchor_for(root: etree._Element, spec: etree._Element) -> str:
    """A locator, ready to be written, of the element that is most like the one a specification does not find.

    The root itself stands for what has nothing like it any more.
    """
    near = _similar(root, spec)
    position = spec.get("position", "inside")
    if not near:
        return f'<xpath expr="/{root.tag}" position="inside">'
    element, name = near[0]
    value = element.get(name) if name else None
    condition = f"[@{name}='{value}']" if value and "'" not in value else ""
    return f'<xpath expr="//{element.tag}{condition}" position="{position}">'


def _similar(root: etree._Element, spec: etree._Element) -> list[tuple[etree._Element, str]]:
    """Up to three elements that the author may have meant, each with the attribute that tells it from others."""
    wanted: dict[str, str] = {}
    tag = str(spec.tag)
    if tag == "xpath":
        source = spec.get("expr") or ""
        conditions = _CONDITION.findall(source)
        wanted = {name: single or double for name, single, double in conditions[-1:]}
        steps = _STEP.findall(re.sub(r"\[[^\]]*\]", "[", source))
        tag = steps[-1] if steps else ""
    else:
        wanted = {name: value for name, value in attributes(spec).items() if name not in IGNORED}
    scored: dict[str, tuple[etree._Element, str]] = {}
    everything = list(root.iter(etree.Element))
    for name, value in wanted.items():
        values = {other for element in everything if (other := element.get(name))}
        close = get_close_matches(value, sorted(values), n=3, cutoff=0.5)
        for one in close:
            for element in everything:
                if element.get(name) == one:
                    scored[_shown(element, name)] = (element, name)
                    break
    if not scored and tag:
        for element in everything:
            if _one_name(str(element.tag)) == _one_name(tag):
                name = "name" if element.get("name") else "string"
                scored[_shown(element, name)] = (element, name)
    return list(scored.values())[:3]


def _shown(element: etree._Element, attribute: str) -> str:
    value = element.get(attribute)
    text = f' {attribute}="{value}"' if value else ""
    return f"<{element.tag}{text}> at line {line_in(element)}"
