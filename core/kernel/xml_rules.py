"""What every XML text from outside must keep to: plain UTF-8, no DOCTYPE, no entities, no network, a size.

The rooms that parse XML pass `PARSER_OPTIONS` to their parser, so that the rules stand in one place.
"""

from __future__ import annotations

import re
from typing import Final, TypedDict

from core.errors import DataFileError


class ParserOptions(TypedDict):
    """Options of an lxml parser that reads text from outside."""

    resolve_entities: bool
    no_network: bool
    load_dtd: bool
    dtd_validation: bool
    huge_tree: bool
    remove_pis: bool


PARSER_OPTIONS: Final[ParserOptions] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "huge_tree": False,
    "remove_pis": True,
}
XINCLUDE: Final = "{http://www.w3.org/2001/XInclude}"
LARGEST_DOCUMENT: Final = 16 * 1024 * 1024

_DECLARATION = re.compile(r"\s*<\?xml\b[^>]*\?>")
_ENCODING = re.compile(r"encoding\s*=\s*[\"']([^\"']*)[\"']")
_PROLOG = re.compile(r"(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)


def plain_xml(document: bytes | str, file: str = "") -> str:
    """The text of a document without its XML declaration, lines kept.

    Raises DataFileError for a document that is not UTF-8, says another encoding, is too large or brings a DOCTYPE.
    """
    if len(document) > LARGEST_DOCUMENT:
        raise DataFileError("The document is larger than {most} bytes.", file=file, line=1, most=LARGEST_DOCUMENT)
    if isinstance(document, bytes):
        try:
            text = document.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = document[: error.start].count(b"\n") + 1
            raise DataFileError("The document is not UTF-8.", file=file, line=line) from None
    else:
        text = document.removeprefix("\ufeff")
    declaration = _DECLARATION.match(text)
    if declaration:
        encoding = _ENCODING.search(declaration[0])
        if encoding and encoding[1].lower() not in ("utf-8", "utf8", "us-ascii", "ascii"):
            said = encoding[1]
            raise DataFileError("The document says it is {said}; save it as UTF-8.", file=file, line=1, said=said)
        text = "\n" * declaration[0].count("\n") + text[declaration.end() :]
    prolog = _PROLOG.match(text)
    start = prolog.end() if prolog else 0
    if text[start : start + 9].upper() == "<!DOCTYPE":
        line = text.count("\n", 0, start) + 1
        raise DataFileError("A DOCTYPE is not allowed.", file=file, line=line)
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        raise DataFileError("The document holds a zero byte.", file=file, line=line)
    return text
