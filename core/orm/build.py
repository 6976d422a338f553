"""Builds a registry: merges the classes of the installed addons, binds their fields, makes tables and triggers."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from core.errors import UnknownName, ValidationError
from core.kernel.text import label_of
from core.orm.declare import ModelMeta, declarations
from core.orm.defaults import may_have_default
from core.orm.fields.base import Field
from core.orm.fields.choice import Option, Selection
from core.orm.fields.constraint import SqlConstraint
from core.orm.fields.related import RelatedField
from core.orm.kept import describe_kept
from core.orm.link_rights import LINKS
from core.orm.model import Model
from core.orm.query import build_query
from core.orm.registry import ModelInfo, Registry, Structure, share
from core.orm.tables import build_tables
from core.orm.triggers import build_triggers
from core.orm.verify import verify, verify_names

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

    from core.files.store import FileStore
    from core.kernel.config import Settings
    from core.kernel.hooks import HookManager

RELATED = "(related)"

_KEPT = 8
_structures: dict[tuple[Any, ...], Structure] = {}
_building = threading.Lock()


def build_registry(
    name: str, engine: Engine, settings: Settings, addons: Sequence[str], files: FileStore, hooks: HookManager
) -> Registry:
    """Make the registry of one database.

    Args:
        name: the database.
        engine: its engine.
        settings: of the server.
        addons: installed addons in graph order; their Python is already imported.
        files: the file store of the database.
        hooks: the hook manager of the registry.

    Raises:
        GrialError: a model, link or dependency that does not fit; the message names it.
    """
    registry = Registry(name, engine, settings, addons, files, hooks)
    key = (registry.backend, *addons, *(cls for addon in addons for cls in declarations(addon)))
    with _building:
        built = _structures.pop(key, None)
        if built is None:
            _build_structure(registry, addons)
            built = Structure()
            share(registry, built)
        else:
            share(built, registry)
        _structures[key] = built  # the latest is the last
        while len(_structures) > _KEPT:
            del _structures[next(iter(_structures))]
    return registry


def _build_structure(registry: Registry, addons: Sequence[str]) -> None:
    own: dict[str, list[type[Model]]] = {}
    for addon in addons:
        for cls in declarations(addon):
            own.setdefault(cls._name, []).append(cls)
    for model, classes in own.items():
        if all(cls._extend for cls in classes):
            raise UnknownName(
                "{cls} extends {model}, which no installed addon declares.", cls=classes[0].__name__, model=model
            )
        registry.models[model] = _merge(registry, model, classes, own)
    registry.classes = {model: info.cls for model, info in registry.models.items()}
    _add_options(registry, own)
    done: set[str] = set()
    for info in registry.models.values():
        _inherit_fields(registry, info, done)
    for info in registry.models.values():
        for field in list(info.fields.values()):
            _resolve_related(registry, info, field)
    for info in registry.models.values():
        _check_links(registry, info)
    verify_names(registry)
    build_tables(registry)
    for info in registry.models.values():
        if getattr(info.cls, "_query", None) is not None:
            build_query(registry, info)
        _finish(registry, info)
    build_triggers(registry)
    verify(registry)


def _merge(registry: Registry, model: str, classes: list[type[Model]], own: dict[str, list[type[Model]]]) -> ModelInfo:
    first = next(cls for cls in classes if not cls._extend)
    bases: list[type] = list(reversed(classes))
    for cls in classes:
        for parent in cls.__mro__[1:]:
            if isinstance(parent, ModelMeta) and parent is not Model and parent._name != model:  # type: ignore[attr-defined]  # every declared model has a name
                bases += [c for c in reversed(own.get(parent._name, [])) if c not in bases]  # type: ignore[attr-defined]  # as above
    needed = [b for b in bases if not any(b is not o and issubclass(o, b) for o in bases)]
    ordered = [b for b in bases if b in needed]
    try:
        merged: Any = ModelMeta(model, tuple(ordered), {"__module__": first.__module__, "_name": model}, merged=True)
    except TypeError as error:
        raise ValidationError("The classes of {model} cannot be merged: {why}", model=model, why=str(error)) from error
    info = ModelInfo(
        name=model,
        cls=merged,
        description=first.__dict__.get("_description") or label_of(model.replace(".", "_")),
        addon=first._addon,
        addons=tuple(dict.fromkeys(cls._addon for cls in classes)),
        abstract=first._abstract,
        transient=first._transient,
        rec_name=merged._rec_name,
        order=merged._order,
        parent_name=merged._parent_name,
    )
    for cls in reversed(merged.__mro__):
        for key, value in vars(cls).items():
            if isinstance(value, Field):
                info.fields[key] = _bound(registry, info, key, value.bind(info.fields.get(key)), cls)
            elif isinstance(value, SqlConstraint):
                info.constraints[key.strip("_")] = value
            elif key in info.fields and not key.startswith("__") and value is None:
                del info.fields[key]
    merged._info = info
    return info


def _bound(registry: Registry, info: ModelInfo, name: str, field: Field[Any, Any], cls: Any) -> Field[Any, Any]:
    field.name, field.model, field.info = name, info.name, info
    if not field.addon:
        field.addon = "core" if cls is Model else info.addon
    field.slot = len(registry.slots)
    registry.slots.append(field)
    return field


def _add_options(registry: Registry, own: dict[str, list[type[Model]]]) -> None:
    for classes in own.values():
        for cls in classes:
            for option in vars(cls).values():
                if not isinstance(option, Option):
                    continue
                info = registry[option.field.model or cls._name]
                field = info.field(option.field.name)
                if isinstance(field, Selection) and not callable(field.options):
                    field.options = option.add_to(field.options)


def _inherit_fields(registry: Registry, info: ModelInfo, done: set[str]) -> None:
    """Show the fields of delegated parents as this model's own."""
    if info.name in done:
        return
    done.add(info.name)
    declared: dict[Any, str] = {}
    for cls in reversed(info.cls.__mro__):
        declared.update(vars(cls).get("_inherits", {}))
    for parent, link in declared.items():
        info.inherits[parent if isinstance(parent, str) else parent._name] = link
    for field in info.fields.values():
        if field.type == "many2one" and getattr(field, "delegate", False):
            info.inherits[field.comodel] = field.name  # type: ignore[attr-defined]  # a many2one has a comodel
    for parent, link in info.inherits.items():
        _inherit_fields(registry, registry[parent], done)
        for name, shown in registry[parent].fields.items():
            if name not in info.fields and name not in Model._system_fields:
                field = RelatedField("", (f"{link}.{name}",), False, readonly=False)
                field.addon = shown.addon
                field.given["delegated"] = True
                info.fields[name] = _bound(registry, info, name, field, info.cls)


