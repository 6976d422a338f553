"""Rich text in a plain input: paragraphs are written as lines, anything richer as its HTML."""

from __future__ import annotations

import html
import re

_SIMPLE = re.compile(r"(?:\s*<p>(?:[^<]|<br\s*/?>)*</p>\s*)*\Z|[^<]*\Z")
_BREAK = re.compile(r"<br\s*/?>")
_PARAGRAPH = re.compile(r"<p>(.*?)</p>", re.DOTALL)
_TAG = re.compile(r"</?[a-zA-Z][^>]*>")


def as_text(source: str) -> str:
    """The text of HTML that has only paragraphs and line breaks; other HTML as it is."""
    if not _SIMPLE.match(source):
        return source
    parts = _PARAGRAPH.findall(source) or [source]
    return "\n\n".join(html.unescape(_BREAK.sub("\n", part)) for part in parts)


def as_html(text: str) -> str:
    """HTML for what was typed: text without tags becomes paragraphs."""
    text = text.replace("\r\n", "\n").strip()
    if not text or _TAG.search(text):
        return text
    parts = [html.escape(part, quote=False).replace("\n", "<br>") for part in re.split(r"\n\s*\n", text)]
    return "".join(f"<p>{part}</p>" for part in parts)
