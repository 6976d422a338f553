"""A record as an expression may see it: declared fields only, links as further views, `id` and `ids`."""

from __future__ import annotations

from typing import Any


class RecordView:
    """A frozen view of records for expressions of data files (`obj`, the tests of assertions)."""

    __slots__ = ("_records",)

    def __init__(self, records: Any) -> None:
        self._records = records

    def expression_attribute(self, name: str) -> Any:
        """A field's value: plain, or a view of the linked records. KeyError for everything else."""
        if name == "id":
            return self._records.id if self._records else False
        if name == "ids":
            return list(self._records.ids)
        field = self._records._info.fields[name]
        value = field.of_set(self._records) if field.relational else field.__get__(self._records, None)
        return RecordView(value) if field.relational else value

    def __len__(self) -> int:
        return len(self._records)

    def __bool__(self) -> bool:
        return bool(self._records)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, RecordView):
            return bool(self._records == other._records)
        return bool(self._records) and self._records.id == other

    def __hash__(self) -> int:
        return hash(tuple(self._records.ids))
