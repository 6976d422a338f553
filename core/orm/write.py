"""Creates and changes records: rights, conversion, cache, links, what depends on them, checks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from core.errors import AccessError, UserError, ValidationError
from core.orm import check, compute, defaults, fetch, link_rights, links
from core.orm.domain import TRUE
from core.orm.kept import kept, settable

if TYPE_CHECKING:
    from core.orm.domain import Domain
    from core.orm.env import Env
    from core.orm.fields.base import Field
    from core.orm.model import Model
    from core.orm.registry import ModelInfo

MOST_CHECKED = 2000
VERSION = "row_version"


def writable_info(env: Env, model: Model) -> ModelInfo:
    """The model's description. Raises UserError where nothing can be written."""
    info = model._info
    if not info.stored:
        raise UserError("Records of {model} cannot be changed: they are worked out.", model=info.description)
    if not env.tx.write:
        raise UserError("This transaction only reads; nothing can be changed in it.")
    return info


def create(empty: Model, rows: Sequence[Mapping[str, Any]]) -> Model:
    """Create one record a row, in one batch.

    Raises:
        AccessError, ValidationError, UnknownName: and then nothing is created.
    """
    env = empty.env
    info = writable_info(env, empty)
    env.check(info.name, "create")
    if not rows:
        return empty._make(env, (), ())
    shut = kept(env, info)
    _check_names(env, info, set().union(*rows))
    given_rows = [settable(env, info, row, shut) for row in rows]
    complete = [defaults.complete(env, info, row) for row in given_rows]
    link_rights.check_new(env, info, given_rows, complete)
    _create_parents(env, info, complete)
    ids = env.tx.stock.take(env.tx, info, len(complete))
    given = _cache_columns(env, info, complete, ids)
    if env.may(info.name, "read"):
        env.readable[info.name].update(ids)
    records = empty._make(env, tuple(ids), tuple(ids))
    _after_columns(env, info, ids, given)
    links.apply_on_create(records, complete)
    if info.carried_back:
        _apply_inverses(records, [{n: v for n, v in row.items() if n in info.carried_back} for row in complete])
    check.run(records, None)
    _recheck(env, info, ids, "create")
    env.registry.ports.created(records)
    return records


def _check_names(env: Env, info: ModelInfo, names: Iterable[str]) -> None:
    """Refuse a name that is no field, and a field that is closed to the user."""
    for name in sorted(names, key=str):
        field = info.field(name)
        if field.groups and not env.field_open(field):
            raise AccessError(
                "You may not write {field} of {model}.", field=field.string, model=info.description, operation="write",
                groups=field.groups.split(","),
            )  # fmt: skip


def _create_parents(env: Env, info: ModelInfo, rows: list[dict[str, Any]]) -> None:
    """For inheritance by delegation: create or write the parent records with the fields that are theirs."""
    for parent, link in info.inherits.items():
        shared = {
            f.name: f.related[1]
            for f in info.fields.values()
            if len(f.related) == 2 and f.related[0] == link and f.given.get("delegated")
        }
        fresh = []
        for row in rows:
            values = {shared[name]: row.pop(name) for name in list(row) if name in shared}
            if row.get(link):
                if values:
                    env[parent].browse(info.fields[link].to_raw(row[link], env)).write(values)
            else:
                fresh.append((row, values))
        if fresh:
            created = env[parent].create([values for _, values in fresh])
            for (row, _), record_id in zip(fresh, created._ids, strict=True):
                row[link] = record_id