def _resolve_related(registry: Registry, info: ModelInfo, field: Field[Any, Any], depth: int = 0) -> Field[Any, Any]:
    """Turn the declaration of a related field into a copy of the field it shows."""
    path = field.path() if isinstance(field, RelatedField) else field.related
    if not path or field.compute_method:
        return field
    if depth > 8:
        raise ValidationError("Related field {field} leads in a circle.", field=repr(field))
    here, shown = info, field
    for position, step in enumerate(path):
        if step not in here.fields:
            raise UnknownName(
                "Related field {model}.{field}: {here} has no field {name}.", model=info.name, field=field.name,
                name=step,
                here=here.name, known=here.fields,
            )  # fmt: skip
        shown = _resolve_related(registry, here, here.fields[step], depth + 1)
        if position < len(path) - 1:
            if not shown.relational:
                raise ValidationError(
                    "Related field {model}.{name}: {step} is not a link.", model=info.name, name=field.name, step=step
                )
            here = registry[shown.comodel]  # type: ignore[attr-defined]  # a link has a comodel
    if isinstance(field, RelatedField):
        bound = shown.bind(None)
        for key in ("default_method", "oldname", "companions", "column", "inverse_method", "search_method"):
            bound.__dict__.pop(key, None)
        bound.given = {**shown.given, **field.given}
        bound.__dict__.update(
            required=False, readonly=True, default=None, tracking=False, index=shown.relational and field.store,
            store=field.store, company_dependent=False, translate=False,
        )  # fmt: skip
        bound.__dict__.update({k: v for k, v in field.given.items() if k != "delegated"})
        bound.on_changes = list(field.on_changes)
        bound.slot, bound.addon = field.slot, field.addon
        bound.name, bound.model, bound.info = field.name, info.name, info
        registry.slots[field.slot] = bound
        info.fields[field.name] = bound
    else:
        bound = field
        bound.readonly = bool(field.given.get("readonly", True))
        bound.store = bool(field.__dict__.get("store", False))
    bound.related, bound.depends = path, (".".join(path),)
    bound.compute_method = RELATED
    bound.copy = False
    if not bound.readonly:
        bound.inverse_method = RELATED
    return bound


