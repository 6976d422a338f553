"""What a report template sees: frozen records, and numbers and dates in the reader's format."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from core.kernel.formats import format_date, format_datetime, format_money, format_number
from core.orm.edge import value_of

if TYPE_CHECKING:
    from core.orm.env import Env
    from core.orm.model import Model


class Document:
    """A frozen view of a recordset for templates: fields as attributes, links as further views."""

    __slots__ = ("_records",)

    def __init__(self, records: Model) -> None:
        self._records = records

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        records = self._records
        if name == "id":
            return records.id
        field: Any = records._info.fields.get(name) if records._name else None
        if field is None or field.type in ("binary", "image"):
            raise AttributeError(f"{records._name or 'nothing'} has no field {name}")
        value: Any = value_of(records, name) if records or field.relational or field.type == "reference" else None
        if field.relational or field.type == "reference":
            return Document(value)
        if field.type == "selection":
            return field.labels(records.env).get(value, "")
        return value

    def __iter__(self) -> Iterator[Document]:
        return (Document(record) for record in self._records)

    def __len__(self) -> int:
        return len(self._records)

    def __bool__(self) -> bool:
        return bool(self._records)

    def __str__(self) -> str:
        return ", ".join(record.display_name for record in self._records)


def filters(env: Env) -> dict[str, Any]:
    """Template filters in the reader's language and time zone: `money`, `number`, `date`, `datetime`."""
    lang = env.lang or "en_US"

    def money(value: Decimal | None, currency: Any = None) -> str:
        code = getattr(currency, "name", "") or env.company.currency_id.name
        return format_money(value or Decimal(0), code, lang)

    def number(value: Any, digits: int | None = None) -> str:
        return format_number(value or 0, digits, lang)

    def date(value: dt.date | None) -> str:
        return format_date(value, lang) if value else ""

    def moment(value: dt.datetime | None) -> str:
        return format_datetime(value, lang, env.tz) if value else ""

    return {"money": money, "number": number, "date": date, "datetime": moment}