def _cache_columns(env: Env, info: ModelInfo, rows: list[dict[str, Any]], ids: list[int]) -> set[str]:
    """Put the rows into the cache column by column; gives the names of those that hold some value."""
    tx = env.tx
    stamps: dict[str, Any] = {
        "create_uid": env.uid, "write_uid": env.uid, "create_date": env.now(), "write_date": env.now(), VERSION: 1,
    }  # fmt: skip
    named = set().union(*rows)
    given: set[str] = set()
    for field in info.columns:
        name = field.name
        bucket = tx.bucket(field.slot)
        null = stamps[name] if name in stamps else None if field.mapped else field.null()
        if name not in named or name == VERSION:
            if field.computed:
                tx.pending.setdefault(field.slot, set()).update(ids)
            elif field.required and field.is_empty(null):
                raise required(env, info, field)
            else:
                bucket.update(dict.fromkeys(ids, null))
            continue
        if field.computed:
            pairs = [(i, _raw(field, row[name], env)) for i, row in zip(ids, rows, strict=True) if name in row]
            bucket.update(pairs)
            if len(pairs) < len(ids):
                known = {i for i, _ in pairs}
                tx.pending.setdefault(field.slot, set()).update(i for i in ids if i not in known)
            continue
        to_raw = partial(_raw, field) if field.mapped else field.to_raw
        raws = [to_raw(row[name], env) if name in row else null for row in rows]
        if field.required and any(map(field.is_empty, raws)):
            raise required(env, info, field)
        given.add(name)
        bucket.update(zip(ids, raws, strict=True))
    tx.new.setdefault(info.name, {}).update(dict.fromkeys(ids))
    for field in info.links:
        tx.bucket(field.slot, field.bucket_key(env)).update(dict.fromkeys(ids, ()))
        if field.required and not all(row.get(field.name) for row in rows):
            raise required(env, info, field)
    return given


def required(env: Env, info: ModelInfo, field: Field[Any, Any]) -> ValidationError:
    """The error for a required field left empty."""
    return ValidationError(
        "{field} of {model} must be filled in.", field=env.translate_term(field.string, field.addon),
        model=env.translate_term(info.description, info.addon), fields=(field.name,),
    )  # fmt: skip


def _raw(field: Field[Any, Any], value: Any, env: Env, old: Any = None) -> Any:  # Any: values of the field
    """The raw form of a value; of a field per language or company, the mapping with the reader's entry changed."""
    if not field.mapped:
        return field.to_raw(value, env)
    if isinstance(value, Mapping):
        shut = [k for k in value if not field.entry_open(env, str(k))]  # type: ignore[attr-defined]  # of a mapped field
        if shut:
            raise AccessError("You may not work in one of the companies {ids}.", ids=shut, operation="write")
        return {**(old or {}), **{str(k): field.to_json(field.to_raw(v, env)) for k, v in value.items()}}  # type: ignore[attr-defined]  # as above
    raw = field.to_raw(value, env)
    if field.is_empty(raw) and not old:
        return None
    return {**(old or {}), field.key_of(env): field.to_json(raw)}  # type: ignore[attr-defined]  # of a mapped field


def _after_columns(env: Env, info: ModelInfo, ids: list[int], given: set[str]) -> None:
    tx = env.tx
    for name in given:
        field = info.fields[name]
        if field.type == "many2one" and not field.mapped:
            bucket = tx.bucket(field.slot)
            links.relink(tx, field, [(i, None, bucket[i]) for i in ids if bucket[i]])
    triggers = tx.registry.triggers
    compute.modified(tx, [field for field in info.fields.values() if field.slot in triggers], ids)


def write(records: Model, values: Mapping[str, Any]) -> None:
    """Write the same values to every record of a set.

    Raises:
        AccessError, MissingError, ValidationError, UnknownName: and then nothing is written.
    """
    env = records.env
    info = writable_info(env, records)
    if not records._ids:
        return
    ids = records._ids
    _check_may_write(env, info, ids, records._prefetch)
    _check_names(env, info, values)
    values = settable(env, info, values, kept(env, info), records)
    old = _old_values(env, info, values, ids)
    lines: dict[str, Any] = {}
    assigned: dict[str, Any] = {}
    changed: list[Field[Any, Any]] = []
    for name, value in values.items():
        field = info.fields[name]
        if field.to_many and not field.related:
            lines[name] = value
        elif name in info.carried_back:
            assigned[name] = value
        elif field.stored:
            touched: Sequence[int] = ids
            if field.type in link_rights.LINKS and not field.related:
                touched = link_rights.changed(env, field, ids, value)
            if touched:
                changed.append(field)
                _write_column(env, field, touched, value)
    for name, value in lines.items():
        links.apply(records, info.fields[name], value)
    if assigned:
        _apply_inverses(records, [assigned] * len(ids))
    names = frozenset(values)
    if "active" in names:
        links.forget_archived(env.tx, info)
    env.tx.forget_allowed(names)
    for field in changed:
        if field.related:
            bucket = env.tx.bucket(field.slot)
            compute.inverse_related(records, field, {i: bucket[i] for i in ids})
        elif field.inverse_method:
            getattr(records, field.inverse_method)()
    check.run(records, names)
    _recheck(env, info, ids, "write", names)
    if old:
        note_changes(records, old)
    env.registry.ports.written(records, names)


