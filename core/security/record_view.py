"""What an expression or a template sees of a record: its declared fields, read-only, within the reader's rights."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from core.orm.edge import value_of

if TYPE_CHECKING:
    from core.orm.model import Model


class RecordView:
    """A frozen view of a recordset; links give further views, everything else plain values.

    Args:
        records: what it shows.
        noted: filled with the (model, field) of every value that is looked at, here and in views reached from here.
    """

    __slots__ = ("_noted", "_records")

    def __init__(self, records: Model, noted: set[tuple[str, str]] | None = None) -> None:
        self._records = records
        self._noted = noted

    def expression_attribute(self, name: str) -> Any:
        """The value of a field. Raises KeyError for anything else."""
        records = self._records
        if name == "ids":
            return list(records._ids)
        field = records._info.fields.get(name) if records._name else None
        if field is None:
            raise KeyError(name)
        if self._noted is not None:
            self._noted.add((records._name, name))
        if field.type in ("binary", "image"):
            raise KeyError(name)
        if name == "id":
            return records.id if len(records._ids) == 1 else (False if not records._ids else list(records._ids))
        value = value_of(records, name)
        if field.relational or field.type == "reference":
            return RecordView(value, self._noted)
        return False if value is None else value

    def expression_item(self, index: int) -> RecordView:
        """One of the records, as `order.line_ids[0]`. Raises IndexError."""
        return RecordView(self._records.browse(self._records._ids[index]), self._noted)

    def __iter__(self) -> Iterator[RecordView]:
        return (RecordView(record, self._noted) for record in self._records)

    def __len__(self) -> int:
        return len(self._records)

    def __bool__(self) -> bool:
        return bool(self._records)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RecordView) and self._records == other._records

    def __hash__(self) -> int:
        return hash(self._records)

    def __str__(self) -> str:
        return ", ".join(record.display_name for record in self._records)
