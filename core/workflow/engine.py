"""Moves records through their workflows: instances and tokens are rows, every move is compare-and-set."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.errors import ConflictError, UserError
from core.orm.domain import Leaf
from core.security import rights
from core.workflow.definition import Activity, Definition, Transition, definitions, forget
from core.workflow.subject import Subject, run_action

if TYPE_CHECKING:
    from core.orm.env import Env
    from core.orm.model import Model

LONGEST_CHAIN = 100


@dataclass(frozen=True)
class Step:
    """One move a record might make.

    Attributes:
        why: why it cannot be made now; empty when it can.
    """

    signal: str
    label: str
    source: str
    target: str
    why: str


def start(records: Model) -> None:
    """Begin the workflows of new records; told by the ORM."""
    env = records.env
    forget(env, records._name)
    for definition in definitions(env, records._name):
        if definition.on_create and records:
            _begin(records, definition)


def _begin(records: Model, definition: Definition) -> Any:
    """Make an instance and its first tokens for each record, in two batches; then follow what needs no signal."""
    env = records.env.super_env
    rows = [{"wkf_id": definition.id, "res_type": records._name, "res_id": i, "uid": env.uid} for i in records._ids]
    instances: Any = env["workflow.instance"].create(rows)
    tokens: list[dict[str, Any]] = []
    entered: dict[int, list[int]] = {}
    for record, instance in zip(records, instances, strict=True):
        standing = _standing(record, definition)
        for activity in [standing] if standing is not None else definition.starts:
            tokens.append({"act_id": activity.id, "inst_id": instance.id, "state": "complete"})
            entered.setdefault(activity.id, []).append(record._ids[0])
    env["workflow.workitem"].create(tokens)
    for activity_id, ids in entered.items():
        activity = definition.activities[activity_id]
        group = records._make(records.env, tuple(ids), tuple(ids))
        _enter(group, definition, activity, set_state=False)
    if definition.automatic:
        _follow(records, definition)
    return instances


def _standing(record: Any, definition: Definition) -> Activity | None:
    """The activity that the record's status field says, where the definition has such a field."""
    if not definition.field:
        return None
    return definition.in_state(getattr(record, definition.field) or "")


def changed(records: Model, fields: frozenset[str]) -> None:
    """After a write: follow transitions that need no signal and are now open; told by the ORM."""
    env = records.env
    forget(env, records._name)
    moving = env.tx.memo.setdefault("workflow moving", set())
    for definition in definitions(env, records._name):
        if definition.automatic and definition.id not in moving:
            _follow(records, definition)
    del fields


def removing(records: Model) -> None:
    """Before a deletion: end the instances of the records; told by the ORM."""
    env = records.env
    forget(env, records._name)
    if not definitions(env, records._name):
        return
    rows: Any = env.super_env["workflow.instance"]
    rows.search(Leaf("res_type", "=", records._name) & Leaf("res_id", "in", records.ids)).unlink()


def states(env: Env, model: str) -> dict[str, frozenset[str]]:
    """The status fields that workflows of the model move, with the values in which a record begins; told by the ORM.

    While a workflow is at work on its own behalf, the field is its own to write.
    """
    moving = env.tx.memo.get("workflow moving", ())
    return {
        definition.field: frozenset(activity.state for activity in definition.starts)
        for definition in definitions(env, model)
        if definition.field and definition.id not in moving
    }


def knows(env: Env, model: str, signal: str) -> bool:
    """Does a workflow of the model listen to the signal?"""
    return any(signal in definition.signals() for definition in definitions(env, model))


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
    env = records.env
    records.check_access("write")
    listening = [d for d in definitions(env, records._name) if signal in d.signals()]
    if not listening:
        return act(records, *args)
    plans: list[tuple[Definition, dict[Transition, list[int]]]] = []
    for definition in listening:
        plan: dict[Transition, list[int]] = {}
        for record in records:
            for way in _open_ways(record, definition, signal):
                plan.setdefault(way, []).append(record._ids[0])
        plans.append((definition, plan))
    answer = act(records, *args)
    for definition, plan in plans:
        for way, ids in plan.items():
            _move(records._make(env, tuple(ids), tuple(ids)), definition, way)
        if definition.automatic:
            _follow(records, definition)
    return answer


def _open_ways(record: Any, definition: Definition, signal: str) -> list[Transition]:
    """The transitions the record takes on a signal. Raises UserError with the reason when there is none."""
    reasons: list[str] = []
    standing = current(record, definition)
    for activity in standing:
        taken: list[Transition] = []
        for way in activity.ways:
            if way.signal != signal:
                continue
            why = refusal(record, way)
            if why:
                reasons.append(why)
            else:
                taken.append(way)
        if taken:
            return taken[:1] if activity.split == "XOR" else taken
    env = record.env
    if reasons:
        raise UserError("{record}: {why}", record=record.display_name, why=reasons[0])
    raise UserError(
        "{record} is {state}; “{signal}” is not possible there.",
        record=record.display_name,
        state=", ".join(_label(env, record, definition, activity) for activity in standing)
        or env._("not in a workflow"),
        signal=env.translate_term(_title(definition, signal), record._info.addon),
    )


def _title(definition: Definition, signal: str) -> str:
    """What people call a signal: the label of its first transition."""
    return next((way.label for a in definition.activities.values() for way in a.ways if way.signal == signal), signal)


def _label(env: Env, record: Any, definition: Definition, activity: Activity) -> str:
    if definition.field and activity.state:
        labels: dict[str, str] = record._info.fields[definition.field].labels(env)
        return labels.get(activity.state, activity.name)
    return activity.name