def _check_may_write(env: Env, info: ModelInfo, ids: Sequence[int], prefetch: Sequence[int]) -> None:
    env.check(info.name, "write")
    check_records(env, info, ids, "write", prefetch)
    new = env.tx.new.get(info.name, {})
    version = info.fields[VERSION]
    bucket = env.tx.bucket(version.slot)
    unsure = [i for i in ids if i not in new and i not in bucket]
    if unsure:
        together = _together(unsure, prefetch)
        fetch.load_columns(env.tx, info, (version,), [i for i in together if i not in new and i not in bucket])
        for record_id in unsure:
            if record_id not in bucket:
                raise fetch.missing(env, info, record_id)


def _together(ids: Sequence[int], prefetch: Sequence[int]) -> Sequence[int]:
    """The ids that are asked for together with `ids`: all of `prefetch`, or those that follow in a long one."""
    if len(ids) >= len(prefetch) or len(ids) >= MOST_CHECKED or ids[0] not in prefetch:
        return ids
    if len(prefetch) <= MOST_CHECKED:
        return prefetch
    place = prefetch.index(ids[0])
    following = prefetch[place : place + MOST_CHECKED]
    return following if len(ids) == 1 else list(dict.fromkeys((*ids, *following)))


def check_records(env: Env, info: ModelInfo, ids: Sequence[int], operation: str, prefetch: Sequence[int] = ()) -> None:
    """Refuse records that the user's rules keep from this operation.

    Raises:
        MissingError: for a record he may not even read.
        AccessError: for one that he may read only.
    """
    if env.rule(info.name, operation) is TRUE:
        return
    allowed = _allowed(env, info, ids, prefetch, operation)
    refused = [i for i in ids if i not in allowed]
    if not refused:
        return
    fetch.admit(env, info, refused, env.readable[info.name])
    hidden = [i for i in refused if i not in env.readable[info.name]]
    raise fetch.missing(env, info, hidden[0]) if hidden else env.gate.refuse_records(info.name, operation, refused)


def _allowed(env: Env, info: ModelInfo, ids: Sequence[int], prefetch: Sequence[int], operation: str) -> set[int]:
    """Ids that the rules allow, asked for once for all records that were loaded together."""
    key = (info.name, operation, env.access_key)
    held = env.tx.allowed.get(key)
    if held is None:
        held = env.tx.allowed[key] = (env.rule(info.name, operation).names(), set())
    known = held[1]
    if any(i not in known for i in ids):
        known.update(fetch.allowed(env, info, _together(ids, prefetch), operation))
    return known


def _recheck(
    env: Env, info: ModelInfo, ids: Sequence[int], operation: str, names: frozenset[str] | None = None
) -> None:
    """After the act: the result must still be within the user's rules."""
    rule = env.rule(info.name, operation)
    if rule is TRUE:
        return
    if names is not None and not _concerns(info, rule, names):
        return
    from core.orm.domain_match import matching

    kept = set(matching(env.rule_env[info.name].browse(ids), rule))
    refused = [i for i in ids if i not in kept]
    if refused:
        raise env.gate.refuse_records(info.name, operation, refused)


def _concerns(info: ModelInfo, rule: Domain, names: frozenset[str]) -> bool:
    """Could a write of these fields change what the rule says? A worked-out value follows others, so it may."""
    for part in rule.leaves():
        name = part.path.partition(".")[0]
        if name in names or info.field(name).computed:
            return True
    return False


