"""The environment: on whose behalf, in which language and company, in which transaction code runs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, overload
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.db.engine import advisory_lock
from core.errors import AddonNotInstalled, MissingError, UserError, fill
from core.kernel.trace import trace
from core.orm import fetch, write
from core.orm.domain import TRUE, Domain
from core.orm.fields.base import Field
from core.orm.model import Model
from core.orm.transaction import EVERYTHING, Transaction, Values

if TYPE_CHECKING:
    from core.kernel.hooks import Hook
    from core.orm.ports import AccessGate
    from core.orm.registry import Registry

M = TypeVar("M", bound=Model)
P = ParamSpec("P")
R = TypeVar("R")
ALL = frozenset(["*"])
NONE: frozenset[str] = frozenset()


class _Buckets(dict[int, Values]):
    """The caches one environment reads from, by slot; found on first use."""

    __slots__ = ("env",)

    def __init__(self, env: Env) -> None:
        self.env = env

    def __missing__(self, slot: int) -> Values:
        field = self.env.registry.slots[slot]
        found = self[slot] = self.env.tx.bucket(slot, field.bucket_key(self.env))
        return found


class _Readable(dict[str, Any]):
    """By model, the ids that the reader may see; found on first use."""

    __slots__ = ("env",)

    def __init__(self, env: Env) -> None:
        self.env = env

    def __missing__(self, model: str) -> Any:
        env = self.env
        env.check(model, "read")
        found = self[model] = EVERYTHING if env.rule(model, "read") is TRUE else set()
        return found


class Env:
    """Where code meets the database: models, the user, the context.

    `env[Partner]` and `env["res.partner"]` give the empty recordset of a model.
    """

    def __init__(self, tx: Transaction, uid: int, context: Mapping[str, Any], elevated: frozenset[str] = NONE) -> None:
        self.tx = tx
        self.registry: Registry = tx.registry
        self.classes = tx.registry.classes
        self.uid = uid
        self.context: Mapping[str, Any] = MappingProxyType(dict(context))
        self.super_models = ALL if uid == tx.registry.superuser_id else elevated
        lang = context.get("lang")
        self.lang: str = lang if isinstance(lang, str) else ""
        self._gate: AccessGate | None = None
        self._company: tuple[int, tuple[int, ...]] | None = None
        self._super: Env | None = self if self.super_models == ALL else None
        self._rules: Env | None = None
        self._generation = tx.generation
        self._values = _Buckets(self)
        self._readable = _Readable(self)
        self._may: dict[tuple[str, str], bool] = {}
        self._targets: dict[tuple[int, int], tuple[Any, tuple[int, ...]]] = {}
        if tx.root is None:
            tx.root = self
            tx.author = uid

    @property
    def values(self) -> dict[int, Values]:
        """The caches this environment reads from, by slot."""
        if self._generation != self.tx.generation:
            self._renew()
        return self._values

    def held(self) -> tuple[dict[str, Any], dict[int, Values]]:
        """`readable` and `values` at once, for those who ask for every value."""
        if self._generation != self.tx.generation:
            self._renew()
        return self._readable, self._values

    @property
    def readable(self) -> dict[str, Any]:
        """By model, the ids this environment may read."""
        if self._generation != self.tx.generation:
            self._renew()
        return self._readable

    def _renew(self) -> None:
        self._generation = self.tx.generation
        self._values = _Buckets(self)
        self._readable = _Readable(self)
        self._may = {}
        self._targets = {}
        self._gate = None
        self._company = None

    @overload
    def __getitem__(self, model: type[M]) -> M: ...
    @overload
    def __getitem__(self, model: str) -> Model: ...
    def __getitem__(self, model: Any) -> Any:
        if isinstance(model, str):
            cls = self.classes.get(model) or self.registry[model].cls
            return cls._make(self, (), ())
        merged = self.classes.get(model._name)
        if merged is None or not issubclass(merged, model):
            raise AddonNotInstalled(
                "{cls} belongs to addon {addon}, which is not installed in database {database}.",
                cls=model.__name__, addon=model._addon, database=self.registry.name,
            )  # fmt: skip
        return merged._make(self, (), ())

    def __contains__(self, model: str | type[Model]) -> bool:
        if isinstance(model, str):
            return model in self.classes
        merged = self.classes.get(model._name)
        return merged is not None and issubclass(merged, model)

    @property
    def nothing(self) -> Any:
        """A recordset of no model, with no records."""
        return Model._make(self, (), ())

    # Rights.

    def is_super(self, model: str) -> bool:
        """Does this environment pass the gate for a model?"""
        return self.super_models is ALL or "*" in self.super_models or model in self.super_models

    @property
    def access_key(self) -> Any:
        """Equal for environments that may see the same records."""
        if self.super_models is ALL:
            return None
        return (self.uid, self.super_models, self._companies())

    @property
    def gate(self) -> AccessGate:
        """The access gate of this user."""
        if self._generation != self.tx.generation:
            self._renew()
        if self._gate is None:
            self._gate = self.registry.ports.gate(self)
        return self._gate

    def may(self, model: str, operation: str) -> bool:
        """May this user do `operation` (read, write, create, unlink) with records of the model at all?"""
        if self._generation != self.tx.generation:
            self._renew()
        found = self._may.get((model, operation))
        if found is None:
            found = self._may[model, operation] = self.is_super(model) or self.gate.may(model, operation)
        return found

    def check(self, model: str, operation: str) -> None:
        """Raise AccessError, naming the groups that may, unless this user may do `operation`."""
        if not self.may(model, operation):
            raise self.gate.refuse_model(model, operation)

    def rule(self, model: str, operation: str) -> Domain:
        """The condition that records must meet for this user; TRUE where nothing limits him."""
        return TRUE if self.is_super(model) else self.gate.rule_domain(model, operation)

    def field_open(self, field: Field[Any, Any]) -> bool:
        """May this user read and write a field limited to groups?"""
        return not field.groups or self.is_super(field.model) or self.gate.field_open(field)

    @property
    def super_env(self) -> Env:
        """The same user, language and transaction past the gate; for core's own bookkeeping only."""
        if self._super is None:
            self._super = Env(self.tx, self.uid, self._elevated_context(), ALL)
        return self._super

    @property
    def rule_env(self) -> Env:
        """Where rules are evaluated: past the gate, and without keys by which a caller could change their meaning."""
        if self._rules is None:
            context = {key: value for key, value in self.context.items() if key not in ("active_test", "lang")}
            self._rules = Env(self.tx, self.uid, context, ALL)
        return self._rules

    def _elevated_context(self) -> Mapping[str, Any]:
        """The context for code past the gate: default values of a caller who has not passed it stay outside."""
        if self.super_models is ALL:
            return self.context
        return {key: value for key, value in self.context.items() if not key.startswith("default_")}

    @contextmanager
    def elevated(self, reason: str, model: type[Model] | str, *models: type[Model] | str) -> Iterator[Env]:
        """A block that passes the gate, for the named models only. `docs/elevation.md` lists all of them.

        Args:
            reason: why the user's own rights do not do; shown by the trace.
            model, models: classes or names of the models concerned.
        """
        names = frozenset(m if isinstance(m, str) else m._name for m in (model, *models))
        trace("access", f"elevated for {', '.join(sorted(names))}: {reason}")
        yield Env(self.tx, self.uid, self._elevated_context(), names | self.super_models)

    def has_group(self, xmlid: str) -> bool:
        """Is the user in the group, directly or by implication?"""
        users: Any = self.super_env["res.users"]
        return bool(users.browse(self.uid).has_group(xmlid))

    # Derived environments.

    def with_context(self, *_: Any, **changes: Any) -> Env:
        """The same with context keys changed; a mapping as first argument replaces the context."""
        base = dict(_[0]) if _ else dict(self.context)
        return Env(self.tx, self.uid, {**base, **changes}, self.super_models)

    def with_user(self, uid: int) -> Env:
        """The same transaction and context on behalf of another user, without elevation."""
        return Env(self.tx, uid, self.context)

    # Who and where.

    @property
    def user(self) -> Any:
        """The record of the user, readable past the gate."""
        return self.super_env["res.users"].browse(self.uid)

    def _companies(self) -> tuple[int, tuple[int, ...]]:
        if self._generation != self.tx.generation:
            self._renew()
        if self._company is None:
            kept = self.tx.rights()
            self._company = kept.get(("companies", self.uid))
            if self._company is None:
                self._company = fetch.companies_of(self)
                if self._company[0]:  # there is none yet while `base` is being installed
                    kept[("companies", self.uid)] = self._company
            allowed = self._company[1]
            wanted = self.context.get("allowed_company_ids")
            if wanted:
                chosen = tuple(c for c in wanted if c in allowed)
                if len(chosen) != len(wanted):
                    raise UserError("You may not work in one of the companies {ids}.", ids=list(wanted))
                self._company = (chosen[0], chosen)
            elif self.context.get("company_id") in allowed:
                self._company = (self.context["company_id"], allowed)
        return self._company

    @property
    def company_id(self) -> int:
        """Id of the company the user works in; 0 where there is none yet."""
        return self._companies()[0]

    @property
    def companies_ids(self) -> tuple[int, ...]:
        """Ids of the companies whose records the user may see."""
        return self._companies()[1]

    @property
    def company(self) -> Any:
        """The company the user works in."""
        company = self.company_id
        return self.super_env["res.company"].browse(company if company else ())

    @property
    def companies(self) -> Any:
        """The companies whose records the user may see."""
        return self.super_env["res.company"].browse(self.companies_ids)

    @property
    def tz(self) -> str:
        """Name of the reader's time zone."""
        name = self.context.get("tz")
        return name if isinstance(name, str) and name else "UTC"

    def zone(self) -> dt.tzinfo:
        """The reader's time zone; UTC when its name is unknown."""
        try:
            return ZoneInfo(self.tz)
        except (ZoneInfoNotFoundError, ValueError):
            return dt.UTC

    def now(self) -> dt.datetime:
        """This moment in UTC, to the second, the same during the whole transaction."""
        moment: dt.datetime | None = self.tx.memo.get("now")
        if moment is None:
            moment = self.tx.memo["now"] = dt.datetime.now(dt.UTC).replace(tzinfo=None, microsecond=0)
        return moment

    def today(self) -> dt.date:
        """The date in the reader's zone."""
        return self.now().replace(tzinfo=dt.UTC).astimezone(self.zone()).date()

    def active_test(self, field: Any) -> bool:
        """Does a to-many link leave out archived records?"""
        return bool(field.context.get("active_test", self.context.get("active_test", True)))

    # Texts.

    def translate_term(self, text: str, addon: str) -> str:
        """A text of an addon's code in the reader's language."""
        if not text or not self.lang:
            return text
        return self.registry.ports.translate(self, text, addon)

    def _(self, text: str, /, **values: object) -> str:
        """The text in the reader's language, with `{name}` places filled in."""
        return fill(self.translate_term(text, ""), values)

    # Records.

    def load(self, field: Field[Any, Any], record: Model) -> Any:
        """The raw value of a field that is not in the cache."""
        return fetch.load(self, field, record)

    def assign(self, field: Field[Any, Any], record: Model, value: Any) -> None:
        """Set a field of records, as `record.field = value` does."""
        write.assign(self, field, record, value)

    def hidden(self, model: str, ids: Iterable[int], among: Iterable[int] = ()) -> set[int]:
        """Those of the ids that this user may not see; asked together with those of `among`."""
        return fetch.hidden(self, model, ids, among)

    def targets(self, field: Any, record: Model) -> tuple[int, ...]:
        """The ids to prefetch with the target of `record`'s link: those of all records it was loaded with."""
        prefetch = record._prefetch
        held = self._targets.get((field.slot, id(prefetch)))
        if held is not None and held[0] is prefetch:
            return held[1]
        found = fetch.targets(self, field, record)
        if len(prefetch) > 1:
            self._targets[field.slot, id(prefetch)] = (prefetch, found)
        return found

    def ref(self, xmlid: str, raise_missing: bool = True) -> Any:
        """The record behind an external id (`base.main_company`).

        Raises:
            MissingError: when there is none, unless `raise_missing` is False, which gives an empty set.
        """
        from core.orm import xmlids

        found = xmlids.resolve(self, xmlid)
        if found is None or found[0] not in self.classes:
            if raise_missing:
                raise MissingError("There is no record with the external id {xmlid}.", xmlid=xmlid)
            return self.nothing
        return self[found[0]].browse(found[1])

    def fire(self, spec: Hook[P, R], *args: P.args, **kwargs: P.kwargs) -> list[R]:
        """Call every implementation of a hook; gives their answers."""
        return self.registry.hooks.fire(spec, *args, **kwargs)

    # The transaction.

    def flush(self) -> None:
        """Write everything that waits."""
        self.tx.flush()

    def savepoint(self) -> AbstractContextManager[None]:
        """A block that is undone alone when it fails."""
        return self.tx.savepoint()

    def advisory_lock(self, key: str) -> None:
        """Let nobody else pass this line with the same key until the transaction ends; they wait their turn.

        Of two that meet here one may lose a race and is done again; it holds the lock before it begins then, so that it
        does not lose twice. Take it late: from here on others wait.
        """
        advisory_lock(self.tx.connection, key)

    def on_commit(self, act: Callable[[], None]) -> None:
        """Run `act` after the commit."""
        self.tx.on_commit(act)

    def on_before_commit(self, act: Callable[[], None]) -> None:
        """Run `act` as the last thing before the commit."""
        self.tx.on_before_commit(act)
