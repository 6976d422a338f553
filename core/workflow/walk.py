"""Carries the tokens of a set of records forward: moves, joins, actions, subflows, and the ends of instances."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from core.errors import ConflictError, UserError
from core.orm.domain import Leaf
from core.workflow import tokens, triggers
from core.workflow.allowed import refusal
from core.workflow.definition import Activity, Definition, Transition
from core.workflow.net import LONGEST_CHAIN, is_joined, leaving, waits
from core.workflow.subject import run_action
from core.workflow.tokens import Instance, Token
from core.workflow.versions import definitions, published, version

if TYPE_CHECKING:
    from core.orm.env import Env
    from core.orm.model import Model

Plan = list[tuple[Token, tuple[Transition, ...]]]
_MOVING = "workflow moving"


def standing(record: Model, definition: Definition) -> Activity | None:
    """The activity that the record's status field says, where the field alone says it."""
    if not definition.by_state:
        return None
    return definition.by_state.get(record._info.fields[definition.field].__get__(record, None) or "")


def begin(records: Model, definition: Definition, fresh: bool) -> None:
    """Begin a workflow for records that are not in it.

    Args:
        fresh: the records are new, so that they start; others stand where their status field says.
    """
    places: dict[int, Sequence[int]] = {}
    entered: dict[int, list[int]] = {}
    for record in records:
        place = standing(record, definition)
        if place is not None:
            places[record.id] = (place.id,)
        else:
            places[record.id] = tuple(activity.id for activity in definition.starts)
        if place is None or (fresh and place.start):
            for activity in places[record.id]:
                entered.setdefault(activity, []).append(record.id)
    made = tokens.begin(records, definition, places)
    with at_work(records.env, definition):
        for activity, ids in entered.items():
            here = [token for token in made if token.activity == activity and token.instance.record in set(ids)]
            _arrive(records, definition, definition.activities[activity], here)
    follow(records, definition)


def lacking(records: Model, definition: Definition) -> Model:
    """Those of the records that the workflow has no instance of."""
    known = tokens.instances(records)
    return records.filtered(
        lambda record: all(instance.workflow != definition.workflow for instance in known[record.id])
    )


def places(record: Model, definition: Definition) -> list[tuple[Instance, Definition, list[Token]]]:
    """The tokens of a record in a workflow that may leave where they are, each with the version that it follows.

    Where the status field says where the record stands, the field has the last word, and the token follows it.
    """
    found = []
    for instance in tokens.instances(record)[record.id]:
        if instance.workflow != definition.workflow:
            continue
        own = definition if instance.version == definition.version else version(record.env, instance.version)
        place = standing(record, own)
        if place is not None:
            for token in instance.tokens:
                token.activity = place.id
        found.append((instance, own, [t for t in instance.tokens if t.state == "complete"]))
    return found


@contextmanager
def at_work(env: Env, definition: Definition) -> Iterator[None]:
    """While a workflow works, it may write its status field, and writes do not make it look for open ways."""
    moving: dict[int, int] = env.tx.memo.setdefault(_MOVING, {})
    moving[definition.workflow] = moving.get(definition.workflow, 0) + 1
    try:
        yield
    finally:
        moving[definition.workflow] -= 1


def is_at_work(env: Env, definition: Definition) -> bool:
    """Is the workflow doing something in this very moment?"""
    moving: dict[int, int] = env.tx.memo.get(_MOVING, {})
    return moving.get(definition.workflow, 0) > 0


def carry(records: Model, definition: Definition, plan: Plan) -> None:
    """Take the planned ways. Raises ConflictError when somebody else moved one of the records meanwhile."""
    with at_work(records.env, definition):
        come = _carry_rows(records, definition, plan)
        for activity, here in come.items():
            _arrive(records, definition, definition.activities[activity], here)
        _end(records, definition, {token.instance for token, _ in plan})


