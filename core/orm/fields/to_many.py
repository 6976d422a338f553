"""Fields that link a record to many records, and the commands that change them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar, Unpack

from core.orm.domain import TRUE, Domain, Leaf
from core.orm.fields.base import MISSING, Field
from core.orm.fields.options import Options
from core.orm.fields.scalar import path_of
from core.orm.fields.to_one import Relational, Target, describe_link

if TYPE_CHECKING:
    from core.orm.env import Env
    from core.orm.model import Model

M = TypeVar("M", bound="Model")


class Command(NamedTuple):
    """One change of a to-many link: OpenERP's `(kind, id, value)` with names.

    Kinds: 0 create, 1 update, 2 delete, 3 unlink (cut), 4 link, 5 clear, 6 set.
    """

    kind: int
    id: int = 0
    value: Any = None

    @classmethod
    def create(cls, values: Mapping[str, Any]) -> Command:
        """Create a record and link it."""
        return cls(0, 0, dict(values))

    @classmethod
    def update(cls, record: int, values: Mapping[str, Any]) -> Command:
        """Write values to a linked record."""
        return cls(1, record, dict(values))

    @classmethod
    def delete(cls, record: int) -> Command:
        """Delete a linked record."""
        return cls(2, record)

    @classmethod
    def unlink(cls, record: int) -> Command:
        """Cut the link and keep the record."""
        return cls(3, record)

    @classmethod
    def link(cls, record: int) -> Command:
        """Link a record that exists."""
        return cls(4, record)

    @classmethod
    def clear(cls) -> Command:
        """Cut all links."""
        return cls(5)

    @classmethod
    def set(cls, records: Iterable[int]) -> Command:
        """Link exactly these records."""
        return cls(6, 0, list(records))


class _ToMany(Field[M, "M | Iterable[Any]"], Relational, Generic[M]):
    """What one2many and many2many share: the raw value is a tuple of ids."""

    relational = True
    to_many = True
    has_column = False
    domain: Any = ()
    context: Mapping[str, Any] = {}

    def null(self) -> tuple[int, ...]:
        return ()

    def is_empty(self, raw: Any) -> bool:
        return not raw

    def to_raw(self, value: Any, env: Env) -> list[Command]:
        """Normalise to commands: a recordset or a list of ids means exactly these."""
        if value is None or value is False:
            return [Command.clear()]
        if hasattr(value, "_ids"):
            return [Command.set(value._ids)]
        items = list(value)
        if items and all(isinstance(item, int) and not isinstance(item, bool) for item in items):
            return [Command.set(items)]
        return [self._command(item) for item in items]

    def _command(self, item: Any) -> Command:
        if isinstance(item, Command):
            return item
        if isinstance(item, Mapping):
            return Command.create(item)
        if not isinstance(item, (list, tuple)) or not item or item[0] not in range(7):
            raise self.refuse(item, "is not a command (0 to 6)")
        kind = int(item[0])
        record = item[1] if len(item) > 1 and item[1] else 0
        value = item[2] if len(item) > 2 else None
        if kind in (0, 1) and not isinstance(value, Mapping):
            raise self.refuse(item, "needs the values of a record")
        if kind in (1, 2, 3, 4) and not isinstance(record, int):
            raise self.refuse(item, "needs the id of a record")
        if kind == 6 and not isinstance(value, (list, tuple)):
            raise self.refuse(item, "needs a list of ids")
        return Command(kind, int(record) if kind in (1, 2, 3, 4) else 0, value)

    def to_record(self, raw: Any, record: Model) -> Any:
        cls = record.env.classes[self.comodel]
        return cls._make(record.env, raw, record.env.targets(self, record) if raw else ())

    def of_set(self, record: Model) -> Any:
        found = dict.fromkeys(i for one in record for i in self.__get__(one, None)._ids)
        ids = tuple(found)
        return record.env.classes[self.comodel]._make(record.env, ids, ids)

    def to_edge(self, raw: Any, record: Model) -> Any:
        gone = () if record.env.is_super(self.model) else record.env.hidden(self.comodel, raw)
        return [i for i in raw if i not in gone]

    def bucket_key(self, env: Env) -> Any:
        return (env.access_key, env.active_test(self))

    @property
    def sortable(self) -> bool:
        return False

    @property
    def limit(self) -> Domain:
        """What the declared domain says of the records that are listed, where it does not depend on the reader."""
        return (
            TRUE
            if not self.domain or isinstance(self.domain, str) or callable(self.domain)
            else Domain.parse(self.domain)
        )

    def describe(self, env: Env) -> dict[str, Any]:
        return {**super().describe(env), **describe_link(self, env)}

    def any(self, domain: Any) -> Domain:
        """At least one linked record meets `domain`."""
        return Leaf(self.name, "any", domain)

    def not_any(self, domain: Any) -> Domain:
        """No linked record meets `domain`."""
        return Leaf(self.name, "not any", domain)

    def contains(self, value: Any) -> Domain:
        return Leaf(self.name, "in", value)


class One2many(_ToMany[M]):
    """The records whose many2one `inverse_name` points here."""

    type = "one2many"
    copy = False

    def __init__(
        self, target: Target[M], inverse_name: str = MISSING, string: str = "", *,
        required: bool = False, domain: Any = MISSING, context: Mapping[str, Any] = MISSING, related: str = MISSING,
        **options: Unpack[Options],
    ) -> None:  # fmt: skip
        super().__init__(
            string, required=required, target=target, inverse_name=inverse_name, domain=domain, context=context,
            related=path_of(related), **options,
        )  # fmt: skip

    inverse_name: str = ""

    def describe(self, env: Env) -> dict[str, Any]:
        return {**super().describe(env), "relation_field": self.inverse_name}


class Many2many(_ToMany[M]):
    """A free set of links, kept in a table of its own with two columns."""

    type = "many2many"

    def __init__(
        self, target: Target[M], string: str = "", *, relation: str = MISSING,
        column1: str = MISSING, column2: str = MISSING, required: bool = False, domain: Any = MISSING,
        context: Mapping[str, Any] = MISSING, related: str = MISSING, **options: Unpack[Options],
    ) -> None:  # fmt: skip
        super().__init__(
            string, required=required, target=target, relation=relation, column1=column1, column2=column2,
            domain=domain, context=context, related=path_of(related), **options,
        )  # fmt: skip

    relation: str = ""
    column1: str = ""
    column2: str = ""

    def names(self) -> tuple[str, str, str]:
        """Table and its two columns: this side, the other side."""
        here, there = self.model.replace(".", "_"), self.comodel.replace(".", "_")
        first, second = sorted((here, there))
        table = self.relation or f"{first}_{second}_rel"
        column1, column2 = self.column1 or f"{here}_id", self.column2 or f"{there}_id"
        if column1 == column2:
            column2 = f"{there}_target_id"
        return table, column1, column2
