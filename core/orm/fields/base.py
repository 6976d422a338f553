"""What every field is: a typed descriptor on a record, a domain expression on its class.

A `Field` that an addon writes is a *declaration*: it is shared by all databases of a process and never changes
after import. When a registry is built it makes a *bound* copy for its merged class; only bound copies know a slot
(their place in the cache), a column, a comodel and the triggers of one database.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeVar, overload

from core.errors import AccessError, UserError, ValidationError
from core.kernel.text import label_of
from core.orm.domain import Domain, Leaf
from core.orm.fields.options import unknown_options

if TYPE_CHECKING:
    from sqlalchemy import Column
    from sqlalchemy.types import TypeEngine

    from core.orm.env import Env
    from core.orm.model import Model
    from core.orm.registry import ModelInfo

T = TypeVar("T")
S = TypeVar("S")
F = TypeVar("F", bound=Callable[..., Any])

MISSING: Any = object()


class Field(Generic[T, S]):
    """A named, typed value of a model.

    T is what reading it from a record gives, S what may be assigned.
    """

    type: ClassVar[str] = ""
    relational: ClassVar[bool] = False
    to_many: ClassVar[bool] = False
    has_column: ClassVar[bool] = True

    name: str = ""
    addon: str = ""
    string: str = ""
    help: str = ""
    required: bool = False
    readonly: bool = False
    index: bool = False
    default: Any = None
    groups: str = ""
    copy: bool = True
    company_dependent: bool = False
    tracking: bool = False
    translate: bool = False
    aggregate: str = ""
    oldname: str = ""
    source: str = ""
    store: bool = True
    folded: bool = False

    compute_method: str = ""
    inverse_method: str = ""
    search_method: str = ""
    default_method: str = ""
    depends: tuple[str, ...] = ()
    related: tuple[str, ...] = ()

    slot: int = -1
    model: str = ""
    info: ModelInfo
    column: Column[Any] | None = None
    companions: tuple[Field[Any, Any], ...] = ()
    recursive: bool = False

    def __init__(self, string: str = "", *, required: bool = False, **options: Any) -> None:
        given: dict[str, Any] = {key: value for key, value in options.items() if value is not MISSING}
        if string:
            given["string"] = string
        if required:
            given["required"] = True
        self.given = given
        self.unknown_options = unknown_options(type(self), given)
        self.__dict__.update(given)
        self.on_changes: list[str] = []

    def __set_name__(self, owner: Any, name: str) -> None:
        if not self.name:
            self.name = name
            if not self.string:
                self.string = label_of(name)
        self.addon = getattr(owner, "_addon", "")

    def bind(self, earlier: Field[Any, Any] | None) -> Field[Any, Any]:
        """Return a copy for one registry, with the options of the `earlier` declaration it redefines.

        Args:
            earlier: the bound field of the same name from the class below in the method order, or None.

        Raises:
            ValidationError: when the kinds of the two fields do not fit.
        """
        bound = copy.copy(self)
        for known in ("comodel", "mapped"):  # an extension may say otherwise
            bound.__dict__.pop(known, None)
        bound.on_changes = list(self.on_changes)
        if earlier is not None:
            if earlier.type != self.type and not (earlier.type == "char" and self.type == "selection"):
                raise ValidationError(
                    "Field {name} is {old} in its model and {new} in an extension.",
                    name=f"{earlier.model}.{self.name}",
                    old=earlier.type,
                    new=self.type,
                )
            merged = {**earlier.given, **self.given}
            bound.given = merged
            bound.__dict__.update(merged)
            for attribute in (
                "compute_method",
                "inverse_method",
                "search_method",
                "default_method",
                "depends",
                "store",
            ):
                if attribute not in self.__dict__ and attribute in earlier.__dict__:
                    bound.__dict__[attribute] = earlier.__dict__[attribute]
            bound.on_changes = [*earlier.on_changes, *(m for m in self.on_changes if m not in earlier.on_changes)]
            bound.addon = earlier.addon
        return bound

    @overload
    def __get__(self, record: None, owner: Any) -> Self: ...
    @overload
    def __get__(self, record: Model, owner: Any) -> T: ...
    def __get__(self, record: Model | None, owner: Any) -> Self | T:
        if record is None:
            return self
        ids = record._ids
        if len(ids) != 1:
            return self.of_set(record)
        record_id = ids[0]
        env = record.env
        if self.groups and not env.field_open(self):
            raise AccessError("You may not read {field} of {model}.", field=self.string, model=self.info.description)
        pending = env.tx.pending
        if pending and record_id in pending.get(self.slot, ()):
            env.tx.compute(self, record_id)
        readable, values = env.held()
        if record_id in readable[self.model]:
            raw = values[self.slot].get(record_id, MISSING)
            if raw is not MISSING:
                return self.to_record(raw, record)
        return self.to_record(env.load(self, record), record)

    def __set__(self, record: Model, value: S) -> None:
        record.env.assign(self, record, value)

    def of_set(self, record: Model) -> T:
        """The value on an empty set; a set of several records has none."""
        if not record._ids:
            return self.to_record(self.null(), record)
        raise UserError(
            "{field} belongs to one record, but there are {count}: loop over them.",
            field=f"{self.model}.{self.name}",
            count=len(record._ids),
        )

    # The four forms of a value: raw (cache), record (what a reader gets), column (database), edge (RPC).

    def null(self) -> Any:
        """The raw form of an empty value."""
        return None

    def to_raw(self, value: Any, env: Env) -> Any:
        """Check and convert what a caller assigned. Raises ValidationError when it does not fit."""
        return value

    def to_record(self, raw: Any, record: Model) -> T:
        """What reading the field from a record gives."""
        result: T = raw
        return result

    def to_column(self, raw: Any) -> Any:
        """What the database stores."""
        return raw

    def from_column(self, value: Any) -> Any:
        """The raw form of a stored value."""
        return value

    def from_columns(self, values: Sequence[Any]) -> Iterable[Any]:
        """`from_column` for each of the values; who changes one of the two changes the other."""
        return values if self.plain_column else map(self.from_column, values)

    @cached_property
    def plain_column(self) -> bool:
        """Is the raw form of a stored value the stored value?"""
        return type(self).from_column is Field.from_column

    def to_edge(self, raw: Any, record: Model) -> Any:
        """What RPC `read` answers; an empty value is False."""
        value = self.to_record(raw, record)
        return False if value is None else value

    def to_edges(self, raws: Sequence[Any], records: Model) -> list[Any]:
        """`to_edge` for each of the records."""
        if self.plain_edge:
            return [False if raw is None else raw for raw in raws]
        return [self.to_edge(raw, record) for raw, record in zip(raws, records, strict=True)]

    @cached_property
    def plain_edge(self) -> bool:
        """Is the raw form what RPC answers, but for an empty value?"""
        cls = type(self)
        return cls.to_edge is Field.to_edge and cls.to_record is Field.to_record

    def is_empty(self, raw: Any) -> bool:
        """Does this raw value count as not filled in?"""
        return raw is None or raw == ""

    def refuse(self, value: Any, why: str) -> ValidationError:
        """The error for a value that does not fit this field."""
        text = repr(value)
        return ValidationError(
            "{field}: {value} {why}.", field=self.string or self.name, value=text[:80], why=why, name=self.name
        )

    def column_type(self) -> TypeEngine[Any]:
        """The SQLAlchemy type of the column."""
        raise NotImplementedError(self.type)

    @property
    def server_default(self) -> Any:
        """A literal the database fills in for rows that do not name the column, or None."""
        return None

    def bucket_key(self, env: Env) -> Any:
        """Which reader's cache a value belongs to; None when all readers share it."""
        if self.compute_method and not self.store:
            return (env.access_key, env.lang, env.company_id)
        return None

    @property
    def stored(self) -> bool:
        """Has the field a place of its own in the database?"""
        return self.store

    @property
    def computed(self) -> bool:
        """Is the value worked out by a method?"""
        return bool(self.compute_method)

    @property
    def mapped(self) -> bool:
        """Is the raw form a mapping, with one value a language or a company?"""
        return False

    @property
    def writable(self) -> bool:
        """May a caller assign it: plain fields, and computed ones with an inverse."""
        return not self.compute_method or bool(self.inverse_method) or not self.readonly

    @property
    def sortable(self) -> bool:
        return self.stored and self.has_column

    @property
    def searchable(self) -> bool:
        return self.stored or bool(self.search_method)

    # Declarations made by decorators in a class body.

    def compute(self, *paths: str, store: bool = True) -> Callable[[F], F]:
        """Work the value out by the decorated method, again whenever a value on one of `paths` changes.

        Args:
            paths: dotted dependency paths, starting at this model (`"line_ids.amount"`).
            store: keep the result in the database; otherwise it is worked out when read.
        """

        def decorate(method: F) -> F:
            self.compute_method = method.__name__
            self.depends = paths
            self.store = store
            if "readonly" not in self.given:
                self.readonly = True
            if "copy" not in self.given:
                self.copy = False
            return method

        return decorate

    def inverse(self, method: F) -> F:
        """Let the computed field be assigned; the decorated method carries the value back."""
        self.inverse_method = method.__name__
        self.readonly = bool(self.given.get("readonly", False))
        return method

    def search(self, method: F) -> F:
        """Let a field that is not stored be searched: the method takes operator and value, gives a Domain."""
        self.search_method = method.__name__
        return method

    def on_change(self, method: F) -> F:
        """Run the decorated method on the unsaved record when a person changes this field."""
        self.on_changes.append(method.__name__)
        return method

    def default_from(self, method: F) -> F:
        """Take the default from the decorated method, called on the empty recordset."""
        self.default_method = method.__name__
        return method

    # Domain expressions.

    def leaf(self, operator: str, value: Any) -> Domain:
        """The condition `(name, operator, value)`."""
        return Leaf(self.name, operator, value)

    def __eq__(self, other: object) -> Domain:  # type: ignore[override]  # on a class a field is an expression
        return self.leaf("=", other)

    def __ne__(self, other: object) -> Domain:  # type: ignore[override]  # the same escape, for !=
        return self.leaf("!=", other)

    def __lt__(self, other: T) -> Domain:
        return self.leaf("<", other)

    def __le__(self, other: T) -> Domain:
        return self.leaf("<=", other)

    def __gt__(self, other: T) -> Domain:
        return self.leaf(">", other)

    def __ge__(self, other: T) -> Domain:
        return self.leaf(">=", other)

    def __hash__(self) -> int:
        return id(self)

    def in_(self, values: Iterable[Any]) -> Domain:
        return self.leaf("in", list(values))

    def not_in(self, values: Iterable[Any]) -> Domain:
        return self.leaf("not in", list(values))

    def is_set(self) -> Domain:
        return self.leaf("!=", False)

    def is_empty_(self) -> Domain:
        return self.leaf("=", False)

    def like(self, text: str) -> Domain:
        return self.leaf("like", text)

    def ilike(self, text: str) -> Domain:
        return self.leaf("ilike", text)

    def describe(self, env: Env) -> dict[str, Any]:
        """The entry of this field in `fields_get`, in the reader's language."""
        entry: dict[str, Any] = {
            "name": self.name,
            "type": self.type,
            "string": env.translate_term(self.string, self.addon),
            "help": env.translate_term(self.help, self.addon) if self.help else False,
            "required": self.required,
            "readonly": self.readonly,
            "store": self.stored,
            "sortable": self.sortable,
            "searchable": self.searchable,
            "translate": self.translate,
            "company_dependent": self.company_dependent,
            "depends": list(self.depends),
            "tracking": self.tracking,
        }
        if self.groups:
            entry["groups"] = self.groups
        if self.related:
            entry["related"] = ".".join(self.related)
        return entry

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.model or '?'}.{self.name}>"


