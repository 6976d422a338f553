"""External ids: the names by which data files and programs know records."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from core import Domain, Model, api, fields
from core.errors import MissingError, UnknownName
from core.orm.xmlids import resolve_visible
from core.security.owned import owned


class ModelData(Model):
    """`module.name` for one record."""

    _name = "ir.model.data"
    _description = "External ID"
    _order = "module, model, name"

    name = fields.Char("External Name", required=True, index=True)
    module = fields.Char("Addon", required=True, index=True)
    model = fields.Char("Model Name", required=True, index=True)
    res_id = fields.Integer("Record ID", index=True)
    noupdate = fields.Boolean("Keep", help="An upgrade of the addon leaves the record as it is.")
    complete_name = fields.Char("Complete ID", readonly=True)
    reference = fields.Char("Reference", readonly=True)

    _unique_name = fields.Unique(
        "module", "name", message="This addon has a record with the same external name already."
    )

    @complete_name.compute("module", "name", store=False)
    @reference.compute("model", "res_id", store=False)
    def _compute_names(self) -> None:
        for data in self:
            data.complete_name = f"{data.module}.{data.name}"
            data.reference = f"{data.model},{data.res_id}"

    def _compute_display_name(self) -> None:
        for data in self:
            data.display_name = f"{data.module}.{data.name}"

    @api.exported
    def xmlid_to_res_model_res_id(self, xmlid: str, raise_if_not_found: bool = False) -> tuple[str | bool, int | bool]:
        """Model and database id of the record with this external id; (False, False) where there is none."""
        found = self._find(xmlid)
        if found is None:
            if raise_if_not_found:
                raise MissingError("There is no record with the external id {xmlid}.", xmlid=xmlid)
            return False, False
        return found

    @api.exported
    def xmlid_to_res_id(self, xmlid: str, raise_if_not_found: bool = False) -> int | bool:
        """Database id of the record with this external id; False where there is none."""
        return self.xmlid_to_res_model_res_id(xmlid, raise_if_not_found)[1]

    @api.exported
    def get_object_reference(self, module: str, xml_id: str) -> tuple[str, int]:
        """Model and database id of `module.xml_id`. Raises MissingError where there is none."""
        found = self._find(f"{module}.{xml_id}")
        if found is None:
            raise MissingError("There is no record with the external id {xmlid}.", xmlid=f"{module}.{xml_id}")
        return found

    @api.exported
    def check_object_reference(self, module: str, xml_id: str, raise_on_access_error: bool = False) -> tuple[str, Any]:
        """As `get_object_reference`, which finds only records that the caller may see."""
        return self.get_object_reference(module, xml_id)

    @api.exported
    def get_object(self, module: str, xml_id: str) -> int:
        """Database id of `module.xml_id`."""
        return self.get_object_reference(module, xml_id)[1]

    def external_ids(self, model: str, ids: Iterable[int]) -> dict[int, str]:
        """The first external id of each of these records of `model`."""
        with self.env.elevated("name records by their external ids", ModelData) as su_env:
            rows = su_env[ModelData].search([("model", "=", model), ("res_id", "in", list(ids))], order="id")
            names: dict[int, str] = {}
            for row in rows:
                names.setdefault(row.res_id, f"{row.module}.{row.name}")
            return names

    def _rule_domain(self, operation: str) -> Domain:
        """The ids of records that the user may see."""
        return owned(self.env, "read", "model", "res_id", (self._name,))

    def _find(self, xmlid: str) -> tuple[str, int] | None:
        if "." not in xmlid:
            raise UnknownName("{xmlid} is no external id: it looks like module.name.", xmlid=xmlid)
        return resolve_visible(self.env, xmlid)
