"""External ids while a file is loaded: looked up in few statements, remembered, written in one INSERT."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final

from core.orm import xmlids

if TYPE_CHECKING:
    from core.orm.env import Env

Key = tuple[str, str]
CHUNK = 500


@dataclass(frozen=True, slots=True)
class Known:
    """What an external id stands for."""

    model: str
    id: int
    noupdate: bool = False


class ExternalIds:
    """The external ids that one addon's files use. Names without a dot belong to the addon."""

    def __init__(self, env: Env, addon: str) -> None:
        self.env = env
        self.addon = addon
        self._known: dict[Key, Known | None] = {}
        self._new: dict[Key, Known] = {}

    def key(self, xmlid: str) -> Key:
        """Module and name of an external id, older names of addons followed. Raises ValidationError for no id."""
        return self.written(xmlid)

    def written(self, xmlid: str) -> Key:
        """The key as the file says it, whatever place the id has."""
        module, name = xmlids.split(xmlid.strip(), self.addon)
        return str(self.env.registry.cache("aliases").get(module, module)), name

    def places(self, xmlid: str) -> list[Key]:
        """Where the id may stand, the first one preferred."""
        return [self.written(xmlid)]

    def find(self, xmlid: str) -> Known | None:
        """What the id stands for, if anything."""
        key = self.key(xmlid)
        if key not in self._known:
            self.preload([xmlid])
        found = self._known.get(key)
        if found is None and "." not in xmlid and xmlid.startswith(("model_", "field_")):
            found = self._known[key] = self._generated(xmlid)
        return found

    def preload(self, names: Iterable[str]) -> None:
        """Look up many ids in one statement an addon."""
        wanted: dict[str, list[str]] = {}
        for module, name in (place for xmlid in names for place in self.places(xmlid)):
            if (module, name) not in self._known:
                wanted.setdefault(module, []).append(name)
                self._known[module, name] = None
        for module, some in wanted.items():
            for start in range(0, len(some), CHUNK):
                domain = [("module", "=", module), ("name", "in", some[start : start + CHUNK])]
                for row in self._rows(domain):
                    self._known[module, row.name] = Known(row.model, row.res_id, row.noupdate)

    def forget_missing(self, names: Iterable[str]) -> None:
        """Forget ids whose records people have deleted, so that they are created again; one statement a model."""
        by_model: dict[str, dict[int, Key]] = {}
        for xmlid in names:
            key = self.key(xmlid)
            found = self._known.get(key)
            if found is not None:
                by_model.setdefault(found.model, {})[found.id] = key
        for model, keys in by_model.items():
            if model not in self.env.registry:
                continue
            there = set(self.env[model].browse(list(keys)).exists().ids)
            for record, key in keys.items():
                if record not in there:
                    self._known[key] = None

    def of_model(self, model: str) -> list[int]:
        """The ids of all records of a model that were looked up."""
        return [known.id for known in self._known.values() if known is not None and known.model == model]

    def add(self, xmlid: str, known: Known) -> None:
        """Note a new id; `write` puts it into the database. Until then `env.ref` knows it in this transaction."""
        key = self.key(xmlid)
        self._known[key] = self._new[key] = known
        self.env.tx.memo.setdefault("xmlids", {})[key] = (known.model, known.id)

    def write(self) -> None:
        """Write all new ids."""
        if not self._new:
            return
        new, self._new = self._new, {}
        have: dict[Key, Any] = {}
        for module in {module for module, _ in new}:
            names = [name for other, name in new if other == module]
            for start in range(0, len(names), CHUNK):
                for row in self._rows([("module", "=", module), ("name", "in", names[start : start + CHUNK])]):
                    have[module, row.name] = row
        fresh = []
        for key, known in new.items():
            values = {"model": known.model, "res_id": known.id, "noupdate": known.noupdate}
            if key in have:
                have[key].write(values)
            else:
                fresh.append({"module": key[0], "name": key[1], **values})
        if fresh:
            self.env.super_env["ir.model.data"].create(fresh)
        xmlids.forget(self.env, list(new))

    def drop(self, xmlid: str) -> None:
        """Forget an id whose record is gone."""
        key = self.key(xmlid)
        self._known[key] = None
        self._new.pop(key, None)
        self.env.tx.memo.get("xmlids", {}).pop(key, None)
        xmlids.forget(self.env, [key])

    def nearest(self, xmlid: str, also: Iterable[str] = ()) -> str:
        """The id that looks most like an unknown one; empty where there is none."""
        module, name = self.written(xmlid)
        names = {row.name for row in self._rows([("module", "=", module)])}
        names |= {other for owner, other in self._known if owner == module and self._known[owner, other]}
        names |= {self.written(other)[1] for other in also if self.written(other)[0] == module}
        close = get_close_matches(name, sorted(names), n=1)
        if close:
            return close[0] if module == self.addon else f"{module}.{close[0]}"
        elsewhere = self._rows([("name", "=", name)])
        return f"{elsewhere[0].module}.{name}" if elsewhere else ""

    def _generated(self, name: str) -> Known | None:
        """`model_res_partner` written without its addon: any addon that has it will do."""
        for row in self._rows([("name", "=", name), ("model", "in", ["ir.model", "ir.model.fields"])]):
            return Known(row.model, row.res_id, row.noupdate)
        return None

    def _rows(self, domain: list[Any]) -> list[Any]:
        if "ir.model.data" not in self.env.registry:
            return []
        return list(self.env.super_env["ir.model.data"].search(domain))


MOVED: Final[dict[Key, Key]] = {
    ("base", "user_root"): ("base", "user_admin"),
    ("base", "partner_root"): ("base", "partner_admin"),
}
"""What people's older files mean by an id: OpenERP's first user is a person, the administrator."""


class ImportedIds(ExternalIds):
    """The external ids of a file that people import: records of addons are found, new ones belong to no addon.

    An id that the file gives stands under `__import__`, as `__import__.crm.big_lead`, so that neither an upgrade nor
    the removal of `crm` takes the record for one of its own.
    """

    def key(self, xmlid: str) -> Key:
        """The place of an id that is there, else the one of people's own."""
        places = self.places(xmlid)
        if any(place not in self._known for place in places):
            self.preload([xmlid])
        return next((place for place in places if self._known.get(place) is not None), places[0])

    def written(self, xmlid: str) -> Key:
        """The key as the file says it; of what OpenERP called otherwise, the key that it has here."""
        key = super().written(xmlid)
        return MOVED.get(key, key)

    def find(self, xmlid: str) -> Known | None:
        """What the id stands for; a group that OpenERP kept in `base` is found in the addon that has it here."""
        found = super().find(xmlid)
        module, name = self.written(xmlid)
        if found is None and module == "base" and name.startswith("group_"):
            rows = self._rows([("name", "=", name), ("model", "=", "res.groups")])
            if len(rows) == 1:
                found = self._known[self.key(xmlid)] = Known(rows[0].model, rows[0].res_id, rows[0].noupdate)
        return found

    def places(self, xmlid: str) -> list[Key]:
        """People's own place first, then the addon's."""
        module, name = self.written(xmlid)
        if module == xmlids.IMPORTED:
            return [(module, name)]
        return [(xmlids.IMPORTED, f"{module}.{name}"), (module, name)]
