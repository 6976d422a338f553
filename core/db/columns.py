"""Column types that hold the same on both databases, and the id column of every table."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.types import TypeDecorator, TypeEngine

from core.kernel.text import fold

# Any in this file: SQLAlchemy passes values and options through its hooks without types.


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: a naive datetime in UTC, to the microsecond. One with a zone is converted when it is written."""

    impl = sa.DateTime
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:
        """What is sent to the database; on SQLite ISO text, which sorts and compares as the moments do."""
        as_text = dialect.name == "sqlite"

        def send(value: Any) -> Any:
            if value is None:
                return None
            value = _in_utc(value)
            return _text(value) if as_text else value

        return send

    def literal_processor(self, dialect: Dialect) -> Callable[[Any], str]:
        """A moment in the text of a statement."""
        return lambda value: f"'{_text(_in_utc(value))}'"

    def result_processor(self, dialect: Dialect, coltype: Any) -> Callable[[Any], Any] | None:
        """What is made of a value from the database."""
        if dialect.name != "sqlite":
            return None
        parse = datetime.fromisoformat
        return lambda value: None if value is None else parse(value)


def _in_utc(value: datetime) -> datetime:
    return value if value.tzinfo is None else value.astimezone(UTC).replace(tzinfo=None)


def _text(value: datetime) -> str:
    # As SQLAlchemy writes a datetime whose column it does not know.
    return value.isoformat(sep=" ", timespec="microseconds")


class JsonText(sa.Text):
    """The storage of JSON on SQLite: TEXT in its name keeps numbers as written, JSON tells it when reflected."""

    __visit_name__ = "json_text"


@compiles(JsonText)
def _json_text(_type: JsonText, _compiler: Any, **_options: Any) -> str:
    return "JSONTEXT"


class JsonMap(TypeDecorator[Any]):
    """Any JSON value, mostly a mapping; `core.db.functions.json_value` reaches into it. None is stored as NULL."""

    impl = sa.JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """JSONB, or text."""
        return JsonText() if dialect.name == "sqlite" else JSONB(none_as_null=True)

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:
        """What is sent to the database."""
        return lambda value: None if value is None else json_dumps(value)

    def literal_processor(self, dialect: Dialect) -> Callable[[Any], str]:
        """JSON in the text of a statement."""
        return lambda value: "'" + json_dumps(value).replace("'", "''") + "'"

    def result_processor(self, dialect: Dialect, coltype: Any) -> Callable[[Any], Any] | None:
        """What is made of a value from the database."""
        if dialect.name != "sqlite":
            return None
        return lambda value: None if value is None else json.loads(value)


SQLiteDialect.ischema_names["JSONTEXT"] = JsonMap

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


def json_dumps(value: Any) -> str:
    """Compact JSON. Raises ValueError or TypeError for what JSON has not."""
    return _encode(value)


FOLDED = "_fold"
"""Ends the name of the column beside a text that holds it without case and accents."""


class FoldedText(TypeDecorator[str]):
    """A text that is stored without case and accents, to be searched in; what it is compared with is folded too."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """What is sent to the database."""
        return fold(value) if value else value


def id_column(name: str = "id") -> sa.Column[int]:
    """The primary key of a table: numbered by the database, and no number is given twice, even after a deletion."""
    column: sa.Column[int] = sa.Column(name, sa.Integer(), sa.Identity(), primary_key=True)
    sa.event.listen(column, "after_parent_attach", _number_for_good)
    return column


def _number_for_good(_column: sa.Column[int], table: Any) -> None:
    if isinstance(table, sa.Table):
        table.dialect_options["sqlite"]["autoincrement"] = True
