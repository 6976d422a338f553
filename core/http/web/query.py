"""The state of a page of many records, in its address: every link is the same state with something changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

SEARCH_KEYS = ("q", "filter", "group", "fav", "cond")
"""Parameters that say what is searched; without any of them a list opens with its default filters."""

TEXT_PREFIX = "f."
"""`f.partner_id=acme`: records whose customer is found by that text."""

_MOST = 40


@dataclass(frozen=True, slots=True)
class Query:
    """The parameters of an address, in order, each with its values."""

    path: str
    items: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, path: str, pairs: Iterable[tuple[str, str]]) -> Query:
        """The state in an address; what is not ours is dropped, and so is what nobody would write by hand."""
        return cls(path, tuple((key, value[:2000]) for key, value in pairs)[:200])

    def all(self, key: str) -> tuple[str, ...]:
        """All values of a parameter that say something."""
        return tuple(value for name, value in self.items if name == key and value)[:_MOST]

    def get(self, key: str, default: str = "") -> str:
        """The first value of a parameter."""
        return next((value for name, value in self.items if name == key), default)

    def number(self, key: str, default: int, least: int = 0, most: int = 10**7) -> int:
        """A parameter that is a whole number between bounds."""
        value = self.get(key)
        return min(max(int(value), least), most) if value.isascii() and value.isdigit() and len(value) < 9 else default

    @property
    def texts(self) -> tuple[tuple[str, str], ...]:
        """The fields that are searched for a text: name and text."""
        return tuple(
            (name[len(TEXT_PREFIX) :], value) for name, value in self.items if name.startswith(TEXT_PREFIX) and value
        )

    @property
    def searched(self) -> bool:
        """Does the address say what is searched?"""
        return any(name in SEARCH_KEYS or name.startswith(TEXT_PREFIX) for name, _ in self.items)

    @property
    def narrowed(self) -> bool:
        """Does the search leave records out? Then an empty page says so, and not what the records are for."""
        return any(self.all(key) for key in ("filter", "cond", "fav")) or bool(self.texts)

    def without(self, *keys: str) -> Query:
        """Without these parameters."""
        return replace(self, items=tuple(item for item in self.items if item[0] not in keys))

    def minus(self, key: str, value: str) -> Query:
        """Without one value of a parameter."""
        return replace(self, items=tuple(item for item in self.items if item != (key, value)))

    def plus(self, key: str, value: str) -> Query:
        """With one more value of a parameter."""
        return self if (key, value) in self.items else replace(self, items=(*self.items, (key, value)))

    def with_(self, **values: str | int | Sequence[str] | None) -> Query:
        """With these parameters in place of what they were; None takes them away."""
        kept = tuple(item for item in self.items if item[0] not in values)
        fresh: list[tuple[str, str]] = []
        for key, value in values.items():
            if value is None:
                continue
            listed = value if isinstance(value, (list, tuple)) else [str(value)]
            fresh += [(key, str(one)) for one in listed]
        return replace(self, items=(*kept, *fresh))

    def toggled(self, key: str, value: str) -> Query:
        """With a value of a parameter switched on or off; the pages begin again."""
        changed = self.minus(key, value) if (key, value) in self.items else self.plus(key, value)
        return changed.settled()

    def settled(self) -> Query:
        """The first page of a changed search; one emptied by hand says so, or the default filters would come back."""
        fresh = self.without("page", "open", "at")
        return fresh if fresh.searched else fresh.plus("filter", "")

    @property
    def url(self) -> str:
        """The address."""
        text = self.text
        return f"{self.path}?{text}" if text else self.path

    @property
    def text(self) -> str:
        """The part of the address behind the question mark."""
        return urlencode(self.items)

    def at(self, path: str) -> Query:
        """The same parameters elsewhere."""
        return replace(self, path=path)


def link(path: str, **values: Any) -> str:
    """An address with those of the values that say something."""
    pairs = [(key, value) for key, value in values.items() if value not in (None, "", False)]
    return f"{path}?{urlencode(pairs)}" if pairs else path


def pairs_of(values: MultiDict[str, str]) -> list[tuple[str, str]]:
    """The parameters of a request, in order."""
    return list(values.items(multi=True))