class MappedField(Field[T, S]):
    """A field that may keep one value a language (`translate`) or a company (`company_dependent`).

    The raw form is then a mapping, and the reader's language or company picks from it.
    """

    @cached_property
    def mapped(self) -> bool:
        """Is the raw form a mapping?"""
        return self.translate or self.company_dependent

    def pick(self, raw: Mapping[str, Any] | None, env: Env) -> Any:
        """The value of the reader's company or language; else the source language's, else empty."""
        if not raw:
            return self.null()
        if self.company_dependent:
            value = raw.get(str(env.company_id), MISSING)
            return self.null() if value is MISSING else self.from_json(value)
        for lang in language_chain(env.lang):
            if raw.get(lang):
                return raw[lang]
        return next((raw[lang] for lang in sorted(raw) if raw[lang]), self.null())

    def key_of(self, env: Env) -> str:
        """The key under which the reader's value lies in the mapping."""
        return str(env.company_id) if self.company_dependent else (env.lang or SOURCE_LANG)

    def entry_open(self, env: Env, key: str) -> bool:
        """May the reader see and set the value under this key: any language, but only companies he works for?"""
        return not self.company_dependent or env.is_super(self.model) or key in map(str, env.companies_ids)

    def to_json(self, raw: Any) -> Any:
        return raw

    def from_json(self, value: Any) -> Any:
        return value


SOURCE_LANG = "en_US"


def language_chain(lang: str) -> Sequence[str]:
    """Languages to try for a reader of `lang`, best first."""
    return (lang, SOURCE_LANG) if lang and lang != SOURCE_LANG else (SOURCE_LANG,)
