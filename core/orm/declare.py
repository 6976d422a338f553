"""Model classes as they are written: which addon declared which class, before any database is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.errors import UnknownName, ValidationError
from core.orm.fields.options import options_of

if TYPE_CHECKING:
    from core.orm.model import Model

_declared: dict[str, dict[str, type[Model]]] = {}


class ModelMeta(type):
    """The metaclass of models: notes every class under its addon and keeps records free of stray attributes."""

    def __new__(
        mcls,
        name: str,
        bases: tuple[type, ...],
        namespace: dict[str, Any],
        *,
        extend: bool = False,
        merged: bool = False,
    ) -> ModelMeta:
        namespace.setdefault("__slots__", ())
        if merged or not any(isinstance(base, ModelMeta) for base in bases):
            return super().__new__(mcls, name, bases, namespace)
        module = namespace["__module__"]
        namespace["_addon"] = addon_of(module)
        namespace["_extend"] = extend
        if extend:
            if "_name" in namespace:
                raise ValidationError("{cls} extends a model in place: it has no _name of its own.", cls=name)
            namespace["_name"] = next(base._name for base in bases if isinstance(base, ModelMeta))  # type: ignore[attr-defined]  # set on every model class
        elif "_name" not in namespace:
            raise ValidationError("{cls} in {module} needs a _name, or extend=True.", cls=name, module=module)
        for key, value in namespace.items():
            _refuse_unknown_options(name, key, value)
        for key in ("_abstract", "_transient"):
            if not extend:
                namespace.setdefault(key, False)
        cls = super().__new__(mcls, name, bases, namespace)
        _declared.setdefault(namespace["_addon"], {})[f"{module}.{namespace['__qualname__']}"] = cls  # type: ignore[assignment]  # every instance of the metaclass is a Model
        return cls

    def __init__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **_kwargs: bool) -> None:
        super().__init__(name, bases, namespace)


def _refuse_unknown_options(cls: str, field: str, value: Any) -> None:
    for option in getattr(value, "unknown_options", ()):
        raise UnknownName(
            "{model}.{field}: a {kind} has no option {option}.", model=cls, field=field, kind=type(value).__name__,
            option=option, name=option, known=sorted(options_of(type(value))),
        )  # fmt: skip


def addon_of(module: str) -> str:
    """The addon a Python module belongs to: `addons.crm.models.lead` is of crm."""
    parts = module.split(".")
    if "addons" in parts[:-1]:
        return parts[parts.index("addons") + 1]
    return parts[0]


def declarations(addon: str) -> list[type[Model]]:
    """The model classes an imported addon declares, in the order they were read."""
    return list(_declared.get(addon, {}).values())


def forget(addon: str) -> None:
    """Drop what an addon declared, before it is read again."""
    _declared.pop(addon, None)
