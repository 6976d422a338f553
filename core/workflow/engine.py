"""The doors of the workflow engine: what the ORM tells it, signals, and buttons. `walk` does the moving."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from core.errors import UserError
from core.workflow import tokens, triggers, walk
from core.workflow.allowed import refusal
from core.workflow.definition import Activity, Definition, Transition
from core.workflow.explain import label_of, title_of
from core.workflow.net import leaving
from core.workflow.versions import definitions, publish_waiting, published, source_changed, version
from core.workflow.walk import Plan

if TYPE_CHECKING:
    from core.orm.env import Env
    from core.orm.model import Model


def start(records: Model) -> None:
    """Begin the workflows of new records; told by the ORM."""
    source_changed(records)
    if records:
        for definition in definitions(records.env, records._name):
            if definition.on_create:
                walk.begin(records, definition, fresh=True)


def changed(records: Model, fields: frozenset[str]) -> None:
    """After a write: follow transitions that need no signal and may be open now; told by the ORM."""
    env = records.env
    source_changed(records)
    publish_waiting(env, records._name)
    if records._name not in published(env).concerned:
        return
    own = records._info.fields
    for definition in definitions(env, records._name):
        watched = definition.watched
        told = definition.automatic and (watched & fields or any(_worked_out(own.get(name)) for name in watched))
        if told and not walk.is_at_work(env, definition):
            walk.follow(records, definition)
    for model, ids in triggers.woken(records).items():
        waiting = env[model].browse(ids)
        for definition in definitions(env, model):
            if not walk.is_at_work(env, definition):
                walk.follow(waiting, definition)


def _worked_out(field: Any) -> bool:  # Any: a field or None
    """Is the name one whose value a write of other fields may change: a computed field, a method, a link's path?"""
    return field is None or field.computed or field.relational


def removing(records: Model) -> None:
    """Before a deletion: end the instances of the records; told by the ORM."""
    source_changed(records)
    if definitions(records.env, records._name):
        tokens.end_with(records)


def states(env: Env, model: str) -> dict[str, frozenset[str]]:
    """The status fields that workflows of the model move, with the values in which a record begins; told by the ORM.

    While a workflow is at work on its own behalf, the field is its own to write.
    """
    return {
        definition.field: frozenset(activity.state for activity in definition.starts)
        for definition in definitions(env, model)
        if definition.field and not walk.is_at_work(env, definition)
    }


def knows(records: Model, signal: str) -> bool:
    """Does a workflow of the records listen to the signal?"""
    return any(_hears(records, definition, signal) for definition in definitions(records.env, records._name))


def send(records: Model, signal: str) -> Any:
    """Send a signal, with the method of the same name where the model has one.

    Raises:
        UserError: when a record cannot make the move; the message says why.
    """
    if signal in records._info.transitions:
        return getattr(records, signal)()
    return transition(records, signal, _no_act, ())


def _no_act(_records: Model) -> None:
    return None


def transition(records: Model, signal: str, act: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    """Check that every record may move on `signal`, run `act` on them, and move them; told by `api.transition`.

    Raises:
        AccessError, MissingError: the user may not change one of the records.
        UserError: when a record cannot move, with the reason; nothing is done then.
        ConflictError: when somebody else moved a record at the same time.
    """
    records.check_access("write")
    listening = _listening(records, signal)
    if not listening:
        return act(records, *args)
    plans: dict[int, tuple[Definition, Plan]] = {}
    for record in records:
        for own, plan in _plans(record, listening, signal):
            plans.setdefault(own.version, (own, []))[1].extend(plan)
    answer = act(records, *args)
    for own, plan in plans.values():
        walk.carry(records, own, plan)
    for definition in listening:
        walk.follow(records, definition)
    return answer


def _listening(records: Model, signal: str) -> list[Definition]:
    """The workflows that know a signal; records that are older than a workflow begin it now."""
    listening = [one for one in definitions(records.env, records._name) if _hears(records, one, signal)]
    for definition in listening:
        late = walk.lacking(records, definition)
        if late:
            walk.begin(late, definition, fresh=False)
    return listening


def _hears(records: Model, definition: Definition, signal: str) -> bool:
    """Does a workflow know a signal: in its newest version, or in an earlier one that one of the records is on?"""
    if signal in definition.signals:
        return True
    return any(
        signal in version(records.env, instance.version).signals
        for found in tokens.instances(records).values()
        for instance in found
        if instance.workflow == definition.workflow and instance.version != definition.version
    )


def _plans(record: Model, listening: Sequence[Definition], signal: str) -> list[tuple[Definition, Plan]]:
    """The ways the record takes on a signal. Raises UserError with the reason when there is none."""
    reasons: list[str] = []
    standing: list[tuple[Definition, Activity]] = []

    def opened(way: Transition) -> bool:
        why = refusal(record, way)
        if why and way.signal == signal:
            reasons.append(why)
        return not why

    found: list[tuple[Definition, Plan]] = []
    for definition in listening:
        for _instance, own, here in walk.places(record, definition):
            standing += [(own, own.activities[token.activity]) for token in here]
            plan = [
                (token, ways)
                for token in here
                for ways in [leaving(own.activities[token.activity], signal, opened)]
                if ways
            ]
            if plan:
                found.append((own, plan))
    if found:
        return found
    if reasons:
        raise UserError("{record}: {why}", record=record.display_name, why=reasons[0])
    raise UserError(
        "{record} is {state}; “{signal}” is not possible there.",
        record=record.display_name,
        state=", ".join(dict.fromkeys(label_of(record, own, activity) for own, activity in standing))
        or record.env._("not in a workflow"),
        signal=title_of(record, listening, signal),
    )


def exec_workflow(env: Env, model: str, signal: str, ids: Sequence[int]) -> bool:
    """OpenERP's door: send a signal; where it is not possible nothing happens. Always answers False, as it did."""
    records = env[model].browse(tuple(ids))
    records.check_access("write")
    listening = _listening(records, signal)
    if listening:
        for record in records:
            try:
                _plans(record, listening, signal)
            except UserError:
                continue
            send(record, signal)
    return False


def press(records: Model, name: str) -> Any:
    """A button: an action method of the model, or a signal of its workflow.

    Raises:
        UserError: when the model has neither.
    """
    if name in records._info.actions:
        return getattr(records, name)()
    if knows(records, name):
        return send(records, name)
    raise UserError("{model} has no action {name}.", model=records._info.description, name=name)