def _carry_rows(records: Model, definition: Definition, plan: Plan) -> dict[int, list[Token]]:
    """Move and make the rows, then the status; gives the tokens that are through, by activity."""
    moves: dict[Transition, list[Token]] = {}
    extra: list[tuple[Instance, Transition]] = []
    for token, ways in plan:
        moves.setdefault(ways[0], []).append(token)
        extra += [(token.instance, way) for way in ways[1:]]
    come: dict[int, list[Token]] = {}
    held: list[int] = []
    for way, moved in moves.items():
        tokens.move(records, moved, way.target)
        if waits(definition, definition.activities[way.target]):
            tokens.mark(records.env, moved, "active", via=way.id)
            held.append(way.target)
        else:
            come.setdefault(way.target, []).extend(moved)
    waiting = {way.id for _, way in extra if waits(definition, definition.activities[way.target])}
    made = tokens.add(
        records.env, records._name, [(i, way.target, way.id if way.id in waiting else 0) for i, way in extra]
    )
    for token, (_, way) in zip(made, extra, strict=True):
        if way.id in waiting:
            held.append(way.target)
        else:
            come.setdefault(way.target, []).append(token)
    instances = {token.instance for token, _ in plan}
    for target in dict.fromkeys(held):
        joined = _join(records.env, definition, definition.activities[target], instances)
        if joined:
            come.setdefault(target, []).extend(joined)
    _set_status(records, definition, moves)
    return come


def _join(env: Env, definition: Definition, activity: Activity, instances: set[Instance]) -> list[Token]:
    """Let those instances through an AND join whose tokens have all come: one token of them goes on."""
    through, spent = [], []
    for instance in instances:
        here = [t for t in instance.tokens if t.activity == activity.id and t.state == "active"]
        if is_joined(definition, activity, (token.via for token in here)):
            one_each = list({token.via: token for token in here}.values())
            through.append(one_each[0])
            spent += one_each[1:]
    tokens.remove(env, spent)
    tokens.mark(env, through, "complete")
    return through


def _set_status(records: Model, definition: Definition, moves: dict[Transition, list[Token]]) -> None:
    """Write the status field, provided that it still says what it said where the record stood."""
    if not definition.field:
        return
    writer = records.with_env(records.env.super_env)
    for way, moved in moves.items():
        source, target = definition.activities[way.source], definition.activities[way.target]
        if not target.state:
            continue
        ids = tuple(dict.fromkeys(token.instance.record for token in moved))
        group = writer.browse(ids)
        if not source.state:
            group.write({definition.field: target.state})
        elif len(group.compare_and_set(definition.field, source.state, target.state)) != len(ids):
            raise ConflictError("Somebody else changed {record} just now.", record=records.browse(ids[0]).display_name)


def _arrive(records: Model, definition: Definition, activity: Activity, here: list[Token]) -> None:
    """What happens when tokens come to an activity."""
    env = records.env
    group = records.browse(dict.fromkeys(token.instance.record for token in here))
    if activity.kind == "stopall":
        tokens.remove(env, [t for token in here for t in token.instance.tokens if t is not token])
    if activity.kind == "subflow":
        _begin_subflow(records, activity, here)
    else:
        for line in activity.actions:
            run_action(group, line)
    if activity.server_action:
        action: Any = env["ir.actions.server"].browse(activity.server_action)
        action.run(group.ids)
    if activity.signal_send:
        _tell_parents(env, {token.instance.id: activity.signal_send for token in here}, force=True)
    if any(way.trigger is not None for way in activity.ways):
        triggers.watch(group, activity, [token for token in here if token in token.instance.tokens])


