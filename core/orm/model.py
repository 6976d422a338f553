"""The base of every model: what an addon calls on its records. The work is done by the files beside this one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self

from core.errors import UserError
from core.kernel.text import literal
from core.orm import columnwise, edge, fetch, group, locking, remove, select, write
from core.orm.declare import ModelMeta
from core.orm.domain import Domain, Leaf, disjunction
from core.orm.domain_match import matching
from core.orm.fields.scalar import Char, Datetime, Id, Integer
from core.orm.fields.to_one import Many2one
from core.orm.kept import SYSTEM
from core.orm.markers import exported, readonly

if TYPE_CHECKING:
    import datetime as dt

    from core.orm.env import Env
    from core.orm.registry import ModelInfo

Values = Mapping[str, Any]
Condition = Domain | Sequence[Any]


class Model(metaclass=ModelMeta):
    """A recordset: records of one model, in order, seen from one environment.

    A class of an addon declares a model (`_name`) or extends one in place (`extend=True`). Instances are made by the
    ORM alone: `env[Partner]`, searches, links.
    """

    __slots__ = ("_ids", "_prefetch", "env")

    _name: ClassVar[str] = ""
    _description: ClassVar[str] = ""
    _order: ClassVar[str] = "id"
    _rec_name: ClassVar[str] = "name"
    _other_names: ClassVar[Sequence[str]] = ()
    _parent_name: ClassVar[str] = "parent_id"
    _inherits: ClassVar[Mapping[Any, str]] = {}
    _abstract: ClassVar[bool] = False
    _transient: ClassVar[bool] = False
    _extend: ClassVar[bool] = False
    _addon: ClassVar[str] = ""
    _query: ClassVar[Any] = None
    _info: ClassVar[ModelInfo]
    _system_fields: ClassVar[frozenset[str]] = SYSTEM

    env: Env
    _ids: tuple[int, ...]
    _prefetch: tuple[int, ...]

    id = Id("ID", readonly=True, copy=False)
    display_name = Char("Name", readonly=True, copy=False)
    create_uid: Many2one[Any] = Many2one("res.users", "Created by", readonly=True, copy=False)
    create_date: Datetime[dt.datetime | None] = Datetime("Created on", readonly=True, copy=False)
    write_uid: Many2one[Any] = Many2one("res.users", "Last changed by", readonly=True, copy=False)
    write_date: Datetime[dt.datetime | None] = Datetime("Last changed on", readonly=True, copy=False)
    row_version = Integer("Version", readonly=True, copy=False, aggregate="")

    @display_name.compute(store=False)
    def _compute_display_name(self) -> None:
        """What people call the record: its `_rec_name`, unless a model says otherwise."""
        field = self._info.fields[self._info.rec_name]
        if not field.relational and self.env.field_open(field):
            for record, text in zip(self, columnwise.edges(self, field), strict=True):
                record.display_name = str(text or "")
            return
        for record in self:
            value: Any = field.__get__(record, None)
            record.display_name = value.display_name if field.relational else str(value or "")

    @display_name.search
    def _search_display_name(self, operator: str, value: Any) -> Domain:
        if operator == "in":
            return disjunction([self._search_display_name("=", text) for text in value])
        if not isinstance(value, str):
            return Leaf(self._info.rec_name, operator, value)
        return Domain.parse(self._name_domain(operator, value))

    @classmethod
    def _make(cls, env: Env, ids: tuple[int, ...], prefetch: tuple[int, ...]) -> Self:
        """A recordset of these ids; those of `prefetch` are loaded together with them."""
        records = object.__new__(cls)
        records.env = env
        records._ids = ids
        records._prefetch = prefetch or ids
        return records

    # Sets of records.

    @property
    def ids(self) -> list[int]:
        """The database ids, in order."""
        return list(self._ids)

    def browse(self, ids: int | Iterable[int] | None = ()) -> Self:
        """The records with these ids; nothing is read yet."""
        listed = (ids,) if isinstance(ids, int) else () if ids is None else tuple(ids)
        for one in listed:
            if type(one) is not int:
                raise UserError("{value} is not the id of a record.", value=repr(one)[:80])
        return self._make(self.env, listed, listed)

    def __iter__(self) -> Iterator[Self]:
        env, prefetch, make = self.env, self._prefetch, self._make
        for record_id in self._ids:
            yield make(env, (record_id,), prefetch)

    def __len__(self) -> int:
        return len(self._ids)

    def __bool__(self) -> bool:
        return bool(self._ids)

    def __contains__(self, record: object) -> bool:
        return isinstance(record, Model) and record._name == self._name and set(record._ids) <= set(self._ids)

    def __getitem__(self, key: int | slice) -> Self:
        ids = self._ids[key] if isinstance(key, slice) else (self._ids[key],)
        return self._make(self.env, ids, self._prefetch)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Model) and self._name == other._name and self._ids == other._ids

    def __hash__(self) -> int:
        return hash((self._name, self._ids))

    def __or__(self, other: Self) -> Self:
        ids = tuple(dict.fromkeys((*self._ids, *self._same(other)._ids)))
        return self._make(self.env, ids, ids)

    def __add__(self, other: Self) -> Self:
        ids = (*self._ids, *self._same(other)._ids)
        return self._make(self.env, ids, ids)

    def __and__(self, other: Self) -> Self:
        keep = set(self._same(other)._ids)
        return self._make(self.env, tuple(i for i in self._ids if i in keep), self._prefetch)

    def __sub__(self, other: Self) -> Self:
        drop = set(self._same(other)._ids)
        return self._make(self.env, tuple(i for i in self._ids if i not in drop), self._prefetch)

    def _same(self, other: Self) -> Self:
        if other._name != self._name:
            raise UserError("Records of {a} and {b} cannot be combined.", a=self._name, b=other._name)
        return other

    def __repr__(self) -> str:
        return f"{self._name}{self._ids}"

    def ensure_one(self) -> Self:
        """This record; raises UserError unless the set holds exactly one."""
        if len(self._ids) != 1:
            raise UserError("Exactly one {model} is expected, not {count}.", model=self._name, count=len(self._ids))
        return self

    @classmethod
    def of(cls, records: Model) -> Self:
        """The same records, seen as this extension of their model.

        Raises:
            AddonNotInstalled: when the database has not installed the extension's addon.
        """
        return records.env[cls]._make(records.env, records._ids, records._prefetch)

    def with_env(self, env: Env) -> Self:
        """The same records, seen from another environment."""
        merged: Any = env.classes[self._name]
        result: Self = merged._make(env, self._ids, self._prefetch)
        return result

    def with_context(self, *context: Values, **changes: Any) -> Self:
        """The same records with context keys changed; a mapping as argument replaces the context."""
        return self.with_env(self.env.with_context(*context, **changes))

    def with_user(self, uid: int) -> Self:
        """The same records on behalf of another user."""
        return self.with_env(self.env.with_user(uid))

    def mapped(self, what: str | Callable[[Self], Any]) -> Any:
        """The values along a dotted path (a recordset if it ends in a link), or the answers of a function."""
        if callable(what):
            values = [what(record) for record in self]
            if values and all(isinstance(value, Model) for value in values):
                ids = tuple(dict.fromkeys(i for value in values for i in value._ids))
                return values[0]._make(self.env, ids, ids)
            return values
        found: Any = self
        for name in what.split("."):
            field = found._info.field(name)
            found = field.of_set(found) if field.relational else [field.__get__(record, None) for record in found]
        return found

    def filtered(self, condition: Condition | str | Callable[[Self], Any]) -> Self:
        """Those records that meet a domain, have a true value on a path, or satisfy a function."""
        if isinstance(condition, str):
            path = condition
            keep = [record.id for record in self if any(record.mapped(path))]
        elif callable(condition):
            keep = [record.id for record in self if condition(record)]
        else:
            keep = matching(self, Domain.parse(condition))
        return self._make(self.env, tuple(keep), self._prefetch)

    def sorted(self, key: str | Callable[[Self], Any] | None = None, reverse: bool = False) -> Self:
        """The records in the order of a field, of a function's answers, or of the model."""
        if key is None:
            ids = self.with_context(active_test=False).search(Leaf("id", "in", self.ids))._ids
        elif isinstance(key, str):
            name = key
            ids = tuple(r.id for r in sorted(self, key=lambda r: edge.sort_key(r, name), reverse=reverse))
        else:
            chosen: Any = key
            ids = tuple(record.id for record in sorted(self, key=chosen, reverse=reverse))
        return self._make(self.env, ids, self._prefetch)

    def exists(self) -> Self:
        """Those of the records that are still there and that the user may see."""
        new = self.env.tx.new.get(self._name, {})
        unsure = [i for i in self._ids if i > 0 and i not in new]
        query = select.Query(self.env, self._info, Leaf("id", "in", unsure), active_test=False)
        found = set(query.ids()) if unsure else set()
        self.env.readable[self._name].update(found)
        return self._make(self.env, tuple(i for i in self._ids if i in found or i in new or i < 0), self._prefetch)

    def readable(self) -> Self:
        """Those of the records that the user may see: a link of a record that he sees may lead to others."""
        result: Any = fetch.seen(self)
        return result  # type: ignore[no-any-return]  # a set of this very model

    def check_access(self, operation: str) -> None:
        """Raise AccessError or MissingError unless the user may do `operation` on every record of the set."""
        self.env.check(self._name, operation)
        write.check_records(self.env, self._info, self._ids, operation, self._prefetch)

    # Searching and reading.

    def search(
        self, domain: Condition = (), offset: int = 0, limit: int | None = None, order: str | None = None
    ) -> Self:
        """The records that meet a domain, as the user may see them.

        Args:
            domain: list form or a `Domain`.
            offset: how many to skip.
            limit: how many at most; None or 0 for all.
            order: `"name desc, partner_id.city"`; the model's own order when None.
        """
        query = select.Query(self.env, self._info, Domain.parse(domain))
        ids = tuple(query.ids(offset, limit or None, order or self._info.order))
        self.env.readable[self._name].update(ids)
        return self._make(self.env, ids, ids)

    @readonly
    @exported
    def search_count(self, domain: Condition = ()) -> int:
        """How many records meet a domain."""
        return select.Query(self.env, self._info, Domain.parse(domain)).count()

    @readonly
    @exported
    def read(self, fields: Sequence[str] | None = None, load: str = "_classic_read") -> list[dict[str, Any]]:
        """Values as programs outside see them: empty ones are False, links are `[id, name]`.

        Args:
            fields: names; all that the user may read when None or empty.
            load: `_classic_write` gives links as bare ids.
        """
        return edge.read(self, list(fields or ()), named=load != "_classic_write")

    @readonly
    @exported
    def search_read(
        self, domain: Condition = (), fields: Sequence[str] | None = None, offset: int = 0, limit: int | None = None,
        order: str | None = None,
    ) -> list[dict[str, Any]]:  # fmt: skip
        """Search, then read."""
        return self.search(domain, offset, limit, order).read(fields)

    @readonly
    @exported
    def name_get(self) -> list[tuple[int, str]]:
        """Ids with what people call the records."""
        return [(record.id, record.display_name) for record in self]

    def _name_domain(self, operator: str, text: str) -> Condition:
        """What it means to be called `text`: by `_rec_name` or a path of `_other_names`; extensions add other ways."""
        name = self._info.rec_name
        if name == "id":
            return Leaf(name, "=", text)
        others = ("=ilike", literal(text)) if operator == "=" else (operator, text)
        return disjunction([Leaf(name, operator, text), *(Leaf(path, *others) for path in self._other_names)])

    def _suggest_names(self, texts: Sequence[str], known: Mapping[str, int]) -> dict[str, int]:
        """For texts of a file that name no record, the one each may mean; 0 where it is better not to guess."""
        return {}

    def _rule_domain(self, operation: str) -> Condition:
        """A rule on records written in code, beside those in `ir.rule`; asked anew in each transaction."""
        return ()

    @readonly
    @exported
    def name_search(
        self, name: str = "", args: Condition | None = None, operator: str = "ilike", limit: int | None = 100
    ) -> list[tuple[int, str]]:
        """Ids and names of records called something like `name`, within the domain `args`."""
        domain = Domain.parse(args or ())
        if name:
            domain = domain & Domain.parse(self._name_domain(operator, name))
        return self.search(domain, limit=limit).name_get()

    @exported
    def name_create(self, name: str) -> tuple[int, str]:
        """Create a record from its name alone."""
        record = self.create({self._info.rec_name: name})
        return (record.id, record.display_name)

    @readonly
    @exported
    def default_get(self, fields: Sequence[str]) -> dict[str, Any]:
        """Default values of the named fields, in edge form; those without one are left out."""
        return edge.default_get(self, fields)

    @readonly
    @exported
    def fields_get(
        self, allfields: Sequence[str] | None = None, attributes: Sequence[str] | None = None
    ) -> dict[str, dict[str, Any]]:
        """The fields the user may see, described in his language."""
        return edge.fields_get(self, allfields, attributes)

    @readonly
    @exported
    def read_group(
        self, domain: Condition, fields: Sequence[str], groupby: str | Sequence[str], offset: int = 0,
        limit: int | None = None, orderby: str = "", lazy: bool = True,
    ) -> list[dict[str, Any]]:  # fmt: skip
        """Counts and aggregates by groups, as OpenERP clients know them; see `core.orm.group`."""
        return group.read_group(self, Domain.parse(domain), fields, groupby, offset, limit, orderby, lazy)

    def grouped(
        self, domain: Condition, by: Sequence[str], aggregates: Sequence[str] = (), order: str = "",
        limit: int | None = None,
    ) -> list[tuple[Any, ...]]:  # fmt: skip
        """Rows of group values followed by aggregates, in one statement.

        Args:
            domain: which records.
            by: fields, dotted paths, dates with a unit (`"date:month"`).
            aggregates: `"amount:sum"`, `"partner_id:count_distinct"`, `"__count"`.
        """
        return group.grouped(self, Domain.parse(domain), by, aggregates, order, limit)

    @readonly
    @exported
    def get_metadata(self) -> list[dict[str, Any]]:
        """Who created and changed the records, when, and their external ids."""
        return edge.get_metadata(self)

    @readonly
    @exported
    def onchange(
        self, values: Values, changed: Sequence[str] | str = (), wanted: Sequence[str] | None = None
    ) -> dict[str, Any]:
        """What a form should show after a person changed fields; see `core.orm.draft.onchange`."""
        from core.orm.draft import onchange

        return onchange(self, values, changed, wanted)

    # Creating and changing.

    @exported
    def create(self, values: Values | Sequence[Values]) -> Self:
        """Create one record from a mapping, or one for each mapping of a list, in one batch."""
        rows = [values] if isinstance(values, Mapping) else list(values)
        result: Any = write.create(self, rows)
        return result  # type: ignore[no-any-return]  # a set of this very model

    @exported
    def write(self, values: Values) -> bool:
        """Write the same values to every record of the set."""
        write.write(self, values)
        return True

    def lock(self) -> Self:
        """Hold the rows until the transaction ends, in the order of their ids, and read their values afresh."""
        locking.lock(self)
        return self

    def compare_and_set(self, name: str, expected: Any, value: Any) -> Self:
        """Set a field where it still has the expected value, in one statement; gives the records that had it.

        The rules of `write` do not apply: it is for states that an engine has already checked.
        """
        ids = locking.compare_and_set(self, self._info.field(name), expected, value)
        return self._make(self.env, ids, self._prefetch)

    @exported
    def unlink(self) -> bool:
        """Delete the records."""
        remove.remove(self)
        return True

    @exported
    def copy(self, default: Values | None = None) -> Self:
        """A new record like this one; `default` overrides values."""
        rows = [edge.copy_values(record, default or {}) for record in self]
        return self.create(rows)