def refusal(record: Any, way: Transition) -> str:
    """Why the record cannot take a transition now; empty when it can."""
    env = record.env
    if way.groups and not env.is_super(record._name) and rights.groups_of(env, env.uid).isdisjoint(way.groups):
        return str(env._("only members of {groups} may do this", groups=", ".join(rights.group_names(env, way.groups))))
    if not way.condition.evaluate(Subject(record)):
        return str(env._("its condition {condition} does not hold", condition=way.condition.source))
    return ""


def current(record: Any, definition: Definition) -> list[Activity]:
    """The activities a record stands at. The status field, where there is one, has the last word."""
    standing = _standing(record, definition)
    if standing is not None:
        return [standing]
    tokens = _tokens(record, definition)
    return [definition.activities[t.act_id.id] for t in tokens if t.act_id.id in definition.activities]


def _tokens(records: Any, definition: Definition) -> Any:
    rows: Any = records.env.super_env["workflow.workitem"]
    return rows.search(
        Leaf("inst_id.wkf_id", "=", definition.id)
        & Leaf("inst_id.res_type", "=", records._name)
        & Leaf("inst_id.res_id", "in", records.ids)
    )


def _move(records: Any, definition: Definition, way: Transition) -> None:
    """Carry the tokens of records over a transition; what another process moved first is a conflict."""
    env = records.env
    source, target = definition.activities[way.source], definition.activities[way.target]
    tokens = _tokens(records, definition)
    begun = set(tokens.mapped("inst_id.res_id"))
    lacking = records.filtered(lambda record: record.id not in begun)
    if lacking:
        _begin(lacking, definition)
        tokens = _tokens(records, definition)
    moving = tokens.filtered(lambda token: token.act_id.id == source.id)
    strays = tokens - moving if definition.field else tokens[:0]
    if strays:
        strays.write({"act_id": source.id})
        moving = moving | strays
    moved = moving.compare_and_set("act_id", source.id, target.id)
    if len(moved) != len(moving):
        raise ConflictError("Somebody else moved {record} just now.", record=records[:1].display_name)
    if definition.field and target.state:
        held = records.with_env(env.super_env)
        done = held.compare_and_set(definition.field, source.state, target.state)
        if len(done) != len(records):
            raise ConflictError("Somebody else changed {record} just now.", record=records[:1].display_name)
    _enter(records, definition, target, set_state=True)


def _enter(records: Any, definition: Definition, activity: Activity, set_state: bool) -> None:
    """What happens when tokens reach an activity."""
    if activity.kind == "stopall":
        others = _tokens(records, definition).filtered(lambda token: token.act_id.id != activity.id)
        others.unlink()
    if activity.kind in ("function", "stopall", "dummy") and set_state:
        moving = records.env.tx.memo.setdefault("workflow moving", set())
        moving.add(definition.id)
        try:
            for line in activity.actions:
                run_action(records, line)
        finally:
            moving.discard(definition.id)
    if activity.stop or activity.kind == "stopall":
        rows: Any = records.env.super_env["workflow.instance"]
        instances = rows.search(
            Leaf("wkf_id", "=", definition.id)
            & Leaf("res_type", "=", records._name)
            & Leaf("res_id", "in", records.ids)
            & Leaf("state", "=", "active")
        )
        ended = instances.filtered(
            lambda one: all(
                definition.activities[t.act_id.id].stop or t.act_id.id == activity.id for t in one.workitem_ids
            )
        )
        if ended:
            ended.write({"state": "complete"})


def _follow(records: Any, definition: Definition) -> None:
    """Take every open transition that needs no signal, until none is left."""
    moving = records.env.tx.memo.setdefault("workflow moving", set())
    for record in records:
        for _ in range(LONGEST_CHAIN):
            way = next(
                (
                    way
                    for activity in current(record, definition)
                    for way in activity.ways
                    if not way.signal and not refusal(record, way)
                ),
                None,
            )
            if way is None:
                break
            moving.add(definition.id)
            try:
                _move(record, definition, way)
            finally:
                moving.discard(definition.id)
        else:
            raise UserError("The workflow {name} goes round in circles.", name=definition.name)


def steps(record: Any) -> list[Step]:
    """What may happen next with a record, and why what may not cannot."""
    env = record.env
    found: list[Step] = []
    for definition in definitions(env, record._name):
        for activity in current(record, definition):
            for way in activity.ways:
                if way.signal:
                    target = definition.activities[way.target]
                    found.append(
                        Step(
                            way.signal,
                            env.translate_term(way.label, record._info.addon),
                            _label(env, record, definition, activity),
                            _label(env, record, definition, target),
                            refusal(record, way),
                        )
                    )
    return found


def exec_workflow(env: Env, model: str, signal: str, ids: Sequence[int]) -> bool:
    """OpenERP's door: send a signal; where it is not possible nothing happens. Always answers False, as it did."""
    records = env[model].browse(tuple(ids))
    records.check_access("write")
    if knows(env, model, signal):
        for record in records:
            if any(step.signal == signal and not step.why for step in steps(record)):
                send(record, signal)
    return False


def press(records: Model, name: str) -> Any:
    """A button: an action method of the model, or a signal of its workflow.

    Raises:
        UserError: when the model has neither.
    """
    if name in records._info.actions:
        return getattr(records, name)()
    if knows(records.env, records._name, name):
        return send(records, name)
    raise UserError("{model} has no action {name}.", model=records._info.description, name=name)
