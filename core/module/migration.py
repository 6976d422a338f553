"""What a migration script can do to a database: rename, convert, walk through records. Addons write no SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from core.db import schema, table_rows
from core.db.addon_rows import Connection
from core.errors import UserError, ValidationError
from core.module.base_models import table_of
from core.module.fill import recompute
from core.orm.domain import Domain
from core.orm.tables import table_name

if TYPE_CHECKING:
    from core.orm.env import Env
    from core.orm.model import Model

OUTDATED = ":outdated"
"""Stands behind the addon of an archive that an upgrade made; a reinstall does not bring it back."""

LISTED = 20
"""How many values that cannot be converted a refusal lists."""


class Migration:
    """The argument of a script's `migrate(m)`.

    A script `pre_*.py` runs before the tables are brought up to date: it renames and announces conversions. A script
    `post_*.py` runs afterwards, with tables and data files of the new version, and works on records.

    Attributes:
        addon: the addon that is upgraded.
        from_version: the version the database has.
        to_version: the version of the files.
    """

    def __init__(self, connection: Connection, addon: str, from_version: str, to_version: str) -> None:
        self.addon = addon
        self.from_version = from_version
        self.to_version = to_version
        self.renamed_models: list[tuple[str, str]] = []
        self.renamed_fields: list[tuple[str, str, str]] = []
        self.connection = connection
        self._env: Env | None = None
        self._converted: list[tuple[str, str, dict[int, Any]]] = []

    @property
    def env(self) -> Env:
        """The superuser's environment on the new models; only in `post_*.py`."""
        if self._env is None:
            raise UserError("Records can be used in post_*.py only: the tables are not up to date before.")
        return self._env

    def rename_model(self, old: str, new: str) -> None:
        """Give a model another name: its table, rights, rules, views, actions and filters follow.

        Does nothing in a database that has no such table.
        """
        self._before("rename_model")
        if not table_rows.has_table(self.connection, table_name(old)):
            return
        if table_rows.has_table(self.connection, table_name(new)):
            raise UserError("{old} cannot become {new}: there is a table of that name.", old=old, new=new)
        schema.rename_table(self.connection, table_name(old), table_name(new))
        table_rows.replace(self.connection, "ir_model", "model", old, new)
        table_rows.replace(self.connection, "ir_model_fields", "model", old, new)
        table_rows.replace(self.connection, "ir_model_fields", "relation", old, new)
        table_rows.replace(self.connection, "ir_model_data", "model", old, new)
        self.renamed_models.append((old, new))

    def rename_field(self, model: str, old: str, new: str) -> None:
        """Give a field another name: its column keeps its values; filters, rules, actions and views follow.

        Does nothing in a database that has no such column.
        """
        self._before("rename_field")
        table = table_name(model)
        if not table_rows.has_column(self.connection, table, old):
            return
        if table_rows.has_column(self.connection, table, new):
            raise UserError(
                "{model}.{old} cannot become {new}: there is a column of that name.", model=model, old=old, new=new
            )
        schema.rename_column(self.connection, table, old, new)
        if table_rows.has_column(self.connection, table, f"{old}_fold"):
            schema.rename_column(self.connection, table, f"{old}_fold", f"{new}_fold")
        table_rows.replace(self.connection, "ir_model_fields", "name", old, new, where={"model": model})
        self.renamed_fields.append((model, old, new))

    def convert(self, model: str, field: str, function: Callable[[Any], Any]) -> None:  # Any: values of any type
        """Give a field another type: `function` takes each stored value and gives the one to keep.

        The old column is archived. All values are tried before anything is changed.

        Raises ValidationError that lists the records whose value the function refuses (by any error of its own).
        """
        self._before("convert")
        table = table_name(model)
        if not table_rows.has_column(self.connection, table, field):
            return
        values: dict[int, Any] = {}
        refused: list[str] = []
        for record, value in table_rows.read_column(self.connection, table, field):
            try:
                values[record] = function(value)
            except Exception as error:  # noqa: BLE001  # the script's function may refuse a value in any way
                refused.append(f"{record}: {value!r} ({error})"[:120])
        if refused:
            raise ValidationError(
                "{count} values of {model}.{field} cannot be converted: {values}",
                count=len(refused),
                model=model,
                field=field,
                values=refused[:LISTED],
                fields=(field,),
            )
        schema.archive_column(self.connection, table, field, self.addon + OUTDATED)
        if table_rows.has_column(self.connection, table, f"{field}_fold"):
            schema.archive_column(self.connection, table, f"{field}_fold", self.addon + OUTDATED)
        self._converted.append((model, field, values))

    def for_each_batch(
        self, model: str, domain: Domain | Sequence[Any] = (), size: int = 1000
    ) -> Iterator[Model]:  # Any: a domain
        """The records that meet a domain, archived ones too, in sets of at most `size`.

        Each set is written and forgotten before the next one comes, so that memory stays flat.
        """
        env = self.env
        env.flush()
        ids = table_of(env, model).search(domain, order="id").ids
        for start in range(0, len(ids), size):
            yield table_of(env, model).browse(ids[start : start + size])
            env.flush()
            env.tx.invalidate()

    def recompute(self, model: str, *fields: str) -> None:
        """Work stored computed fields out again for all records, because the way to compute them has changed."""
        info = self.env.registry[model]
        recompute(self.env, [info.field(name) for name in fields])

    def open(self, env: Env) -> None:
        """Let the script work on records from here on, and give converted fields their values."""
        self._env = env
        for model, name, values in self._converted:
            bound = env.registry[model].field(name)
            by_value: dict[str, tuple[Any, list[int]]] = {}
            for record, value in values.items():
                by_value.setdefault(repr(value), (value, []))[1].append(record)
            for value, records in by_value.values():
                for start in range(0, len(records), 1000):
                    env[model].browse(records[start : start + 1000]).write({bound.name: value})
            env.flush()
            env.tx.invalidate()
        self._converted = []

    def _before(self, name: str) -> None:
        if self._env is not None:
            raise UserError("{name} belongs in pre_*.py: the tables are up to date already.", name=name)