def _check_links(registry: Registry, info: ModelInfo) -> None:
    for field in info.fields.values():
        if not field.relational:
            continue
        comodel: str = field.comodel  # type: ignore[attr-defined]  # a link has a comodel
        if comodel not in registry.models:
            raise UnknownName(
                "{model}.{field} links to {name}, which is not installed.", model=info.name, field=field.name,
                name=comodel, known=registry.models,
            )  # fmt: skip
        if field.type == "one2many" and field.stored and not field.related and not field.compute_method:
            inverse = registry[comodel].fields.get(field.inverse_name)  # type: ignore[attr-defined]  # of a one2many
            fits = inverse is not None and inverse.type == "many2one" and inverse.comodel == info.name  # type: ignore[attr-defined]  # a many2one
            if not fits:
                raise UnknownName(
                    "{model}.{field}: {target} has no many2one {name} that points back.", model=info.name,
                    field=field.name,
                    target=comodel, name=field.inverse_name, known=registry[comodel].fields,  # type: ignore[attr-defined]  # of a one2many
                )  # fmt: skip


def _finish(registry: Registry, info: ModelInfo) -> None:
    """Collect what depends on the bound fields and put them on the merged class."""
    if info.rec_name not in info.fields:
        info.rec_name = "name" if "name" in info.fields else "id"
    parent: Any = info.fields.get(info.parent_name)
    if parent is None or parent.type != "many2one" or not parent.stored or parent.comodel != info.name:
        info.parent_name = ""
    for name, field in info.fields.items():
        field.companions = tuple(
            f for f in info.fields.values()
            if field.compute_method and not field.related and f.compute_method == field.compute_method
        )  # fmt: skip
        setattr(info.cls, name, field)
        if field.type == "many2one" and field.stored and info.stored and name not in ("create_uid", "write_uid"):
            registry.references.setdefault(field.comodel, []).append(field)  # type: ignore[attr-defined]  # a many2one
        if field.to_many and field.stored and not field.computed:
            target: str = field.comodel  # type: ignore[attr-defined]  # a link
            registry.pointing_lists.setdefault(target, []).append(field)
            if field.type == "one2many":
                inverse = registry[target].fields[field.inverse_name]  # type: ignore[attr-defined]  # of a one2many
                registry.inverses.setdefault(inverse.slot, []).append(field)
        for method in field.on_changes:
            info.on_changes.setdefault(name, []).append(method)
    info.columns = tuple(f for f in info.fields.values() if f.stored and f.has_column and f.name != "id")
    info.links = tuple(f for f in info.fields.values() if f.to_many and f.stored and not f.computed)
    info.pointers = tuple(f for f in info.fields.values() if f.type in LINKS and not f.related)
    info.light = tuple(f for f in info.columns if f.type not in ("text", "html", "json"))
    info.worked_out = tuple(f.name for f in info.fields.values() if not f.writable)
    info.tracked = tuple(f.name for f in info.fields.values() if f.tracking)
    info.defaulted = tuple(f.name for f in info.fields.values() if may_have_default(f))
    info.carried_back = frozenset(f.name for f in info.fields.values() if f.inverse_method and not f.stored)
    describe_kept(info)
    _collect_methods(info)


def _collect_methods(info: ModelInfo) -> None:
    marks: dict[str, set[str]] = {"_exported": set(), "_action": set(), "_transition": set(), "_readonly": set()}
    constrains: dict[str, tuple[str, ...]] = {}
    for cls in reversed(info.cls.__mro__):
        for name, method in vars(cls).items():
            if not callable(method):
                continue
            flags = getattr(method, "__dict__", {})
            for mark, names in marks.items():
                if flags.get(mark):
                    names.add(name)
            if "_constrains" in flags:
                constrains[name] = flags["_constrains"]
            for field in flags.get("_on_change", ()):
                listed = info.on_changes.setdefault(field, [])
                if name not in listed:
                    listed.append(name)
    info.exported = frozenset(marks["_exported"])
    info.actions = frozenset(marks["_action"])
    info.transitions = frozenset(marks["_transition"])
    info.readonly_methods = frozenset(marks["_readonly"])
    info.constrains = list(constrains.items())
    for method, checked in constrains.items():
        for name in checked:
            if name not in info.fields:
                raise UnknownName(
                    "{model}.{method} checks {name}, which is no field.", model=info.name, method=method, name=name,
                    known=info.fields, declaration=(info.name, method),
                )  # fmt: skip
