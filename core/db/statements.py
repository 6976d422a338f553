"""The only place where SQL is written as text: what SQLAlchemy has no expression for.

Reviewed as a whole. Values are always parameters; names come from table objects and pass through the dialect's quoting.
"""

# ruff: noqa: S608  this is the file where SQL may be text

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import FK_ON_DELETE

Column = sa.Column[Any]  # Any: a column has its own type
Rows = sa.CursorResult[*tuple[Any, ...]]  # Any: as above


def run(connection: Connection, statement: str, parameters: Any = ()) -> Rows:  # Any: DBAPI values
    """Run a statement of this file, once, or for a list of parameters many times."""
    return connection.exec_driver_sql(statement, parameters)


def fragment(text: str, kind: Any = None) -> sa.ColumnElement[Any]:  # Any: a type
    """A default or check that was written by the compiler or read from the database, as an expression."""
    return sa.literal_column(text, kind)


BEGIN = "BEGIN"
BEGIN_IMMEDIATE = "BEGIN IMMEDIATE"

SQLITE_ON_CONNECT = (
    "PRAGMA foreign_keys = ON",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",  # what was answered with success is on the disk, whatever happens to the power
    "PRAGMA case_sensitive_like = ON",  # as PostgreSQL has it; searches that ignore case use folded text
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -16000",
)
FOREIGN_KEYS_ON = "PRAGMA foreign_keys = ON"
FOREIGN_KEYS_OFF = "PRAGMA foreign_keys = OFF"
FOREIGN_KEY_CHECK = "PRAGMA foreign_key_check"
QUERY_ONLY_ON = "PRAGMA query_only = ON"
QUERY_ONLY_OFF = "PRAGMA query_only = OFF"
FOREIGN_KEYS = "PRAGMA foreign_keys"
DATA_VERSION = "PRAGMA data_version"
DATABASE_FILE = "PRAGMA database_list"

BEGIN_WRITING = "BEGIN ISOLATION LEVEL REPEATABLE READ"
BEGIN_READING = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
BEGIN_LATEST = "BEGIN ISOLATION LEVEL READ COMMITTED"
COMMIT = "COMMIT"
ROLLBACK = "ROLLBACK"

STATEMENT_TIMEOUT = "SET LOCAL statement_timeout = %s"
SESSION_LOCK = "SELECT pg_advisory_lock(%s)"
SESSION_UNLOCK = "SELECT pg_advisory_unlock(%s)"
CONSTRAINTS_IMMEDIATE = "SET CONSTRAINTS ALL IMMEDIATE"
CONSTRAINTS_DEFERRED = "SET CONSTRAINTS ALL DEFERRED"

POSTGRESQL_NEXT_IDS = """
WITH numbers AS MATERIALIZED (SELECT CAST(pg_get_serial_sequence(quote_ident(%s), 'id') AS regclass) AS name)
SELECT nextval(numbers.name) FROM numbers, generate_series(1, %s)
"""
POSTGRESQL_LAST_ID = "SELECT pg_sequence_last_value(CAST(pg_get_serial_sequence(quote_ident(%s), %s) AS regclass))"
POSTGRESQL_SET_ID = "SELECT setval(CAST(pg_get_serial_sequence(quote_ident(%s), %s) AS regclass), %s)"
# SQLite keeps the last id of a table here; raised inside the writing transaction, it reserves the ids below it.
SQLITE_NEXT_IDS = "UPDATE sqlite_sequence SET seq = seq + ? WHERE name = ? RETURNING seq"
SQLITE_RETURN_IDS = "UPDATE sqlite_sequence SET seq = ? WHERE name = ? AND seq = ?"
SQLITE_LAST_ID = "SELECT seq FROM sqlite_sequence WHERE name = ?"
SQLITE_FORGET_ID = "DELETE FROM sqlite_sequence WHERE name = ?"
SQLITE_FIRST_IDS = "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)"


def sqlite_insert(dialect: Dialect, table: sa.Table, columns: Sequence[Column], ignore: bool) -> str:
    """INSERT of one row with a place for each value."""
    names, places = _names(dialect, columns), ", ".join("?" * len(columns))
    return f"INSERT INTO {_table(dialect, table)} ({names}) VALUES ({places}){_ignoring(ignore)}"


def postgresql_insert(dialect: Dialect, table: sa.Table, columns: Sequence[Column], ignore: bool) -> str:
    """INSERT of many rows that come as one array a column."""
    names, arrays = _names(dialect, columns), _arrays(dialect, columns)
    return f"INSERT INTO {_table(dialect, table)} ({names}) SELECT * FROM unnest({arrays}){_ignoring(ignore)}"


def copy(dialect: Dialect, table: sa.Table, columns: Sequence[Column]) -> str:
    """COPY of many rows in text form."""
    return f"COPY {_table(dialect, table)} ({_names(dialect, columns)}) FROM STDIN"


def sqlite_update(
    dialect: Dialect, table: sa.Table, columns: Sequence[Column], bump: Column | None, common: Sequence[Column]
) -> str:
    """UPDATE of one row: a place for each of the `common` values, for each of its own, and for the id."""
    sets = [f"{_name(dialect, column)} = ?" for column in (*common, *columns)] + _bumped(dialect, bump)
    return f"UPDATE {_table(dialect, table)} SET {', '.join(sets)} WHERE {_name(dialect, table.c.id)} = ?"


