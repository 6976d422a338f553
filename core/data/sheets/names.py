"""Finds the records that people mean by a name: by what they are called in any language, codes, other names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from core.errors import ValidationError
from core.kernel.text import fold, literal
from core.orm.domain import Domain, Leaf, disjunction

if TYPE_CHECKING:
    from core.orm.env import Env

SMALL_TABLE = 5000
MOST_PATTERNS = 500
SHORTEST_ENDING = 4
NEAR = 0.85


class Names:
    """The records of one model by name, with a query for the whole file. Accents and case do not count.

    Args:
        create: make records of names that are not found.

    Attributes:
        known: ids by folded name.
        made: ids of the records that were created.
    """

    def __init__(self, env: Env, model: str, create: bool = False) -> None:
        self.env, self.model, self.create = env, model, create
        self.info = env.registry[model]
        self.known: dict[str, int] = {}
        self.made: list[int] = []
        self._ambiguous: set[str] = set()
        self._complete = False

    def prepare(self, texts: Iterable[str]) -> None:
        """Look up all these names at once, and create those that are nobody's where that is wished."""
        wanted = {fold(text.strip()): text.strip() for text in texts if text.strip()}
        missing = {key: text for key, text in wanted.items() if key not in self.known}
        if not missing:
            return
        if not self._complete:
            candidates = self._candidates(list(missing.values()))
            for path in candidates._other_names:
                candidates.mapped(path)  # of all at once
            for record in candidates:
                for title in self._titles(record):
                    if self.known.setdefault(fold(title), record.id) != record.id:
                        self._ambiguous.add(fold(title))
        fresh = [text for key, text in missing.items() if key not in self.known]
        if fresh and self.create:
            created = self.env[self.model].create([{self.name_field: text} for text in fresh])
            for text, record_id in zip(fresh, created.ids, strict=True):
                self.known[fold(text)] = record_id
                self.made.append(record_id)

    @property
    def name_field(self) -> str:
        """The field that a record made from a name alone gets it in."""
        shown = self.info.fields[self.info.rec_name]
        return "name" if shown.computed and "name" in self.info.fields else shown.name

    def _candidates(self, texts: list[str]) -> Any:
        """The records that may be called so; all of them where the table is small or names have several forms."""
        table = self.env[self.model].with_context(active_test=False)
        field = self.info.fields[self.info.rec_name]
        others = table._other_names
        plain = field.stored and not field.relational and not field.mapped
        if not (plain and not others) and table.search_count([]) <= SMALL_TABLE:
            self._complete = True
            return table.search([])
        if not plain:
            return table.search(disjunction([Leaf("display_name", "=", text) for text in texts]))
        found: Any = table.search(Leaf(field.name, "in", sorted(set(texts))))
        if len(found) < len(texts) <= MOST_PATTERNS:
            paths = (field.name, *others)
            patterns: list[Domain] = [Leaf(path, "=ilike", literal(text)) for text in texts for path in paths]
            found |= table.search(disjunction(patterns))
        return found

    def _titles(self, record: Any) -> set[str]:
        """Everything a record is called: its name in every language, and its other names."""
        field = self.info.fields[self.info.rec_name]
        titles = {record.display_name}
        if field.stored and not field.relational:
            titles.add(field.__get__(record, None))
        if field.mapped:
            titles.update((self.env.values[field.slot].get(record.id) or {}).values())
        for path in record._other_names:
            titles.update(record.mapped(path))
        return {str(title) for title in titles if title}

    def find(self, text: str) -> int:
        """The id of a name. Raises ValidationError when it is unknown or means several records."""
        key = fold(text.strip())
        if key in self._ambiguous:
            raise ValidationError("“{text}” names more than one {model}.", text=text, model=self._title())
        if key not in self.known:
            raise ValidationError("There is no {model} called “{text}”.", text=text, model=self._title())
        return self.known[key]

    def suggest(self, texts: Iterable[str]) -> dict[str, int]:
        """For names that are nobody's, the record each may mean: one it ends in after a comma, or spelled nearly so.

        Nothing is suggested of a large table.
        """
        unknown = [text for text in texts if fold(text) not in self.known]
        if not unknown or not self._complete:
            return {}
        hints = self.env[self.model]._suggest_names(unknown, self.known)
        spellings = [key for key in self.known if len(key) >= SHORTEST_ENDING and key not in self._ambiguous]
        found = {text: hints[text] if text in hints else self._nearest(text, spellings) for text in unknown}
        return {text: record_id for text, record_id in found.items() if record_id}

    def _nearest(self, text: str, spellings: list[str]) -> int:
        key = fold(text)
        for ending in _endings(key):
            if len(ending) >= SHORTEST_ENDING and ending in self.known and ending not in self._ambiguous:
                return self.known[ending]
        alike = [one for one in spellings if one[0] == key[0] and abs(len(one) - len(key)) < SHORTEST_ENDING]
        near = get_close_matches(key, alike, 1, NEAR)
        return self.known[near[0]] if near else 0

    def _title(self) -> str:
        return self.env.translate_term(self.info.description, self.info.addon)


def _endings(text: str) -> Iterator[str]:
    """What follows each comma, the longest first."""
    while "," in text:
        text = text.partition(",")[2].strip()
        yield text
