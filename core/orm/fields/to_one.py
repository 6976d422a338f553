"""The field that links a record to one record of another model."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TypeVar, Union, Unpack

import sqlalchemy as sa

from core.orm.domain import Domain, Leaf
from core.orm.fields.base import MISSING, MappedField
from core.orm.fields.options import Options
from core.orm.fields.scalar import path_of

if TYPE_CHECKING:
    from sqlalchemy.types import TypeEngine

    from core.orm.env import Env
    from core.orm.model import Model

M = TypeVar("M", bound="Model")
Target = Union["type[M]", Callable[[], "type[M]"], str]
OnDelete = Literal["set null", "restrict", "cascade"]


def model_name(target: Any) -> str:
    """The technical name behind a class, a name, or a lambda that gives a class."""
    if isinstance(target, str):
        return target
    if not isinstance(target, type):
        target = target()
    return target if isinstance(target, str) else str(target._name)


class Relational:
    """What links share: a target, and the domain and context in which it is chosen."""

    target: Any
    domain: Any
    context: Mapping[str, Any]

    @cached_property
    def comodel(self) -> str:
        """The model linked to."""
        return model_name(self.target)

    def choices(self, env: Env) -> Any:
        """The domain of records one may link, as declared."""
        return self.domain


class Many2one(MappedField[M, "M | int | None"], Relational):
    """A link to one record; without a target it reads as an empty recordset.

    Args:
        target: the linked class, a lambda giving it, or a model name.
        ondelete: what happens here when the target is deleted.
        delegate: this model shows the target's fields as its own (inheritance by delegation).
    """

    type = "many2one"
    relational = True
    index = True
    domain: Any = ()
    context: Mapping[str, Any] = {}
    ondelete: OnDelete = "set null"
    delegate: bool = False

    def __init__(
        self, target: Target[M], string: str = "", *, required: bool = False,
        domain: Sequence[Any] | Domain | str | Callable[..., Any] = MISSING, context: Mapping[str, Any] = MISSING,
        ondelete: OnDelete = MISSING, delegate: bool = MISSING, related: str = MISSING, **options: Unpack[Options],
    ) -> None:  # fmt: skip
        super().__init__(
            string, required=required, target=target, domain=domain, context=context, ondelete=ondelete,
            delegate=delegate, related=path_of(related), **options,
        )  # fmt: skip
        if ondelete is MISSING and required:
            self.ondelete = self.given["ondelete"] = "cascade" if delegate is True else "restrict"

    def to_raw(self, value: Any, env: Env) -> int | None:
        if value is None or value is False or value == "":
            return None
        if isinstance(value, bool):
            raise self.refuse(value, "is not a record")
        if isinstance(value, int):
            return value or None
        if hasattr(value, "_ids"):
            if value._name != self.comodel and value._name != "":
                raise self.refuse(value, f"is not a record of {self.comodel}")
            if len(value._ids) > 1:
                raise self.refuse(value, "holds more than one record")
            return value._ids[0] if value._ids else None
        if isinstance(value, (list, tuple)) and len(value) == 2 and isinstance(value[0], int):
            return value[0] or None
        if isinstance(value, str) and value.lstrip("-").isdigit():
            return int(value) or None
        raise self.refuse(value, "is not the id of a record")

    def to_record(self, raw: Any, record: Model) -> Any:
        env = record.env
        if self.mapped:
            raw = self.pick(raw, env)
        cls = env.classes[self.comodel]
        if raw is None:
            return cls._make(env, (), ())
        return cls._make(env, (raw,), env.targets(self, record))

    def of_set(self, record: Model) -> Any:
        """On a set of several records: all their targets."""
        found = dict.fromkeys(i for one in record for i in self.__get__(one, None)._ids)
        ids = tuple(found)
        return record.env.classes[self.comodel]._make(record.env, ids, ids)

    def to_edge(self, raw: Any, record: Model) -> Any:
        env = record.env
        among: tuple[int, ...] = ()
        if self.mapped:
            raw = self.pick(raw, env)
        elif len(record._ids) == 1:
            among = env.targets(self, record)
        shut = raw and not env.is_super(self.model) and env.hidden(self.comodel, (raw,), among)
        return False if shut else raw or False

    def to_edges(self, raws: Sequence[Any], records: Model) -> list[Any]:
        env = records.env
        if self.mapped:
            return super().to_edges(raws, records)
        gone = () if env.is_super(self.model) else env.hidden(self.comodel, {raw for raw in raws if raw})
        return [False if not raw or raw in gone else raw for raw in raws]

    def may_lead_to(self, env: Env) -> Sequence[str]:
        """The models that a value may lead to."""
        return (self.comodel,)

    def leads_to(self, raw: Any) -> tuple[str, int] | None:
        """Model and id that a raw value leads to."""
        return (self.comodel, raw) if raw else None

    def column_type(self) -> TypeEngine[Any]:
        return sa.Integer()

    def describe(self, env: Env) -> dict[str, Any]:
        return {**super().describe(env), **describe_link(self, env)}

    def child_of(self, value: Any) -> Domain:
        return Leaf(self.name, "child_of", value)

    def parent_of(self, value: Any) -> Domain:
        return Leaf(self.name, "parent_of", value)

    def any(self, domain: Any) -> Domain:
        """The link leads to a record that meets `domain`."""
        return Leaf(self.name, "any", domain)

    def not_any(self, domain: Any) -> Domain:
        return Leaf(self.name, "not any", domain)


def describe_link(field: Any, env: Env) -> dict[str, Any]:
    """What `fields_get` adds for a link."""
    domain = field.domain(env[field.model]) if callable(field.domain) else field.domain
    if isinstance(domain, Domain):
        domain = domain.as_list()
    return {
        "relation": field.comodel,
        "domain": domain if isinstance(domain, str) else list(domain),
        "context": dict(field.context),
    }
