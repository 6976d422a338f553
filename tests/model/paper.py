"""The paper model: records as plain Python mappings, and what every field of them reads as.

It is written from what the ORM promises, and shares no code with it: `core.orm` is not imported here, nor in the
other files whose names begin with `paper`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tests.model.shape import EXACT, LINKS, TEXTS, TO_MANY, WHOLE, FieldShape, Schema

Rows = Mapping[str, Sequence[Mapping[str, Any]]]


class Refused(Exception):
    """The question makes no sense: the ORM must say so too, with an error of its own."""


@dataclass
class Reader:
    """In whose language and zone questions are asked, and whether archived records are left out."""

    lang: str = ""
    tz: str = "UTC"
    active_test: bool = True


@dataclass
class Paper:
    """The records of a schema, as a reader sees them; ids count from 1."""

    schema: Schema
    rows: Rows
    reader: Reader = field(default_factory=Reader)

    def ids(self, model: str) -> range:
        """The ids of all records of a model, archived ones too."""
        return range(1, len(self.rows[model]) + 1)

    def archives(self, model: str) -> bool:
        """Has the model archived records? Those of delegation are the other model's."""
        return any(one.name == "active" for one in self.schema.model(model).fields)

    def alive(self, model: str, record: int) -> bool:
        """Is a record there for those who do not ask for archived ones?"""
        return not self.archives(model) or bool(self.read(model, record, "active"))

    def read(self, model: str, record: int, name: str) -> Any:
        """What a field reads as: links as ids, what is empty as "", 0, False, None or no ids."""
        return self.value(model, record, self.schema.field(model, name))

    def value(self, model: str, record: int, shape: FieldShape, archived: bool = False) -> Any:
        """The same; `archived` lets a list of links have archived records too."""
        if shape.kind == "related":
            link, name = shape.path.split(".")
            there = self.read(model, record, link)
            end = self.schema.end(model, shape)
            if there is None:
                return empty(end.kind)
            return self.value(self.target(model, link), there, self.schema.field(self.target(model, link), name),
                              archived)  # fmt: skip
        if shape.kind == "one2many":
            found = [i for i in self.ids(shape.target) if self.read(shape.target, i, shape.inverse) == record]
            return self._listed(shape, found, archived)
        given = self.rows[model][record - 1].get(shape.name)
        if shape.kind == "many2many":
            return self._listed(shape, given or [], archived)
        if shape.kind == "translated":
            return self._translated(given or {})
        return empty(shape.kind) if given is None else given

    def target(self, model: str, link: str) -> str:
        """The model that a link leads to, wherever it is declared."""
        return self.schema.end(model, self.schema.field(model, link)).target

    def linked(self, model: str, record: int, shape: FieldShape, archived: bool = False) -> list[int]:
        """The records that a link of any kind leads to."""
        found = self.value(model, record, shape, archived)
        return found if isinstance(found, list) else [] if found is None else [found]

    def _listed(self, shape: FieldShape, ids: Sequence[int], archived: bool) -> list[int]:
        every = archived or not self.reader.active_test
        return [
            i
            for i in ids
            if (every or self.alive(shape.target, i)) and (not shape.narrow or self.read(shape.target, i, "x") >= 1)
        ]

    def _translated(self, texts: Mapping[str, str]) -> str:
        chain = [self.reader.lang or "en_US", "en_US", *sorted(texts)]
        return next((texts[lang] for lang in chain if texts.get(lang)), "")


def empty(kind: str) -> Any:
    """What a field without a value reads as."""
    if kind in TEXTS:
        return ""
    if kind in TO_MANY:
        return []
    if kind in EXACT:
        return Decimal(0)
    known = {"float": 0.0, "boolean": False, "company_boolean": False, "binary": b"", "json": None}
    return 0 if kind in WHOLE else known.get(kind)


def is_empty(kind: str, value: Any) -> bool:
    """Is there nothing, in the sense of a search for `= False`? Zero and False are."""
    return not value if kind in LINKS else value == empty(kind)


_FOLDED = {**{chr(c): chr(c + 32) for c in range(65, 91)}, "Á": "a", "á": "a", "Ñ": "n", "ñ": "n", "ß": "s"}


def folded(text: str) -> str:
    """A text without case and accents, as far as the texts of these tests have any."""
    return "".join(_FOLDED.get(letter, letter) for letter in text)


def like(text: str, pattern: list[str | None]) -> bool:
    """Does a text fit a pattern: letters, "_" as "" for any letter, "%" as None for any letters?"""
    if not pattern:
        return not text
    first, rest = pattern[0], pattern[1:]
    if first is None:
        return any(like(text[n:], rest) for n in range(len(text) + 1))
    return bool(text) and first in ("", text[0]) and like(text[1:], rest)


def pattern_of(text: str) -> list[str | None]:
    """The parts of a pattern; a backslash makes the letter after it a plain one, and is plain at the end."""
    parts: list[str | None] = []
    letters = iter(text)
    for letter in letters:
        if letter == "\\":
            parts.append(next(letters, "\\"))
        else:
            parts.append({"%": None, "_": ""}.get(letter, letter))
    return parts


def day_of(value: Any) -> dt.date:
    """A date out of what a condition may compare with."""
    return dt.date.fromisoformat(value) if isinstance(value, str) else value
