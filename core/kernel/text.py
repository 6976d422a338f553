"""The accent- and case-blind form of a text, the same in Python and in SQL.

The mapping is one character to one character, so that SQL can do it with `translate(column, FOLD_FROM, FOLD_TO)`.
"""

from __future__ import annotations

import unicodedata

# Letters that have no decomposition but that people search for by their base letter.
_BASE_LETTERS = {
    "ß": "s", "ẞ": "s", "æ": "a", "Æ": "a", "œ": "o", "Œ": "o", "ø": "o", "Ø": "o", "đ": "d", "Đ": "d", "ð": "d",
    "Ð": "d", "ł": "l", "Ł": "l", "þ": "t", "Þ": "t", "ħ": "h", "Ħ": "h", "ŧ": "t", "Ŧ": "t", "ı": "i", "ŀ": "l",
    "Ŀ": "l", "ŋ": "n", "Ŋ": "n", "ς": "σ",
}  # fmt: skip

# ASCII capitals, Latin-1 and Latin Extended-A, the Romanian comma letters, Greek, Cyrillic: databases walk this list
# for every character, so that it holds what Europe writes and no more.
_RANGES = (range(0x41, 0x5B), range(0xC0, 0x180), range(0x218, 0x21C), range(0x386, 0x3CF), range(0x400, 0x460))


def _pairs() -> dict[str, str]:
    pairs: dict[str, str] = {}
    for codes in _RANGES:
        for code in codes:
            letter = chr(code)
            folded = unicodedata.normalize("NFD", letter)[0].lower()
            if folded != letter and len(folded) == 1 and letter.isalpha():
                pairs[letter] = folded
    pairs.update(_BASE_LETTERS)
    return pairs


_PAIRS = _pairs()
FOLD_FROM = "".join(_PAIRS)
FOLD_TO = "".join(_PAIRS.values())
_TABLE = str.maketrans(FOLD_FROM, FOLD_TO)


def fold(text: str) -> str:
    """The text in lower case and without accents: `fold("Ávila ÑANDÚ") == "avila nandu"`.

    Length and positions are kept once the text is in its composed form (NFC), which is how Grial stores text.
    """
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", text).translate(_TABLE)


def literal(text: str) -> str:
    """The text as a pattern of `like` that fits itself alone."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def label_of(name: str) -> str:
    """A readable label from a technical name: `date_open` gives "Date Open", `partner_id` gives "Partner"."""
    for ending in ("_ids", "_id"):
        name = name.removesuffix(ending)
    return name.replace("_", " ").strip().title()


def flaw(text: str) -> str:
    """Why no database can hold a text; empty when every one can."""
    if "\x00" in text:
        return "holds a NUL character"
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            return "holds half a character"
    return ""
