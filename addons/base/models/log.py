"""What the server wrote down about this database."""

from __future__ import annotations

from core import Model, fields


class Logging(Model):
    """One line that a server action or scheduled job wrote."""

    _name = "ir.logging"
    _description = "Log"
    _order = "id desc"

    name = fields.Char("Name", required=True)
    type = fields.Char("Type", required=True, default="server", index=True)
    dbname = fields.Char("Database")
    level = fields.Char("Level", index=True)
    message = fields.Text("Message", required=True)
    path = fields.Char("Path")
    func = fields.Char("Function")
    line = fields.Char("Line")
