"""The ids of new records: who creates records one by one takes them from a stock, where the database allows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.db.ids import can_return, next_ids, return_ids

if TYPE_CHECKING:
    from core.orm.registry import ModelInfo
    from core.orm.transaction import Transaction

LARGEST = 1000
"""The most ids that are put in stock at once."""


class Stock:
    """The ids of one transaction that were taken from the database and not used yet.

    It is as large as what was used since the last flush, so that a thousand records created one by one ask ten
    times; the flush gives back what is left.
    """

    def __init__(self) -> None:
        self._left: dict[str, range] = {}
        self._used: dict[str, int] = {}

    def take(self, tx: Transaction, info: ModelInfo, count: int) -> list[int]:
        """Ids for `count` new records, ascending."""
        name = info.name
        left = self._left.get(name)
        if left is None or len(left) < count:
            self._return(tx, name)
            ahead = min(self._used.get(name, 0), LARGEST) if can_return(tx.connection) else 0
            ids = next_ids(tx.connection, info.table, count + ahead)
            if not ahead:
                self._used[name] = self._used.get(name, 0) + count
                return ids
            left = range(ids[0], ids[-1] + 1)
        self._used[name] += count
        self._left[name] = left[count:]
        return list(left[:count])

    def give_back(self, tx: Transaction) -> None:
        """Return what is left to the database."""
        for name in [*self._left]:
            self._return(tx, name)
        self._used.clear()

    def forget(self) -> None:
        """What was taken is undone, or may be."""
        self._left.clear()
        self._used.clear()

    def _return(self, tx: Transaction, name: str) -> None:
        left = self._left.pop(name, None)
        if left:
            return_ids(tx.connection, tx.registry.models[name].table, left)
