"""Turns cells into values: numbers and dates in the reader's format, links by name, tags created on the way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from core.errors import ValidationError
from core.kernel.formats import parse_date, parse_datetime, parse_number
from core.kernel.text import fold
from core.orm.domain import TRUE, Leaf, disjunction

if TYPE_CHECKING:
    from core.orm.env import Env
    from core.orm.fields.base import Field

Convert = Callable[[str], Any]
TRUE_WORDS = frozenset(["1", "true", "yes", "y", "si", "s", "x", "verdadero"])
FALSE_WORDS = frozenset(["0", "false", "no", "n", "falso"])
SMALL_TABLE = 5000


class Names:
    """Finds records of one model by what people call them, with a query for the whole file.

    Args:
        missing: what to do with a name that is not found: `refuse` the row, leave the field `empty`, or `create`.
    """

    def __init__(self, env: Env, model: str, missing: str) -> None:
        self.env, self.model, self.missing = env, model, missing
        self.create = missing == "create"
        self.dropped: set[str] = set()
        self.known: dict[str, int] = {}
        self.made: list[int] = []
        self.ambiguous: set[str] = set()

    def prepare(self, texts: Iterable[str]) -> None:
        """Look up all these names at once."""
        wanted = {fold(text.strip()): text.strip() for text in texts if text.strip()}
        missing = {key: text for key, text in wanted.items() if key not in self.known}
        if not missing:
            return
        self._look_up(missing)
        fresh = [text for key, text in missing.items() if key not in self.known]
        if fresh and self.create:
            info = self.env.registry[self.model]
            name = "name" if info.fields[info.rec_name].computed and "name" in info.fields else info.rec_name
            created = self.env[self.model].create([{name: text} for text in fresh])
            for text, record_id in zip(fresh, created.ids, strict=True):
                self.known[fold(text)] = record_id
                self.made.append(record_id)

    def _look_up(self, missing: dict[str, str]) -> None:
        info = self.env.registry[self.model]
        table = self.env[self.model].with_context(active_test=False)
        field = info.fields[info.rec_name]
        translated = bool(getattr(field, "mapped", False))
        if translated or not field.stored or field.relational:
            small = table.search_count([]) <= SMALL_TABLE
            domain = TRUE if small else disjunction([Leaf("display_name", "=", text) for text in missing.values()])
            records = table.search(domain)
        else:
            records = table.search(Leaf(field.name, "in", sorted(set(missing.values()))))
            if len(records) < len(missing):
                others = disjunction([Leaf(field.name, "=ilike", _literal(text)) for text in missing.values()])
                records = records | table.search(others) if len(missing) <= 500 else records
        code = info.fields.get("code")
        for record in records:
            titles = {record.display_name}
            if translated:
                raw = self.env.values[field.slot].get(record.id) or {}
                field.__get__(record, None)
                raw = self.env.values[field.slot].get(record.id) or {}
                titles.update(text for text in raw.values() if text)
            elif field.stored and not field.relational:
                titles.add(field.__get__(record, None))
            if code is not None and code.type == "char" and code.stored:
                titles.add(code.__get__(record, None))
            for title in titles:
                if title:
                    self._keep(fold(str(title)), record.id)

    def _keep(self, key: str, record_id: int) -> None:
        if self.known.setdefault(key, record_id) != record_id:
            self.ambiguous.add(key)

    def find(self, text: str) -> int:
        """The id of a name. Raises ValidationError when it is unknown or means several records."""
        key = fold(text.strip())
        if key in self.ambiguous:
            raise ValidationError("“{text}” names more than one {model}.", text=text, model=self._title())
        if key not in self.known and self.missing == "empty":
            self.dropped.add(text.strip())
            return 0
        if key not in self.known:
            raise ValidationError("There is no {model} called “{text}”.", text=text, model=self._title())
        return self.known[key]

    def _title(self) -> str:
        info = self.env.registry[self.model]
        return self.env.translate_term(info.description, info.addon)


def _literal(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def converter(env: Env, field: Field[Any, Any], names: Names | None) -> Convert:
    """The function from a cell's text to a value of the field; raises GrialError for a cell that does not fit."""
    lang, tz = env.lang or "en_US", env.tz
    if field.type == "many2one" and names is not None:
        return lambda text: (names.find(text) or None) if text else None
    if field.type == "many2many" and names is not None:
        return lambda text: [(6, 0, [i for i in map(names.find, split_tags(text)) if i])]
    if field.type in ("integer", "float", "decimal", "monetary"):
        return lambda text: parse_number(text, lang) if text else 0
    if field.type == "date":
        return lambda text: (_iso_date(text) or parse_date(text, lang)) if text else None
    if field.type == "datetime":
        return lambda text: parse_datetime(text, lang, tz) if text else None
    if field.type == "boolean":
        return _truth
    if field.type == "selection":
        return _choice(field.labels(env))  # type: ignore[attr-defined]  # a selection
    return lambda text: text


def _choice(labels: Mapping[str, str]) -> Convert:
    """From a key of a selection, or its label, to the key."""
    keys = {**{fold(label): key for key, label in labels.items()}, **{key: key for key in labels}}

    def convert(text: str) -> str | None:
        if not text:
            return None
        found = keys.get(text) or keys.get(fold(text))
        if found is None:
            raise ValidationError("“{text}” is none of: {choices}.", text=text, choices=", ".join(labels.values()))
        return found

    return convert


def split_tags(text: str) -> list[str]:
    """The names in a cell of tags, each once, in order."""
    found: dict[str, str] = {}
    for part in text.split(","):
        name = " ".join(part.split())
        if name:
            found.setdefault(fold(name), name)
    return list(found.values())


def _iso_date(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text[:10])
    except ValueError:
        return None


def _truth(text: str) -> bool:
    word = fold(text.strip())
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS or not word:
        return False
    raise ValidationError("“{text}” is neither yes nor no.", text=text)
