"""The methods every model answers to outside, as OpenERP and Odoo clients call them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.data.sheets.writing import table
from core.errors import MissingError, UserError
from core.orm.edge import copy_values
from core.rpc.arguments import (
    Ids,
    Signature,
    read_domain,
    read_ids,
    read_names,
    read_order,
    read_rows,
    read_values,
)
from core.rpc.loading import load
from core.view.classic import fields_view_get

Given = dict[str, Any]


@dataclass(frozen=True)
class Classic:
    """One method of the old protocols.

    Attributes:
        signature: how its arguments are read.
        act: carries it out on the empty recordset of the model, past nothing: the ORM asks the gate.
        writes: does it change anything?
    """

    signature: Signature
    act: Callable[[Any, Given], Any]
    writes: bool = False


def _search(model: Any, given: Given) -> Any:
    domain = read_domain(given.get("domain"))
    if given.get("count"):
        return model.search_count(domain)
    return list(
        model.search(
            domain,
            offset=read_rows(given.get("offset"), "offset") or 0,
            limit=read_rows(given.get("limit"), "limit"),
            order=read_order(given.get("order")),
        ).ids
    )


def _search_count(model: Any, given: Given) -> Any:
    return model.search_count(read_domain(given.get("domain")))


def _read(model: Any, given: Given) -> Any:
    ids = read_ids(given.get("ids"))
    fields = read_names(given.get("fields"))
    load = given.get("load")
    load = load if isinstance(load, str) and load else "_classic_read"
    try:
        rows = model.browse(ids.values).read(fields, load=load)
    except MissingError:
        rows = model.browse(_visible(model, ids)).read(fields, load=load)
    if ids.single:
        return rows[0] if rows else False
    return rows


def _search_read(model: Any, given: Given) -> Any:
    return model.search_read(
        read_domain(given.get("domain")),
        read_names(given.get("fields")),
        offset=read_rows(given.get("offset"), "offset") or 0,
        limit=read_rows(given.get("limit"), "limit"),
        order=read_order(given.get("order")),
    )


def _create(model: Any, given: Given) -> Any:
    values = given.get("vals")
    if isinstance(values, (list, tuple)):
        return list(model.create([read_values(row) for row in values]).ids)
    return model.create(read_values(values if values is not None else {})).id


def _write(model: Any, given: Given) -> Any:
    ids = read_ids(given.get("ids"))
    model.browse(ids.values).write(read_values(given.get("vals")))
    return True


def _unlink(model: Any, given: Given) -> Any:
    """Deleting what is not there is done already; a list with something that is there must be there as a whole."""
    ids = read_ids(given.get("ids"))
    try:
        model.browse(ids.values).unlink()
    except MissingError:
        if _visible(model, ids):
            raise
    return True


def _copy(model: Any, given: Given) -> Any:
    return _one(model, given).copy(given.get("default") or None).id


def _copy_data(model: Any, given: Given) -> Any:
    return copy_values(_one(model, given), given.get("default") or {})


def _name_get(model: Any, given: Given) -> Any:
    return model.browse(read_ids(given.get("ids")).values).name_get()


def _name_search(model: Any, given: Given) -> Any:
    return model.name_search(
        given.get("name") or "",
        read_domain(given.get("domain")),
        given.get("operator") or "ilike",
        read_rows(given.get("limit", 100), "limit"),
    )


def _name_create(model: Any, given: Given) -> Any:
    return model.name_create(given.get("name") or "")


def _default_get(model: Any, given: Given) -> Any:
    return model.default_get(read_names(given.get("fields")))


def _fields_get(model: Any, given: Given) -> Any:
    return model.fields_get(read_names(given.get("allfields")), read_names(given.get("attributes")))


def _fields_get_keys(model: Any, _given: Given) -> Any:
    return list(model.fields_get([], ["type"]))


def _read_group(model: Any, given: Given) -> Any:
    groupby = given.get("groupby") or []
    lazy = given.get("lazy")
    return model.read_group(
        read_domain(given.get("domain")),
        read_names(given.get("fields")),
        [groupby] if isinstance(groupby, str) else list(groupby),
        offset=read_rows(given.get("offset"), "offset") or 0,
        limit=read_rows(given.get("limit"), "limit"),
        orderby=read_order(given.get("orderby")) or "",
        lazy=True if lazy is None else bool(lazy),
    )


def _export_data(model: Any, given: Given) -> Any:
    found = model.browse(_visible(model, read_ids(given.get("ids"))))
    cells = table(found, read_names(given.get("fields"))).rows
    return {"datas": [["" if cell is None else cell for cell in row] for row in cells]}


def _load(model: Any, given: Given) -> Any:
    return load(model, read_names(given.get("fields")), given.get("data") or [])


def _fields_view_get(model: Any, given: Given) -> Any:
    return fields_view_get(
        model.env,
        model._name,
        given.get("view_id") or None,
        given.get("view_type") or "form",
        bool(given.get("toolbar")),
    )


def _perm_read(model: Any, given: Given) -> Any:
    return model.browse(read_ids(given.get("ids")).values).get_metadata()


def _exists(model: Any, given: Given) -> Any:
    return _visible(model, read_ids(given.get("ids")))


def _get_external_id(model: Any, given: Given) -> Any:
    ids = read_ids(given.get("ids"))
    known = {row["id"]: row.get("xmlid") or "" for row in model.browse(_visible(model, ids)).get_metadata()}
    return {str(record_id): known.get(record_id, "") for record_id in ids.values}


def _check_access_rights(model: Any, given: Given) -> Any:
    operation = str(given.get("operation"))
    if given.get("raise_exception", True):
        model.env.check(model._name, operation)
    return model.env.may(model._name, operation)


def _onchange(model: Any, given: Given) -> Any:
    changed = given.get("field_name") or []
    return model.browse(read_ids(given.get("ids")).values).onchange(
        read_values(given.get("values") or {}),
        [changed] if isinstance(changed, str) else list(changed),
        list(given.get("field_onchange") or ()) or None,
    )


def _visible(model: Any, ids: Ids) -> list[int]:
    """Those of the ids that exist for this user, in the given order."""
    if not ids.values:
        return []
    found = set(model.with_context(active_test=False).search([("id", "in", list(set(ids.values)))]).ids)
    return [record_id for record_id in ids.values if record_id in found]


def _one(model: Any, given: Given) -> Any:
    ids = read_ids(given.get("ids")).values
    if len(ids) != 1:
        raise UserError("Copy one record at a time.")
    return model.browse(ids)


_ON_IDS = Signature(("ids|id",), 1)

CLASSIC: dict[str, Classic] = {
    "search": Classic(Signature(("domain|args", "offset", "limit", "order", "count"), 4), _search),
    "search_count": Classic(Signature(("domain|args",), 1), _search_count),
    "search_read": Classic(Signature(("domain|args", "fields", "offset", "limit", "order"), 1), _search_read),
    "read": Classic(Signature(("ids|id", "fields", "load"), 2), _read),
    "create": Classic(Signature(("vals|vals_list|values",), 1), _create, writes=True),
    "write": Classic(Signature(("ids|id", "vals|values"), 2), _write, writes=True),
    "unlink": Classic(_ON_IDS, _unlink, writes=True),
    "copy": Classic(Signature(("ids|id", "default"), 2), _copy, writes=True),
    "copy_data": Classic(Signature(("ids|id", "default"), 2), _copy_data),
    "name_get": Classic(_ON_IDS, _name_get),
    "name_search": Classic(Signature(("name", "domain|args", "operator", "limit"), 3), _name_search),
    "name_create": Classic(Signature(("name",), 1), _name_create, writes=True),
    "default_get": Classic(Signature(("fields|fields_list",), 1), _default_get),
    "fields_get": Classic(Signature(("allfields|fields", "attributes", "write_access"), 1), _fields_get),
    "fields_get_keys": Classic(Signature((), 0), _fields_get_keys),
    "fields_view_get": Classic(Signature(("view_id", "view_type", "toolbar", "submenu"), 2), _fields_view_get),
    "read_group": Classic(
        Signature(("domain|args", "fields", "groupby", "offset", "limit", "orderby|order", "lazy"), 5), _read_group
    ),
    "export_data": Classic(Signature(("ids|id", "fields|fields_to_export", "raw_data"), 2), _export_data),
    "load": Classic(Signature(("fields", "data|rows"), 2), _load, writes=True),
    "perm_read": Classic(Signature(("ids|id", "details"), 1), _perm_read),
    "get_metadata": Classic(_ON_IDS, _perm_read),
    "exists": Classic(_ON_IDS, _exists),
    "get_external_id": Classic(_ON_IDS, _get_external_id),
    "check_access_rights": Classic(Signature(("operation", "raise_exception"), 1), _check_access_rights),
    "onchange": Classic(Signature(("ids|id", "values", "field_name", "field_onchange"), 4), _onchange),
}
