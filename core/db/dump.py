"""Writes a database with its files into a zip, and makes a database from one, on either backend.

A dump is plain: `manifest.json` tells the shape of every table, `tables/<name>.jsonl` has one row a line, `files/` has
the stored files. CHECK constraints are SQL of one backend, and a dump may come from anywhere, so that they are not
restored: `sync` adds them again.
"""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import IO, Any, BinaryIO

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from core.db.alter import Difference, add_keys, create_tables
from core.db.dump_values import KINDS, decoder, encoder, kind_of, manifest_default, sql_default
from core.db.engine import DatabaseServer, begin
from core.db.found import find_tables
from core.db.ids import last_id, set_last_id
from core.db.shape import ColumnShape, KeyShape, TableShape, to_table
from core.db.types import insert_rows
from core.errors import ValidationError

FORMAT = 1
_MANIFEST = "manifest.json"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,62}")
_BLOB = re.compile(r"files/([0-9a-f]{2})/(\1[0-9a-f]{62})")
_CHUNK = 1000
_LARGEST_MANIFEST = 1 << 26


def write_dump(server: DatabaseServer, name: str, target: Path | BinaryIO) -> None:
    """Write a database as it is at this moment, with its files, while others work in it."""
    with (
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=5) as archive,
        begin(server.engine(name), write=False) as connection,
    ):
        shapes = find_tables(connection)
        described = [_described(connection, shape) for shape in shapes.values()]
        manifest = {"format": FORMAT, "product": "Grial", "backend": server.backend, "tables": described}
        archive.writestr(_MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))
        for shape in shapes.values():
            with archive.open(f"tables/{shape.name}.jsonl", "w", force_zip64=True) as file:
                for line in _lines(connection, shape):
                    file.write(line)
        # Files never change and are there before their row is: none that these rows name is missing.
        for path in sorted(server.files_folder(name).glob("??/*")):
            member = f"files/{path.parent.name}/{path.name}"
            if _BLOB.fullmatch(member):
                with suppress(FileNotFoundError):  # collected meanwhile, since no row names it
                    archive.write(path, member, zipfile.ZIP_STORED)


@contextmanager
def open_dump(source: Path | BinaryIO) -> Iterator[zipfile.ZipFile]:
    """A dump to read from. Raises ValidationError when it is none, or one of a newer format."""
    try:
        with zipfile.ZipFile(source) as archive:
            manifest_of(archive)
            yield archive
    except zipfile.BadZipFile:
        raise ValidationError("The file is not a dump of a database, or it is damaged.") from None


def read_dump(server: DatabaseServer, name: str, archive: zipfile.ZipFile, trusted: bool = False) -> None:
    """Fill an empty database from a dump. With `trusted`, CHECK constraints come along, if the backend is the same.

    Raises ValidationError where the dump is damaged.
    """
    shapes = shapes_of(archive, server.backend, trusted)
    for member in archive.namelist():
        blob = _BLOB.fullmatch(member)
        if blob:
            path = server.files_folder(name) / blob[1] / blob[2]
            path.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(member) as packed, path.open("wb") as file:
                shutil.copyfileobj(packed, file, 1 << 20)
    with begin(server.engine(name), write=True, schema=True) as connection:
        create_tables(connection, shapes)
        for shape, told in zip(shapes, manifest_of(archive)["tables"], strict=True):
            with archive.open(f"tables/{shape.name}.jsonl") as lines:
                _fill(connection, shape, lines)
            if shape.numbered:
                _number_on(connection, shape, int(told["last_id"]))
        add_keys(connection, (Difference(shape, shape, keys_added=shape.foreign_keys) for shape in shapes))


def manifest_of(archive: zipfile.ZipFile) -> dict[str, Any]:  # Any: JSON
    """What a dump says about itself. Raises ValidationError when that cannot be used."""
    try:
        if archive.getinfo(_MANIFEST).file_size > _LARGEST_MANIFEST:
            raise ValueError
        manifest: dict[str, Any] = json.loads(archive.read(_MANIFEST))
        if manifest["product"] != "Grial" or not isinstance(manifest["tables"], list):
            raise ValueError
    except (KeyError, TypeError, ValueError):
        raise ValidationError("The file is not a dump of a database.") from None
    if manifest["format"] != FORMAT:
        raise ValidationError("The dump was made by a newer version. Restore it with that one.")
    return manifest