def _write_column(env: Env, field: Field[Any, Any], ids: Sequence[int], value: Any) -> None:
    tx = env.tx
    mapped = field.mapped
    bucket = tx.bucket(field.slot)
    triggers = field.slot in tx.registry.triggers
    if mapped:
        old = compute.raw_values(tx, field, ids)
        raws = [_raw(field, value, env, before) for before in old]
        raw = None
    else:
        raw = field.to_raw(value, env)
        if field.required and field.is_empty(raw):
            raise required(env, field.info, field)
        raws = []
    if field.computed and field.slot in tx.pending:
        tx.pending[field.slot].difference_update(ids)
    moves: list[tuple[int, Any, Any]] = []
    if field.type == "many2one" and not mapped and (triggers or field.slot in tx.registry.inverses):
        before = compute.raw_values(tx, field, ids)
        moves = [(i, o, raw) for i, o in zip(ids, before, strict=True) if o != raw]
        if triggers:
            compute.modified(tx, (field,), [i for i, _, _ in moves])
    if mapped:
        bucket.update(zip(ids, raws, strict=True))
    else:
        bucket.update(dict.fromkeys(ids, raw))
    tx.mark_dirty(field, ids)
    if moves:
        links.relink(tx, field, moves)
    if triggers:
        compute.modified(tx, (field,), list(ids))


def _apply_inverses(records: Model, rows: Sequence[Mapping[str, Any]]) -> None:
    """Set fields that are not stored but have an inverse: cache the value, then let the inverse carry it back."""
    env, info = records.env, records._info
    by_field: dict[str, dict[int, Any]] = {}
    for record_id, row in zip(records._ids, rows, strict=True):
        for name, value in row.items():
            by_field.setdefault(name, {})[record_id] = value
    for name, values in by_field.items():
        field = info.fields[name]
        target = records._make(env, tuple(values), tuple(values))
        if field.related:
            compute.inverse_related(target, field, values)
        else:
            raws = {i: field.to_raw(v, env) for i, v in values.items()}
            if field.to_many:
                raws = {i: links.resulting(env, field, commands) for i, commands in raws.items()}
            env.values[field.slot].update(raws)
            getattr(target, field.inverse_method)()
        for bucket in env.tx.by_slot.get(field.slot, ()):
            for record_id in values:
                bucket.pop(record_id, None)


def _old_values(env: Env, info: ModelInfo, values: Mapping[str, Any], ids: Sequence[int]) -> dict[str, dict[int, Any]]:
    tracked = [n for n in info.tracked if n in values and info.fields[n].stored and info.fields[n].has_column]
    return {name: dict(zip(ids, compute.raw_values(env.tx, info.fields[name], ids), strict=True)) for name in tracked}


def note_changes(records: Model, old: dict[str, dict[int, Any]]) -> None:
    """Hand what `tracking` fields changed, compared with `old` by field and id, to the log of changes."""
    tx, info = records.env.tx, records._info
    changes: dict[str, dict[int, tuple[Any, Any]]] = {}
    for name, values in old.items():
        bucket = tx.bucket(info.fields[name].slot)
        moved = {i: (before, bucket[i]) for i, before in values.items() if before != bucket[i]}
        if moved:
            changes[name] = moved
    if changes:
        records.env.registry.ports.changed(records, changes)


def assign(env: Env, field: Field[Any, Any], record: Model, value: Any) -> None:
    """`record.field = value`: inside a compute the result, on a draft the entry, otherwise a write."""
    tx = env.tx
    running = tx.computing.get(field.slot)
    if running and all(i in running for i in record._ids):
        raw = field.to_raw(value, env)
        if field.to_many:
            raw = links.resulting(env, field, raw)
            if field.stored and field.type == "many2many" and not tx.draft:
                links.set_links(env, field, record._ids, raw)
        elif field.mapped:
            raw = _raw(field, value, env, env.values[field.slot].get(record._ids[0]))
        bucket = env.values[field.slot]
        for record_id in record._ids:
            bucket[record_id] = raw
    elif record._ids and record._ids[0] < 0:
        tx.set_draft(env, field, record, value)  # type: ignore[attr-defined]  # ids below zero live in drafts
    else:
        record.write({field.name: value})
