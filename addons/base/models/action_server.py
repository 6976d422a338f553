"""Server actions: lists of declared steps that run on records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from addons.base.models import model
from addons.base.models.action import Action
from addons.base.models.log import Logging
from addons.base.models.menu import ACTION_MODELS
from core import Model, api, fields
from core.errors import ExpressionError, UnknownName, UserError, ValidationError
from core.kernel.expression import compile_expression, expression_helpers
from core.security.record_view import RecordView
from core.security.rights import check_groups
from core.workflow.engine import press, send

Kind = Literal["write", "create", "signal", "method", "action", "log", "refuse"]
ValueKind = Literal["value", "equation"]


class ActionServer(Action):
    """Runs its steps, one after the other, on each record, with the rights of the user who starts it."""

    _name = "ir.actions.server"
    _description = "Server Action"

    type = fields.Char(default="ir.actions.server")
    model_id = fields.Many2one(lambda: model.ModelRow, "Model", required=True, ondelete="cascade")
    condition = fields.Char("Condition", default="True", help="An expression over object, user, context and time.")
    bound = fields.Boolean("Offer in Forms and Lists")
    step_ids = fields.One2many(lambda: ServerStep, "action_id", "Steps", copy=True)

    @api.constrains("condition")
    def _check_condition(self) -> None:
        for action in self:
            _readable(action.condition)

    @api.action
    def run(self, ids: list[int] | None = None) -> dict[str, Any] | bool:
        """Do the steps on the records `ids`, or on those that the context names as active.

        Returns the action that a step answers, else False.
        """
        context = self.env.context
        chosen = ids or context.get("active_ids") or list(filter(None, [context.get("active_id")]))
        answer: dict[str, Any] | bool = False
        for action in self:
            check_groups(self.env, action)
            records = self.env[action.model_id.model].browse(list(chosen))
            for record in records.exists() if chosen else [records]:
                names = action._names(record)
                if compile_expression(action.condition or "True").evaluate(names):
                    for step in action.step_ids:
                        answer = step.perform(record, names) or answer
        return answer

    def _names(self, record: Model) -> dict[str, Any]:
        """What the expressions of the steps may name."""
        return {
            **expression_helpers(self.env.now(), self.env.tz),
            "object": RecordView(record),
            "user": RecordView(self.env.user),
            "uid": self.env.uid,
            "context": dict(self.env.context),
        }


class ServerStep(Model):
    """One step of a server action."""

    _name = "ir.actions.server.step"
    _description = "Step of a Server Action"
    _order = "sequence, id"

    action_id = fields.Many2one(ActionServer, "Server Action", required=True, ondelete="cascade")
    sequence = fields.Integer("Sequence", default=10)
    kind: fields.Selection[Kind] = fields.Selection(
        "What to do",
        {
            "write": "Write values",
            "create": "Create a record",
            "signal": "Send a workflow signal",
            "method": "Press a button",
            "action": "Open an action",
            "log": "Write a line into the log",
            "refuse": "Refuse with a message",
        },
        required=True,
        default="write",
    )
    condition = fields.Char("Condition", help="Empty: the step is always done.")
    name = fields.Char("Button or Signal")
    target_model = fields.Char("Model to Create")
    open_action = fields.Reference("Action to Open", ACTION_MODELS)
    message = fields.Text("Message", translate=True)
    line_ids = fields.One2many(lambda: ServerLine, "step_id", "Values", copy=True)

    @api.constrains("condition")
    def _check_condition(self) -> None:
        for step in self:
            _readable(step.condition)

    @api.constrains("kind", "name", "target_model")
    def _check_names(self) -> None:
        models = self.env.registry.models
        for step in self:
            if step.kind == "create" and step.target_model not in models:
                raise UnknownName("There is no model {name}.", name=step.target_model, known=models)
            actions = models[step.action_id.model_id.model].actions
            if step.kind == "method" and step.name not in actions:
                raise UnknownName(
                    "{model} has no button {name}.", name=step.name, known=actions, model=step.target_model
                )

    def perform(self, record: Model, names: Mapping[str, Any]) -> dict[str, Any] | None:
        """Do the step on one record; the answer is an action to open, if there is one."""
        self.ensure_one()
        if self.condition and not compile_expression(self.condition).evaluate(names):
            return None
        if self.kind == "write":
            record.write(self._values(names))
        elif self.kind == "create":
            self.env[self.target_model].create(self._values(names))
        elif self.kind == "signal":
            send(record, self.name)
        elif self.kind == "method":
            answer = press(record, self.name)
            return answer if isinstance(answer, dict) else None
        elif self.kind == "action":
            opened: dict[str, Any] = self.open_action.read([])[0]
            return opened
        elif self.kind == "log":
            with self.env.elevated("write a line into the log", Logging) as su_env:
                line = {"name": self.action_id.name, "message": self.message, "level": "INFO", "path": record._name}
                su_env[Logging].create({**line, "line": str(record.id), "dbname": self.env.registry.name})
        else:
            raise UserError("{message}", message=self.message)
        return None

    def _values(self, names: Mapping[str, Any]) -> dict[str, Any]:
        return {line.col1: line.computed(names) for line in self.line_ids}


class ServerLine(Model):
    """One value that a step writes."""

    _name = "ir.server.object.lines"
    _description = "Value of a Server Action"
    _order = "id"
    _rec_name = "col1"

    step_id = fields.Many2one(ServerStep, "Step", required=True, ondelete="cascade")
    col1 = fields.Char("Field", required=True)
    type: fields.Selection[ValueKind] = fields.Selection(
        "Kind", {"value": "Text", "equation": "Expression"}, required=True, default="value"
    )
    value = fields.Text("Value")

    @api.constrains("type", "value")
    def _check_value(self) -> None:
        for line in self:
            if line.type == "equation":
                _readable(line.value)

    def computed(self, names: Mapping[str, Any]) -> Any:
        """The value to write."""
        return compile_expression(self.value).evaluate(names) if self.type == "equation" else self.value


def _readable(source: str) -> None:
    """Raise ValidationError for an expression that the language does not have."""
    if not source:
        return
    try:
        compile_expression(source)
    except ExpressionError as error:
        raise ValidationError("{error}", error=error) from error