def postgresql_update(
    dialect: Dialect, table: sa.Table, columns: Sequence[Column], bump: Column | None, common: Sequence[Column]
) -> str:
    """UPDATE of many rows: a place for each of the `common` values; the others come as arrays, the ids first."""
    sets = [f"{_name(dialect, column)} = %s" for column in common]
    sets += [f"{_name(dialect, column)} = given.v{place}" for place, column in enumerate(columns)]
    sets += _bumped(dialect, bump, "wanted.")
    given = ", ".join(["id", *(f"v{place}" for place in range(len(columns)))])
    return (
        f"UPDATE {_table(dialect, table)} AS wanted SET {', '.join(sets)} "
        f"FROM unnest({_arrays(dialect, [table.c.id, *columns])}) AS given ({given}) "
        f"WHERE wanted.{_name(dialect, table.c.id)} = given.id"
    )


def _bumped(dialect: Dialect, bump: Column | None, prefix: str = "") -> list[str]:
    return [] if bump is None else [f"{_name(dialect, bump)} = {prefix}{_name(dialect, bump)} + 1"]


def _ignoring(ignore: bool) -> str:
    return " ON CONFLICT DO NOTHING" if ignore else ""


def _arrays(dialect: Dialect, columns: Sequence[Column]) -> str:
    return ", ".join(f"CAST(%s AS {column.type.compile(dialect)}[])" for column in columns)


def _names(dialect: Dialect, columns: Sequence[Column]) -> str:
    return ", ".join(_name(dialect, column) for column in columns)


def _name(dialect: Dialect, column: Column) -> str:
    return dialect.identifier_preparer.quote(column.name)


def _table(dialect: Dialect, table: sa.Table) -> str:
    return dialect.identifier_preparer.format_table(table)


class CreateDatabase(sa.schema.ExecutableDDLElement):
    """CREATE DATABASE in UTF-8, ordered by code point, from nothing or from another one."""

    def __init__(self, name: str, template: str = "template0") -> None:
        self.name = name
        self.template = template


@compiles(CreateDatabase)
def _create_database(element: CreateDatabase, compiler: Any, **_options: Any) -> str:
    quote = compiler.preparer.quote_identifier
    fresh = " ENCODING 'UTF8' LC_COLLATE 'C'" if element.template == "template0" else ""
    return f"CREATE DATABASE {quote(element.name)} TEMPLATE {quote(element.template)}{fresh}"


class DropDatabase(sa.schema.ExecutableDDLElement):
    """DROP DATABASE where there is one, also when others are connected."""

    def __init__(self, name: str) -> None:
        self.name = name


@compiles(DropDatabase)
def _drop_database(element: DropDatabase, compiler: Any, **_options: Any) -> str:
    return f"DROP DATABASE IF EXISTS {compiler.preparer.quote_identifier(element.name)} WITH (FORCE)"


class RenameDatabase(sa.schema.ExecutableDDLElement):
    """ALTER DATABASE RENAME, which PostgreSQL refuses while somebody is connected."""

    def __init__(self, name: str, new_name: str) -> None:
        self.name = name
        self.new_name = new_name


@compiles(RenameDatabase)
def _rename_database(element: RenameDatabase, compiler: Any, **_options: Any) -> str:
    quote = compiler.preparer.quote_identifier
    return f"ALTER DATABASE {quote(element.name)} RENAME TO {quote(element.new_name)}"


class AddSqliteColumn(sa.schema.ExecutableDDLElement):
    """ALTER TABLE ADD COLUMN with the foreign key inside, which spares SQLite a copy of the table.

    `link` has the table, the column and what happens when its row is deleted (empty: nothing).
    """

    def __init__(self, table: str, column: Column, link: tuple[str, str, str] | None) -> None:
        self.table = table
        self.column = column
        self.link = link


@compiles(AddSqliteColumn)
def _add_sqlite_column(element: AddSqliteColumn, compiler: Any, **_options: Any) -> str:
    quote = compiler.preparer.quote
    text = f"ALTER TABLE {quote(element.table)} ADD COLUMN {compiler.get_column_specification(element.column)}"
    if element.link is None:
        return text
    table, column, action = element.link
    then = f" ON DELETE {compiler.preparer.validate_sql_phrase(action, FK_ON_DELETE)}" if action else ""
    return f"{text} REFERENCES {quote(table)} ({quote(column)}){then} DEFERRABLE INITIALLY DEFERRED"


class CreateSqliteCopy(sa.schema.CreateTable):
    """CREATE TABLE under another name than the table's own, for a rebuild: names of rules stay those of the table."""

    inherit_cache = False

    def __init__(self, table: sa.Table, name: str) -> None:
        super().__init__(table)
        self.copy_name = name


@compiles(CreateSqliteCopy)
def _create_sqlite_copy(element: CreateSqliteCopy, compiler: Any, **options: Any) -> str:
    text = str(compiler.visit_create_table(element, **options))
    name = compiler.preparer.format_table(element.element)
    return text.replace(f"CREATE TABLE {name}", f"CREATE TABLE {compiler.preparer.quote(element.copy_name)}", 1)


def rows_against(table: sa.Table, check: str) -> sa.Select[Any]:
    """The primary keys of the rows that a CHECK would refuse. The text of the check comes from a table object."""
    return sa.select(*table.primary_key).where(sa.not_(fragment(f"({check})", sa.Boolean())))


class RenameConstraint(sa.schema.ExecutableDDLElement):
    """ALTER TABLE RENAME CONSTRAINT."""

    def __init__(self, table: str, old: str, new: str) -> None:
        self.table = table
        self.old = old
        self.new = new


@compiles(RenameConstraint)
def _rename_constraint(element: RenameConstraint, compiler: Any, **_options: Any) -> str:
    table, old, new = map(compiler.preparer.quote, (element.table, element.old, element.new))
    return f"ALTER TABLE {table} RENAME CONSTRAINT {old} TO {new}"


def listen(dialect: Dialect, channel: str) -> str:
    """LISTEN to a channel."""
    return f"LISTEN {dialect.identifier_preparer.quote_identifier(channel)}"
