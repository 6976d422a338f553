"""Columns that name records: by external id (`id`, `link/id`) or by number in this database (`.id`, `link/.id`)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from core.data.external_ids import ExternalIds, Known
from core.data.sheets.mapping import DATABASE_ID, XMLID
from core.data.sheets.names import Names
from core.errors import UserError, ValidationError
from core.orm.domain import Leaf
from core.orm.xmlids import IMPORTED

if TYPE_CHECKING:
    from core.orm.env import Env

EXPORTED = "__export__"
"""The module of external ids that an export gives to records without one."""


def split_path(path: str) -> tuple[str, str]:
    """The field of a target, and by what its column names records: `user_id/id` is `user_id` by `id`."""
    field, slash, by = path.partition("/")
    return (field, by) if slash else ("", path) if path in (XMLID, DATABASE_ID) else (path, "")


def own_name(env: Env, xmlid: str) -> str:
    """The external id that a new record gets for what a file says; the names of installed addons are theirs."""
    module, dot, name = xmlid.partition(".")
    if not dot:
        return f"{IMPORTED}.{xmlid}"
    return f"{IMPORTED}.{module}.{name}" if module in env.registry.addons else xmlid


class Lookup:
    """The records of one model by external id or number, with few queries for a whole file."""

    def __init__(self, env: Env, model: str, by: str) -> None:
        self.env, self.model, self.by = env, model, by
        self.external = ExternalIds(env, IMPORTED)
        self._visible: set[int] = set()
        self._hidden: set[int] = set()

    def prepare(self, texts: Iterable[str]) -> None:
        """Look all of them up at once."""
        wanted = list(dict.fromkeys(text for text in texts if text))
        if self.by == XMLID:
            self.external.preload(name for text in wanted if _wellformed(text) for name in self._candidates(text))
        ids = sorted({one for text in wanted if (one := self._number(text)[1])} - self._visible)
        table = self.env[self.model].with_context(active_test=False)
        self._visible |= set(table.search(Leaf("id", "in", ids)).ids)
        self._hidden |= set(self.env.super_env[self.model].browse(ids).exists().ids) - self._visible

    def find(self, text: str) -> int:
        """The record that a text names; 0 where it names none. Raises GrialError for what can be none of the model."""
        model, number = self._number(text)
        if model and model != self.model:
            raise UserError("{xmlid} is a record of {model}.", xmlid=text, model=model)
        if number in self._hidden and self.by == XMLID:
            raise UserError("{xmlid} is the id of another record: choose another name.", xmlid=text)
        return number if number in self._visible else 0

    def _number(self, text: str) -> tuple[str, int]:
        if self.by == DATABASE_ID:
            return "", int(text) if re.fullmatch(r"[0-9]{1,18}", text) else 0
        if not _wellformed(text):
            return "", 0
        known = next((one for name in self._candidates(text) if (one := self.external.find(name))), None)
        return (known.model, known.id) if known else ("", 0)

    def _candidates(self, text: str) -> Sequence[str]:
        return list(dict.fromkeys([text, own_name(self.env, text)]))


def _wellformed(text: str) -> bool:
    module, dot, name = text.partition(".")
    return bool(module and (name or not dot))


class IdNames(Names):
    """The records that a link's column names by external id or number."""

    def __init__(self, env: Env, model: str, by: str) -> None:
        super().__init__(env, model)
        self.lookup = Lookup(env, model, by)

    def prepare(self, texts: Iterable[str]) -> None:
        """Look all of them up at once."""
        self.lookup.prepare(texts)

    def find(self, text: str) -> int:
        """The id of the record. Raises UserError when there is none."""
        found = self.lookup.find(text.strip())
        if not found and self.lookup.by == XMLID:
            raise UserError("There is no {model} with the external id {xmlid}.", model=self._title(), xmlid=text)
        if not found:
            raise UserError("There is no record {id}.", id=text)
        return found

    def suggest(self, texts: Iterable[str]) -> dict[str, int]:
        """Ids are not guessed."""
        return {}


class Identity:
    """How the rows of a sheet name their own records.

    Args:
        columns: by column, `id` or `.id`.
    """

    def __init__(self, env: Env, model: str, columns: Mapping[int, str]) -> None:
        self.env, self.model, self.columns = env, model, dict(columns)
        self._lookups = {column: Lookup(env, model, by) for column, by in columns.items()}

    def prepare(self, rows: Sequence[Sequence[str]]) -> None:
        """Look the records of all rows up."""
        for column, lookup in self._lookups.items():
            lookup.prepare(cells[column].strip() for cells in rows)

    def of(self, cells: Sequence[str]) -> tuple[int, str]:
        """The record that a row names, or 0, and the external id for a new one. Raises GrialError for a wrong id."""
        target, xmlid = 0, ""
        for column, lookup in self._lookups.items():
            text = cells[column].strip()
            if not text:
                continue
            found = lookup.find(text)
            if lookup.by == DATABASE_ID and not found:
                raise UserError("There is no record {id}.", id=text)
            if lookup.by == XMLID and not found:
                if not _wellformed(text):
                    raise ValidationError("{xmlid} is not an external id: write module.name.", xmlid=repr(text))
                xmlid = own_name(self.env, text)
            target = target or found
        return target, "" if target else xmlid

    def name(self, named: Mapping[str, int]) -> None:
        """Give new records their external ids."""
        external = ExternalIds(self.env, IMPORTED)
        for xmlid, record_id in named.items():
            external.add(xmlid, Known(self.model, record_id))
        external.write()
