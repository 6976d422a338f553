"""Reads and writes `.po` files: quickly, since a server reads them at its start, and keeping what was translated."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po as write_catalog

CONTEXT_END = "\x04"
_ESCAPE = re.compile(r"\\(.)")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}
_KEYWORD = re.compile(r'(msgctxt|msgid|msgid_plural|msgstr(?:\[\d\])?)\s*(".*)')


class Message(NamedTuple):
    """A text to translate, and the files that show it."""

    source: str
    places: tuple[str, ...] = ()
    context: str = ""


def key_of(source: str, context: str = "") -> str:
    """The key of a message in what `read_po` gives."""
    return f"{context}{CONTEXT_END}{source}" if context else source


def read_po(path: Path) -> dict[str, str]:
    """The translated messages of a file by key; without those that are empty, marked fuzzy or obsolete.

    The answer is cached until the file changes, and shared: do not change it.
    """
    status = path.stat()
    return _read(str(path), status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=1024)
def _read(path: str, _changed: int, _size: int) -> dict[str, str]:
    found: dict[str, str] = {}
    entry: dict[str, str] = {}
    keyword, fuzzy = "", False

    def finish() -> None:
        source, text = entry.get("msgid"), entry.get("msgstr") or entry.get("msgstr[0]")
        if source and text and not fuzzy:
            found[key_of(source, entry.get("msgctxt", ""))] = text
            if (plural := entry.get("msgid_plural")) and (several := entry.get("msgstr[1]")):
                found[key_of(plural, entry.get("msgctxt", ""))] = several
        entry.clear()

    for line in Path(path).read_text("utf-8-sig").splitlines():
        line = line.strip()
        if line.startswith('"'):
            if keyword:
                entry[keyword] += _unquoted(line)
        elif match := _KEYWORD.fullmatch(line):
            if match[1] in {"msgctxt", "msgid"} and keyword.startswith("msgstr"):
                finish()
                fuzzy = False
            keyword = match[1]
            entry[keyword] = _unquoted(match[2])
        elif line.startswith("#"):
            if keyword.startswith("msgstr"):
                finish()
                keyword, fuzzy = "", False
            if line.startswith("#,") and "fuzzy" in line:
                fuzzy = True
    finish()
    return found


def _unquoted(text: str) -> str:
    inside = text[1:-1]
    return _ESCAPE.sub(lambda match: _ESCAPES.get(match[1], match[1]), inside) if "\\" in inside else inside


def merge(messages: Iterable[Message]) -> list[Message]:
    """Each text once, with all its places; in the order of the first place."""
    places: dict[tuple[str, str], dict[str, None]] = {}
    for message in messages:
        places.setdefault((message.source, message.context), {}).update(dict.fromkeys(message.places))
    return [Message(source, tuple(found), context) for (source, context), found in places.items()]


def write_po(path: Path, messages: Iterable[Message], lang: str = "") -> tuple[int, int]:
    """Write or update a `.po` file, or a `.pot` template without translations when `lang` is empty.

    Translations that the file has are kept for texts that still exist; the others go. Gives the number of texts, and
    how many of them have no translation yet.
    """
    known = read_po(path) if lang and path.exists() else {}
    catalog = Catalog()
    missing = 0
    merged = merge(messages)
    for message in merged:
        translation = known.get(key_of(message.source, message.context), "")
        missing += not translation
        places = sorted({place.rpartition(":")[0] or place for place in message.places})
        catalog.add(message.source, translation, [(place, 0) for place in places], context=message.context or None)
    body = io.BytesIO()
    write_catalog(body, catalog, width=110, omit_header=True, include_lineno=False)
    header = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    header += f'"Language: {lang}\\n"\n' if lang else ""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(header + "\n" + body.getvalue().decode(), "utf-8")
    return len(merged), missing
