"""What each import of a file did, so that it can be undone."""

from __future__ import annotations

from typing import Literal

from addons.base.models import user
from core import Model, fields

State = Literal["running", "done", "failed", "undone"]
RowAction = Literal["created", "updated", "refused"]


class ImportBatch(Model):
    """One import of one file."""

    _name = "ir.import.batch"
    _description = "Import"
    _order = "id desc"
    _rec_name = "file_name"

    model = fields.Char("Model", required=True, index=True)
    file_name = fields.Char("File", required=True)
    state: fields.Selection[State] = fields.Selection(
        "Status",
        {"running": "Running", "done": "Done", "failed": "Failed", "undone": "Undone"},
        required=True,
        default="running",
    )
    created_count = fields.Integer("Created", readonly=True)
    updated_count = fields.Integer("Updated", readonly=True)
    refused_count = fields.Integer("Refused", readonly=True)
    user_id = fields.Many2one(lambda: user.User, "User", readonly=True)
    date = fields.Datetime("Date", required=True, readonly=True)
    mapping = fields.Json("Columns", help="Which column of the file went into which field.")
    line_ids = fields.One2many(lambda: ImportLine, "batch_id", "Rows")

    @user_id.default_from
    def _default_user_id(self) -> int:
        return self.env.uid

    @date.default_from
    def _default_date(self) -> object:
        return self.env.now()


class ImportLine(Model):
    """What became of one row of the file."""

    _name = "ir.import.line"
    _description = "Row of an Import"
    _order = "batch_id, line_no, id"
    _rec_name = "line_no"

    batch_id = fields.Many2one(ImportBatch, "Import", required=True, ondelete="cascade")
    line_no = fields.Integer("Line", required=True)
    res_id = fields.Integer("Record ID", index=True)
    action: fields.Selection[RowAction] = fields.Selection(
        "Result", {"created": "Created", "updated": "Updated", "refused": "Refused"}, required=True
    )
    before = fields.Json("Values Before", help="What an undo puts back.")
    message = fields.Text("Message")
