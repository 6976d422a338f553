"""The HTML that a view may hold: elements and attributes by allow-list, without style, script or handlers."""

from __future__ import annotations

import re
from typing import Literal

TAGS = frozenset(
    ["a", "abbr", "address", "article", "aside", "b", "blockquote", "br", "code", "dd", "div", "dl", "dt", "em",
     "figure", "figcaption", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "i", "img", "kbd", "li",
     "main", "mark", "nav", "ol", "p", "pre", "s", "section", "small", "span", "strong", "sub", "sup", "table",
     "tbody", "td", "tfoot", "th", "thead", "time", "tr", "u", "ul"]
)  # fmt: skip
RENAMED = {"center": "div", "font": "span", "strike": "s", "tt": "code", "big": "span"}
DROPPED = frozenset(
    ["script", "style", "iframe", "frame", "frameset", "object", "embed", "applet", "form", "input", "textarea",
     "select", "option", "link", "meta", "base", "svg", "math", "video", "audio", "source", "template", "noscript",
     "title", "head"]
)  # fmt: skip

_ATTRIBUTES = {
    "*": {"title", "role", "lang", "dir"},
    "a": {"href", "target"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "ol": {"start"},
    "time": {"datetime"},
}
_ARIA = re.compile(r"aria-[a-z]+")
_INVISIBLE = re.compile(r"[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202e\ufeff]")
_HREF = re.compile(r"(?:https?://|mailto:|tel:|[/#?](?!/)|[\w%.-]+(?:[/?#]|$))", re.IGNORECASE)
_SOURCE = re.compile(r"/(?!/)[\w./%?=&~-]*$")


def clean_tag(tag: str) -> str | Literal[False]:
    """The tag to write: itself or an allowed one in its place; "" keeps only its content, False drops it all."""
    name = tag.lower()
    if name in DROPPED:
        return False
    name = RENAMED.get(name, name)
    return name if name in TAGS else ""


def clean_attributes(tag: str, attributes: dict[str, str], ours: frozenset[str]) -> tuple[dict[str, str], list[str]]:
    """The attributes that may be written, and the names of those that may not; the view itself reads `ours`."""
    kept: dict[str, str] = {}
    refused: list[str] = []
    allowed = _ATTRIBUTES["*"] | _ATTRIBUTES.get(tag, set())
    for name, value in attributes.items():
        if name in ours:
            continue
        if name in allowed or _ARIA.fullmatch(name):
            if (name == "href" and not safe_link(value)) or (name == "src" and not _SOURCE.match(value)):
                refused.append(name)
            else:
                kept[name] = value
        else:
            refused.append(name)
    if kept.get("target") == "_blank":
        kept["rel"] = "noopener noreferrer"
    return kept, refused


def safe_link(address: str) -> bool:
    """Does a link lead to this server, to the web or to a mail program, and not to script?"""
    return _HREF.match(_INVISIBLE.sub("", address)) is not None and "\\" not in address
