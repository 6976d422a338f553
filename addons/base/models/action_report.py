"""Report actions: a template that records are printed with."""

from __future__ import annotations

from typing import Literal

from addons.base.models.action import Action
from core import Model, fields
from core.orm.query import Query

Output = Literal["pdf", "html"]
OUTPUTS: dict[Output, str] = {"pdf": "PDF", "html": "HTML"}


class ActionReport(Action):
    """Prints records of a model."""

    _name = "ir.actions.report.xml"
    _description = "Report"

    type = fields.Char(default="ir.actions.report.xml")
    model = fields.Char("Model", required=True, index=True)
    report_name = fields.Char("Technical Name", required=True, index=True, help="The name that programs ask for.")
    report_type: fields.Selection[Output] = fields.Selection("Output", OUTPUTS, required=True, default="pdf")
    template = fields.Char("Template", help="The file in the addon, as in crm/reports/opportunity.html.")
    multi = fields.Boolean("Only in Lists")
    binding = fields.Boolean("Offer in Forms and Lists", default=True)
    usage = fields.Char("Usage")
    attachment = fields.Char("Save as Attachment", help="An expression that gives the name of the file to keep.")
    attachment_use = fields.Boolean("Reload from Attachment", help="Print the kept file again instead of a new one.")
    lang = fields.Char("Language", help="An expression that gives the language, such as object.partner_id.lang.")
    paper_format = fields.Char("Paper Format", help="Empty for that of the company.")

    _unique_name = fields.Unique("report_name", message="There is a report of this technical name already.")


class ReportAlias(Model):
    """The reports under the name that newer programs ask for."""

    _name = "ir.actions.report"
    _description = "Report"
    _query = Query(ActionReport)

    name = fields.Char("Name", source="name")
    model = fields.Char("Model", source="model")
    report_name = fields.Char("Technical Name", source="report_name")
    report_type: fields.Selection[Output] = fields.Selection("Output", OUTPUTS, source="report_type")
