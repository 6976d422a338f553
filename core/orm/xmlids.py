"""External ids: the names by which data files and programs know records (`base.main_company`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.errors import ValidationError
from core.orm.domain import Leaf

if TYPE_CHECKING:
    from core.orm.env import Env


IMPORTED = "__import__"
"""The module of external ids that people's files give; no addon owns them, so none takes their records away."""


def owner(module: str, name: str) -> str:
    """The addon that an external id is about: `__import__.crm.big_lead` is about `crm`, and survives it."""
    return name.partition(".")[0] if module == IMPORTED and "." in name else module


def split(xmlid: str, addon: str = "") -> tuple[str, str]:
    """Module and name of an external id; an id without a dot belongs to `addon`.

    Raises:
        ValidationError: when there is no module.
    """
    module, dot, name = xmlid.partition(".")
    if not dot:
        module, name = addon, xmlid
    if not module or not name:
        raise ValidationError("{xmlid} is not an external id: write module.name.", xmlid=repr(xmlid))
    return module, name


def resolve(env: Env, xmlid: str) -> tuple[str, int] | None:
    """Model and id of the record behind an external id, or None. Aliases of addons are followed."""
    module, name = split(xmlid)
    module = env.registry.cache("aliases").get(module, module)
    key = (module, name)
    memo = env.tx.memo.setdefault("xmlids", {})
    if key not in memo:
        shared = env.registry.cache("xmlids")
        found = shared.get(key)
        if found is None:
            found = _find(env, module, name)
            if found is not None:
                env.on_commit(lambda: shared.__setitem__(key, found))
        memo[key] = found
    result: tuple[str, int] | None = memo[key]
    if result is None:
        del memo[key]
    return result


def resolve_visible(env: Env, xmlid: str) -> tuple[str, int] | None:
    """As `resolve`, for a caller from outside: the id of a record that the user may not see names nothing."""
    found = resolve(env, xmlid)
    if found is None or found[0] not in env.registry.models or env.hidden(found[0], (found[1],)):
        return None
    return found


def _find(env: Env, module: str, name: str) -> tuple[str, int] | None:
    if "ir.model.data" not in env:
        return None
    data: Any = env.super_env["ir.model.data"]
    own = Leaf("module", "=", module) & Leaf("name", "=", name)
    imported = Leaf("module", "=", IMPORTED) & Leaf("name", "=", f"{module}.{name}")
    entries = data.search(own if module == IMPORTED else own | imported)
    entry = next((one for one in entries if one.module == module), entries[:1])
    return (entry.model, entry.res_id) if entry else None


def of_record(env: Env, model: str, record_id: int) -> str:
    """The first external id of a record, or an empty text."""
    data: Any = env.super_env["ir.model.data"]
    entry = data.search(Leaf("model", "=", model) & Leaf("res_id", "=", record_id), limit=1)
    return f"{entry.module}.{entry.name}" if entry else ""


def assign(env: Env, xmlid: str, model: str, record_id: int, noupdate: bool = False) -> None:
    """Give a record an external id; an id that exists is moved to it."""
    module, name = split(xmlid)
    data: Any = env.super_env["ir.model.data"]
    entry = data.search(Leaf("module", "=", module) & Leaf("name", "=", name), limit=1)
    values = {"model": model, "res_id": record_id, "noupdate": noupdate}
    if entry:
        entry.write(values)
    else:
        data.create({"module": module, "name": name, **values})
    env.tx.memo.setdefault("xmlids", {})[(module, name)] = (model, record_id)
    forget(env, [(module, name)])


def forget(env: Env, keys: list[tuple[str, str]]) -> None:
    """Drop external ids from the registry's cache, now and after the commit."""
    shared = env.registry.cache("xmlids")

    def drop() -> None:
        for module, name in keys:
            shared.pop((module, name), None)
            if module == IMPORTED:
                shared.pop(tuple(name.split(".", 1)), None)

    drop()
    env.on_commit(drop)