def _begin_subflow(records: Model, activity: Activity, here: list[Token]) -> None:
    """Run another workflow inside: on the record that the actions answer, else on the same one."""
    env = records.env
    inner = next((one for one in _of_workflow(env, activity.subflow)), None)
    if inner is None:
        raise UserError("The subflow of {activity} is not published.", activity=activity.name)
    for token in here:
        record: Any = records.browse(token.instance.record)
        for line in activity.actions:
            answer = run_action(record, line)
            if answer is not None:
                record = answer if hasattr(answer, "_ids") else env[inner.model].browse(answer or ())
        if record._name != inner.model or len(record) != 1:
            raise UserError(
                "The subflow of {activity} needs one record of {model}.", activity=activity.name, model=inner.model
            )
        if lacking(record, inner):
            begin(record, inner, fresh=True)
        inside = next(one for one in tokens.instances(record)[record.id] if one.workflow == inner.workflow)
        tokens.mark(env, [token], "complete" if inside.complete else "running", subflow=inside.id)
        if inside.complete:
            _told(env, token, _last(env, inside))


def _of_workflow(env: Env, workflow: int) -> list[Definition]:
    row: Any = env.super_env["workflow"].browse(workflow)
    return [one for one in definitions(env, row.osv) if one.workflow == workflow]


def _end(records: Model, definition: Definition, instances: set[Instance]) -> None:
    """Note which instances have ended, and which go on after all; tell whose subflow they were."""
    ended, going = [], []
    for instance in instances:
        done = bool(instance.tokens) and all(
            token.state == "complete" and definition.activities[token.activity].stop for token in instance.tokens
        )
        if done and not instance.complete:
            ended.append(instance)
        elif instance.complete and not done:
            going.append(instance)
    tokens.end(records.env, going, complete=False)
    tokens.end(records.env, ended)
    _tell_parents(records.env, {instance.id: _last(records.env, instance) for instance in ended})


def _last(env: Env, instance: Instance) -> str:
    """What a subflow tells its parent at its end: the name of the activity in which it ended."""
    own = version(env, instance.version)
    return f"subflow.{own.activities[instance.tokens[-1].activity].name}"


def _tell_parents(env: Env, signals: dict[int, str], force: bool = False) -> None:
    """Tell the tokens that wait for subflows what each instance sends; with `force` they may leave before it ends."""
    if not signals or not published(env).nested:
        return
    rows: Any = env.super_env["workflow.workitem"]
    for row in rows.search(Leaf("subflow_id", "in", list(signals)) & Leaf("state", "=", "running")):
        record = env[row.res_type].browse(row.res_id)
        for instance in tokens.instances(record)[record.id]:
            for token in instance.tokens:
                if token.id == row.id:
                    _told(env, token, signals[row.subflow_id.id], force)


def _told(env: Env, token: Token, signal: str, force: bool = False) -> None:
    """A subflow has sent a signal to the token that waits for it."""
    definition = version(env, token.instance.version)
    records = env[definition.model].browse(token.instance.record)
    if force:
        activity = definition.activities[token.activity]
        if not leaving(activity, signal, lambda way: not refusal(records, way)):
            return
    tokens.mark(env, [token], "complete")
    send(records, definition, token, signal)
    follow(records, definition)


def send(record: Model, definition: Definition, token: Token, signal: str) -> bool:
    """Let one token leave on a signal, where it can; gives whether it did."""
    activity = definition.activities[token.activity]
    ways = leaving(activity, signal, lambda way: not refusal(record, way))
    if ways:
        carry(record, definition, [(token, ways)])
    return bool(ways)


def follow(records: Model, definition: Definition) -> None:
    """Take every open way that needs no signal, wave by wave for the whole set, until none is left.

    Raises:
        UserError: when there is no end to it.
    """
    for _ in range(LONGEST_CHAIN):
        plans: dict[int, tuple[Definition, Plan]] = {}
        for record in records:
            for _instance, own, here in places(record, definition):
                if own.automatic:
                    for token in here:
                        ways = leaving(own.activities[token.activity], "", lambda way, r=record: not refusal(r, way))  # type: ignore[misc]  # r is the record of this round
                        if ways:
                            plans.setdefault(own.version, (own, []))[1].append((token, ways))
        if not plans:
            return
        for own, plan in plans.values():
            carry(records, own, plan)
    raise UserError("The workflow {name} goes round in circles.", name=definition.name)