def _described(connection: Connection, shape: TableShape) -> dict[str, Any]:  # Any: JSON
    """A table in the manifest."""
    columns = [
        {
            "name": column.name,
            "kind": kind_of(column.type),
            "length": getattr(column.type, "length", None),
            "nullable": column.nullable,
            "default": manifest_default(column, connection.dialect.name),
        }
        for column in shape.columns.values()
        if kind_of(column.type)
    ]
    return {
        "name": shape.name,
        "columns": columns,
        "left_out": [c.name for c in shape.columns.values() if not kind_of(c.type)],
        "key": shape.key,
        "key_name": shape.key_name,
        "last_id": last_id(connection, shape.name, shape.key[0]) if shape.numbered else None,
        "uniques": shape.uniques,
        "indexes": shape.indexes,
        "checks": [[name, text, shape.marks.get(name, "")] for name, text in shape.checks.items()],
        "foreign_keys": [[k.name, k.columns, k.target, k.target_columns, k.ondelete] for k in shape.foreign_keys],
    }


def shapes_of(archive: zipfile.ZipFile, backend: str, trusted: bool = False) -> list[TableShape]:
    """The tables of a dump, as they are made on a backend. Raises ValidationError where they make no sense."""
    manifest = manifest_of(archive)
    trusted = trusted and manifest["backend"] == backend
    return [_shape(table, backend, trusted) for table in manifest["tables"]]


_ACTIONS = {action: action for action in ("", "CASCADE", "SET NULL")}


def _shape(table: dict[str, Any], backend: str, trusted: bool) -> TableShape:  # Any: JSON
    """A table from the manifest. Raises ValidationError for what cannot be one."""
    try:
        shape = TableShape(_safe(table["name"]), {}, _names(table["key"]))
        for told in table["columns"]:
            name, kind = _safe(told["name"]), KINDS[told["kind"]](told["length"])
            default = sql_default(told["default"], kind, backend)
            shape.columns[name] = ColumnShape(name, kind, bool(told["nullable"]), default)
        shape.key_name = _safe(table["key_name"]) if table["key_name"] else ""
        shape.numbered = table["last_id"] is not None and len(shape.key) == 1
        shape.uniques = {_safe(name): _names(found) for name, found in table["uniques"].items()}
        shape.indexes = {_safe(name): (_names(found), bool(only)) for name, (found, only) in table["indexes"].items()}
        for name, here, target, there, *ondelete in table["foreign_keys"]:
            name = _safe(name or f"fk_{shape.name}_{here[0]}"[:63])
            action = _ACTIONS[ondelete[0]] if ondelete else ""
            shape.foreign_keys.append(KeyShape(name, _names(here), _safe(target), _names(there), action))
        if trusted:
            shape.checks = {name: text for name, text, _ in table["checks"]}
            shape.marks = {name: mark for name, _, mark in table["checks"]}
    except (AttributeError, KeyError, TypeError, ValueError, IndexError):
        raise ValidationError("The dump is damaged: {part} cannot be read.", part=_MANIFEST) from None
    return shape


def _names(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(map(_safe, found))


def _safe(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError
    return name


def _number_on(connection: Connection, shape: TableShape, told: int) -> None:
    """Give out no id again that was given before, even if its row was deleted."""
    key: Any = sa.column(shape.key[0], sa.BigInteger())
    top = connection.execute(sa.select(sa.func.max(key)).select_from(sa.table(shape.name))).scalar() or 0
    if max(told, top):
        set_last_id(connection, shape.name, shape.key[0], max(told, top))


def _lines(connection: Connection, shape: TableShape) -> Iterator[bytes]:
    columns = [column for column in shape.columns.values() if kind_of(column.type)]
    if not columns:
        return
    encoders = [encoder(column.type) for column in columns]
    table = sa.table(shape.name, *(sa.column(c.name, c.type) for c in columns))
    query = sa.select(*table.c).order_by(*(table.c[name] for name in shape.key))
    result = connection.execute(query, execution_options={"yield_per": _CHUNK})
    dumps = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode
    for row in result:
        values = [v if v is None or e is None else e(v) for e, v in zip(encoders, row, strict=True)]
        yield dumps(values).encode() + b"\n"


def _fill(connection: Connection, shape: TableShape, lines: IO[bytes]) -> None:
    table = to_table(shape, keys=False)
    names = list(shape.columns)
    decoders = [decoder(column.type) for column in shape.columns.values()]
    number = 0
    while chunk := list(islice(lines, _CHUNK)):
        rows: list[list[Any]] = []
        for line in chunk:
            number += 1
            try:
                values = json.loads(line)
                rows.append([v if v is None or d is None else d(v) for d, v in zip(decoders, values, strict=True)])
            except (ArithmeticError, TypeError, ValueError):
                raise ValidationError(
                    "The dump is damaged: line {line} of table {table} cannot be read.", line=number, table=shape.name
                ) from None
        try:
            insert_rows(connection, table, names, rows)
        except sa.exc.DBAPIError as error:
            text = "The dump is damaged: table {table} cannot be restored: {reason}"
            raise ValidationError(text, table=shape.name, reason=error.orig) from error
