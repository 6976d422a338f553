"""Real models and tables out of a schema that is data, in a transaction that is undone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING, Any

from core import Model, fields
from core.db.engine import begin
from core.kernel.hooks import HookManager
from core.orm import declare
from core.orm.build import build_registry
from core.orm.declare import ModelMeta
from tests.model.shape import CHOICES, FieldShape, ModelShape, Schema

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

    from core.files.store import FileStore
    from core.kernel.config import Settings
    from core.orm.env import Env
    from core.orm.fields.base import Field

_numbers = count()


class _Undo(Exception):
    pass


def _field(schema: Schema, shape: FieldShape, model: ModelShape) -> Field[Any, Any]:
    """The field that a shape stands for."""
    plain: dict[str, Any] = {
        "char": lambda: fields.Char(),
        "folded": lambda: fields.Char(fold=True, index=True),
        "translated": lambda: fields.Char(translate=True),
        "text": lambda: fields.Text(),
        "html": lambda: fields.Html(sanitize=False),
        "integer": lambda: fields.Integer(),
        "float": lambda: fields.Float(),
        "decimal": lambda: fields.Decimal(digits=(16, 3)),
        "monetary": lambda: fields.Monetary(),
        "boolean": lambda: fields.Boolean(),
        "date": lambda: fields.Date(),
        "datetime": lambda: fields.Datetime(),
        "selection": lambda: fields.Selection("Choice", CHOICES),
        "reference": lambda: fields.Reference("Reference", [one.name for one in schema.models]),
        "json": lambda: fields.Json(),
        "binary": lambda: fields.Binary(),
        "company_char": lambda: fields.Char(company_dependent=True),
        "company_integer": lambda: fields.Integer(company_dependent=True),
        "company_decimal": lambda: fields.Decimal(digits=(16, 3), company_dependent=True),
        "company_boolean": lambda: fields.Boolean(company_dependent=True),
    }
    narrow: dict[str, Any] = {"domain": [("x", ">=", 1)]} if shape.narrow else {}
    match shape.kind:
        case "many2one":
            delegate: dict[str, Any] = {"delegate": True, "required": True} if shape.name == model.base else {}
            return fields.Many2one(shape.target, **delegate)
        case "one2many":
            return fields.One2many(shape.target, shape.inverse, **narrow)
        case "many2many":
            table = f"{model.name}_{shape.name}".replace(".", "_")
            return fields.Many2many(shape.target, relation=table, column1="here_id", column2="there_id", **narrow)
        case "related":
            found: Field[Any, Any] = fields.Related(shape.path, store=shape.stored)
            return found
    made: Field[Any, Any] = plain[shape.kind]()
    return made


def _declare(schema: Schema, addon: str) -> None:
    """Make the classes of a schema's models, as an addon has them."""
    space = {"__module__": addon, "__qualname__": "User", "_name": "res.users", "name": fields.Char()}
    ModelMeta("User", (Model,), space)
    for model in schema.models:
        name = model.name.replace(".", "_")
        ModelMeta(
            name,
            (Model,),
            {
                "__module__": addon,
                "__qualname__": name,
                "_name": model.name,
                "_order": model.order,
                **{shape.name: _field(schema, shape, model) for shape in model.fields},
            },
        )


@contextmanager
def world(schema: Schema, engine: Engine, settings: Settings, files: FileStore) -> Iterator[Env]:
    """The superuser's environment in a database that has the tables of a schema; nothing of it stays."""
    addon = f"paper_{next(_numbers)}"
    _declare(schema, addon)
    try:
        registry = build_registry("paper", engine, settings, [addon], files, HookManager())
        with begin(engine, write=True, schema=True) as connection:
            registry.metadata.create_all(connection)
            yield registry.env_on(connection)
            raise _Undo
    except _Undo:
        return
    finally:
        declare.forget(addon)


def fill(env: Env, rows: Mapping[str, list[dict[str, Any]]], schema: Schema) -> None:
    """Create the rows of each model, then set their links: they may lead to records that come later."""
    for model in schema.models:
        late = {f.name for f in model.fields if f.kind in ("many2one", "many2many", "reference")} - {model.base}
        records = env[model.name].create(
            [{name: value for name, value in row.items() if name not in late} for row in rows[model.name]]
        )
        assert records.ids == list(range(1, len(records) + 1))
    for model in schema.models:
        late = {f.name for f in model.fields if f.kind in ("many2one", "many2many", "reference")} - {model.base}
        for number, row in enumerate(rows[model.name], 1):
            links = {name: value for name, value in row.items() if name in late}
            links = {name: [(6, 0, value)] if isinstance(value, list) else value for name, value in links.items()}
            if links:
                env[model.name].browse(number).write(links)
    env.flush()
    env.tx.invalidate()
