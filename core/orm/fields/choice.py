"""Fields whose value is one of a list: a selection, and the option another addon adds to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, Unpack, overload

import sqlalchemy as sa

from core.orm.fields.base import MISSING, Field
from core.orm.fields.options import Options
from core.orm.fields.scalar import path_of

if TYPE_CHECKING:
    from sqlalchemy.types import TypeEngine

    from core.orm.env import Env
    from core.orm.model import Model

K = TypeVar("K", bound=str)
_REFERENCE = re.compile(r"([a-z][a-z0-9_.]*),([0-9]{1,9})")
_MOST_LABELS = 2000
"""Selections whose labels are kept for a language; some have other values for each reader."""


class Selection(Field[K, K]):
    """One key of a closed list; the list maps keys to labels in their order.

    Annotate it with a Literal (`state: Selection[State] = …`) and the type checker knows the keys.
    """

    type = "selection"
    options: dict[str, str]

    @overload
    def __init__(
        self: Selection[str], string: str, options: Callable[[Any], Mapping[str, str]], *, required: bool = False,
        **more: Unpack[Options],
    ) -> None: ...  # fmt: skip
    @overload
    def __init__(
        self, string: str = "", options: Mapping[K, str] = ..., *, required: bool = False, related: str = ...,
        **more: Unpack[Options],
    ) -> None: ...  # fmt: skip

    def __init__(
        self, string: str = "", options: Mapping[K, str] | Callable[[Any], Mapping[str, str]] = MISSING, *,
        required: bool = False, related: str = MISSING, **more: Unpack[Options],
    ) -> None:  # fmt: skip
        if options is MISSING:
            super().__init__(string, required=required, related=path_of(related), **more)
            self.options = {}
        else:
            listed = options if callable(options) else dict(options)
            super().__init__(string, required=required, options=listed, related=path_of(related), **more)

    def bind(self, earlier: Field[Any, Any] | None) -> Field[Any, Any]:
        bound = super().bind(earlier)
        if isinstance(bound, Selection) and not callable(bound.options):
            bound.options = dict(bound.options)
        return bound

    def selection(self, env: Env) -> dict[str, str]:
        """Keys and labels, untranslated, in order."""
        if callable(self.options):
            return dict(self.options(env[self.model]))
        return self.options

    def labels(self, env: Env) -> dict[str, str]:
        """Keys and labels in the reader's language."""
        options = self.selection(env)
        kept = env.registry.cache("labels")  # forgotten with the texts that people have changed
        key = (self.addon, env.lang, *options.items())
        found: dict[str, str] | None = kept.get(key)
        if found is None:
            if len(kept) > _MOST_LABELS:
                kept.clear()
            found = kept[key] = {name: env.translate_term(label, self.addon) for name, label in options.items()}
        return dict(found)

    def to_raw(self, value: Any, env: Env) -> str | None:
        if value is None or value is False or value == "":
            return None
        key = value if isinstance(value, str) else str(value)
        known = self.selection(env)
        if key not in known:
            raise self.refuse(value, f"is none of {', '.join(known)}")
        return key

    def to_edge(self, raw: Any, record: Model) -> Any:
        return raw or False

    def column_type(self) -> TypeEngine[Any]:
        return sa.String()

    def describe(self, env: Env) -> dict[str, Any]:
        return {**super().describe(env), "selection": [[key, label] for key, label in self.labels(env).items()]}


class Option:
    """A value that an addon adds to another model's selection: `returned = Option(Claim.state, "returned", …)`.

    Args:
        field: the selection to extend.
        key: the new key.
        label: what people read.
        after: the key it stands behind; at the end when empty.
    """

    def __init__(self, field: Selection[Any], key: str, label: str, after: str = "") -> None:
        self.field, self.key, self.label, self.after = field, key, label, after

    def add_to(self, options: dict[str, str]) -> dict[str, str]:
        """The list of options with this one in its place."""
        if self.after not in options:
            return {**options, self.key: self.label}
        result: dict[str, str] = {}
        for key, label in options.items():
            result[key] = label
            if key == self.after:
                result[self.key] = self.label
        return result


class Reference(Field["Model", "Model | str | None"]):
    """A link to a record of any of the listed models, written `model,id` at the edges."""

    type = "reference"
    relational = False
    models: Any = ()

    def __init__(
        self, string: str = "", models: Any = MISSING, *, required: bool = False, **options: Unpack[Options]
    ) -> None:
        super().__init__(string, required=required, models=models, **options)

    def null(self) -> str:
        return ""

    def allowed(self, env: Env) -> list[str]:
        """Names of the models a value may point to; empty when every model may."""
        found = self.models(env[self.model]) if callable(self.models) else self.models
        return [item if isinstance(item, str) else item[0] for item in found]

    def may_lead_to(self, env: Env) -> Sequence[str]:
        """The models that a value may lead to."""
        return [name for name in self.allowed(env) or env.registry.models if name in env.registry.models]

    def to_raw(self, value: Any, env: Env) -> str:
        if value is None or value is False or value == "":
            return ""
        if hasattr(value, "_ids"):
            value = f"{value._name},{value.id}" if value and value.id > 0 else ""
        if not isinstance(value, str) or (value and not _REFERENCE.fullmatch(value)):
            raise self.refuse(value, "is not a reference (model,id)")
        model, _, number = value.partition(",")
        if int(number or 0) == 0:
            return ""
        if model not in self.may_lead_to(env):
            raise self.refuse(value, f"points to none of {', '.join(self.may_lead_to(env))}")
        return f"{model},{int(number)}"

    def leads_to(self, raw: Any) -> tuple[str, int] | None:
        """Model and id that a raw value leads to."""
        model, _, number = (raw or "").partition(",")
        return (model, int(number)) if number else None

    def to_record(self, raw: Any, record: Model) -> Any:
        env = record.env
        model, number = self.leads_to(raw) or ("", 0)
        if model not in env.registry.models or env.hidden(model, (number,)):
            return env.nothing
        return env[model].browse(number).exists()

    def to_column(self, raw: Any) -> Any:
        return raw or None

    def from_column(self, value: Any) -> Any:
        return value or ""

    def to_edge(self, raw: Any, record: Model) -> Any:
        env = record.env
        model, number = self.leads_to(raw) or ("", 0)
        shut = model not in env.registry.models or (not env.is_super(self.model) and env.hidden(model, (number,)))
        return False if shut else raw

    def column_type(self) -> TypeEngine[Any]:
        return sa.String()

    def describe(self, env: Env) -> dict[str, Any]:
        names = self.allowed(env)
        infos = env.registry.models
        pairs = [[n, env.translate_term(infos[n].description, infos[n].addon)] for n in names if n in infos]
        return {**super().describe(env), "selection": pairs}
