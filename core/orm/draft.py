"""Records not yet saved: what a form shows while a person types, with on-changes and computed values at work.

A draft lives in a transaction of its own that never writes. Its records have ids below zero; a draft of a stored
record remembers where it comes from and shows that record's values until they are changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from core.orm import compute, defaults, edge, fetch, links
from core.orm.env import ALL, Env
from core.orm.fields.base import MISSING
from core.orm.fields.to_many import Command
from core.orm.kept import SYSTEM
from core.orm.link_rights import LINKS, require_targets
from core.orm.transaction import Transaction, Values

if TYPE_CHECKING:
    from core.orm.fields.base import Field
    from core.orm.model import Model
    from core.orm.registry import ModelInfo

MAX_ROUNDS = 50


class DraftTransaction(Transaction):
    """A transaction whose changes stay in memory."""

    draft = True

    def __init__(self, base: Transaction) -> None:
        super().__init__(base.registry, base.connection, write=False)
        self.caches, self.flags = base.caches, base.flags
        self.origins: dict[int, int] = {}
        self.set_fields: dict[int, set[str]] = {}

    def bucket(self, slot: int, key: Any = None) -> Values:
        """Drafts belong to one reader, so that one cache does; what core reads past the gate stays apart from it."""
        past = isinstance(key, tuple) and key[0] is None and self.root is not None and self.root.super_models != ALL
        return super().bucket(slot, "past the gate" if past else None)

    def flush(self) -> None:
        """Nothing is ever written from a draft."""

    def flush_for(self, models: Iterable[str]) -> None:
        """Nothing is ever written from a draft."""

    def new_id(self, origin: int = 0) -> int:
        """A fresh id below zero, for a draft of the record `origin` (0: of none)."""
        record_id = -len(self.origins) - 1
        self.origins[record_id] = origin
        return record_id

    def draft_value(self, env: Env, field: Field[Any, Any], record_id: int) -> Any:
        """The raw value of a draft: entered, computed, or that of the stored record."""
        bucket = self.bucket(field.slot)
        raw = bucket.get(record_id, MISSING)
        if raw is not MISSING:
            return raw
        origin = self.origins.get(record_id, 0)
        if field.name == "display_name" and origin:
            raw = env[field.model].browse(origin).display_name
        elif field.computed and (not field.stored or not origin):
            compute.compute_unstored(env, field, [record_id]) if not field.stored else self._compute(field, record_id)
            return env.values[field.slot].get(record_id, field.null())
        elif origin:
            assert self.root is not None
            raw = self._of_origin(self.root if field.to_many else env, field, record_id, origin)
        else:
            raw = None if field.mapped else field.null()
        bucket[record_id] = raw
        return raw

    def _compute(self, field: Field[Any, Any], record_id: int) -> None:
        self.pending.setdefault(field.slot, set()).add(record_id)
        compute.recompute(self, field, record_id)

    def _of_origin(self, env: Env, field: Field[Any, Any], record_id: int, origin: int) -> Any:
        record = env[field.model].browse(origin)
        field.__get__(record, None)
        raw = env.values[field.slot][origin]
        if field.type != "one2many":
            return raw
        inverse = self.registry[field.comodel].fields[field.inverse_name]  # type: ignore[attr-defined]  # of a one2many
        return tuple(self._child(line, inverse, record_id) for line in raw)

    def _child(self, line: int, inverse: Field[Any, Any], owner: int) -> int:
        child = self.new_id(line)
        self.bucket(inverse.slot)[child] = owner
        return child

    def set_draft(self, env: Env, field: Field[Any, Any], record: Model, value: Any) -> None:
        """Enter a value into drafts, and mark what depends on it."""
        for record_id in record._ids:
            one = record._make(env, (record_id,), (record_id,))
            before = field.__get__(one, None)
            if field.type in LINKS and not self._may_link(env, field, before, value):
                continue
            compute.modified(self, (field,), [record_id])
            raw: Any
            if field.to_many:
                raw = self._lines(env, field, one, field.to_raw(value, env))
            elif field.mapped:
                raw = {**(self.bucket(field.slot).get(record_id) or {}), field.key_of(env): field.to_raw(value, env)}  # type: ignore[attr-defined]  # of a mapped field
            else:
                raw = field.to_raw(value, env)
            self.bucket(field.slot)[record_id] = raw
            self.set_fields.setdefault(record_id, set()).add(field.name)
            waiting = self.pending.get(field.slot)
            if waiting is not None:
                waiting.discard(record_id)
            if field.type == "many2one" and not field.mapped:
                links.relink(self, field, [(record_id, before.id or None, raw)])
            compute.modified(self, (field,), [record_id])

    def _may_link(self, env: Env, field: Field[Any, Any], before: Model, value: Any) -> bool:
        """Refuse a link to a hidden record. Such a link looks empty, so that emptying it changes nothing."""
        if env.is_super(field.model):
            return True
        raw = field.to_raw(value, env)
        if raw:
            require_targets(env, [(field, raw)])
        return bool(raw) or fetch.seen(before) == before

    def _admit(self, env: Env, field: Any, record: Model, ids: Iterable[int | None]) -> None:
        """Refuse lines that are hidden, from which stored values would be worked out; those there already stay."""
        wanted = {i for i in ids if i is not None and i > 0}
        if wanted and not env.is_super(field.model):
            kept = {self.origins.get(i, i) for i in getattr(record, field.name)._ids}
            if not wanted <= kept:
                fetch.require(env, field.comodel, wanted - kept)

    def _lines(self, env: Env, field: Any, owner: Model, commands: Sequence[Command]) -> tuple[int, ...]:
        """The drafts that to-many commands lead to."""
        info = env.registry[field.comodel]
        current: list[int] = list(getattr(owner, field.name)._ids)
        asked = [command.id for command in commands if command.kind in (1, 4)]
        asked += [i for command in commands if command.kind == 6 for i in command.value]
        self._admit(env, field, owner, asked)
        if field.type != "one2many":
            found: dict[int, None] = dict.fromkeys(current)
            for command in commands:
                if command.kind in (5, 6):
                    found = dict.fromkeys(command.value or ())
                elif command.kind == 4:
                    found[command.id] = None
                elif command.kind in (2, 3):
                    found.pop(command.id, None)
            return tuple(found)
        inverse = info.fields[field.inverse_name]
        for command in commands:
            known = next((i for i in current if i == command.id or self.origins.get(i) == command.id != 0), 0)
            if command.kind == 0:
                child = self._child(0, inverse, owner._ids[0])
                enter(env, info, child, defaults.complete(env, info, dict(command.value)))
                current.append(child)
            elif command.kind == 1:
                if not known:
                    known = self._child(command.id, inverse, owner._ids[0])
                    current.append(known)
                enter(env, info, known, command.value)
            elif command.kind in (2, 3):
                current = [i for i in current if i != known]
            elif command.kind == 4 and not known:
                current.append(self._child(command.id, inverse, owner._ids[0]))
            elif command.kind in (5, 6):
                current = [self._child(i, inverse, owner._ids[0]) for i in command.value or ()]
        return tuple(current)


def enter(env: Env, info: ModelInfo, record_id: int, values: Mapping[str, Any]) -> None:
    """Put values into a draft; system fields and unknown names are left out."""
    record = env[info.name]._make(env, (record_id,), (record_id,))
    for name, value in values.items():
        field = info.fields.get(name)
        if field is None or name in SYSTEM or (field.groups and not env.field_open(field)):
            continue
        env.tx.set_draft(env, field, record, value)  # type: ignore[attr-defined]  # a draft's transaction


class Draft:
    """One unsaved record with its lines.

    Args:
        env: the reader.
        model: technical name.
        record_id: the stored record a form edits; 0 for a new one.
        values: what the person has entered, in edge form; a new record starts with its defaults.
    """

    def __init__(self, env: Env, model: str, record_id: int = 0, values: Mapping[str, Any] | None = None) -> None:
        if env.tx.write:
            env.flush()
        tx = DraftTransaction(env.tx)
        self.env = Env(tx, env.uid, env.context, env.super_models)
        self.tx = tx
        self.info = env.registry[model]
        self.id = tx.new_id(record_id)
        given = dict(values or {})
        if not record_id:
            given = {
                **defaults.default_values(self.env, self.info, [n for n in self.info.fields if n not in given]),
                **given,
            }
        enter(self.env, self.info, self.id, given)
        self.warnings: list[str] = []

    @property
    def record(self) -> Any:
        """The unsaved record itself."""
        return self.env[self.info.name]._make(self.env, (self.id,), (self.id,))

    def change(self, names: Sequence[str]) -> None:
        """Run the on-changes of the named fields, and of those that they change in turn."""
        waiting = list(names)
        done: set[str] = set()
        rounds = 0
        while waiting and rounds < MAX_ROUNDS:
            rounds += 1
            name = waiting.pop(0)
            if name in done:
                continue
            done.add(name)
            before = {k: set(v) for k, v in self.tx.set_fields.items()}
            self.tx.set_fields.clear()
            for method in self._methods(name):
                answer = getattr(self.record, method)()
                self._take(answer)
            changed = self.tx.set_fields.get(self.id, set())
            waiting += [n for n in changed if n not in done]
            for key, value in before.items():
                self.tx.set_fields.setdefault(key, set()).update(value)

    def _methods(self, name: str) -> list[str]:
        field, _, rest = name.partition(".")
        methods = list(self.info.on_changes.get(name, ()))
        if rest:
            line = self.env.registry[self.info.field(field).comodel]  # type: ignore[attr-defined]  # a link
            for child in getattr(self.record, field):
                for method in line.on_changes.get(rest, ()):
                    self._take(getattr(child, method)())
            methods += self.info.on_changes.get(field, [])
        return methods

    def _take(self, answer: Any) -> None:
        """OpenERP's way: an on-change may answer values and a warning."""
        if not isinstance(answer, Mapping):
            return
        if answer.get("value"):
            enter(self.env, self.info, self.id, answer["value"])
        warning = answer.get("warning")
        if warning:
            self.warnings.append(str(warning.get("message", "")) if isinstance(warning, Mapping) else str(warning))

    def values(self, names: Sequence[str]) -> dict[str, Any]:
        """Edge values of fields; one2many fields as commands that would save them."""
        result: dict[str, Any] = {}
        for name in names:
            field = self.info.field(name)
            value = field.__get__(self.record, None)
            if field.type == "one2many":
                result[name] = [self._command(field, line) for line in value]
            elif field.type == "many2one":
                titles = edge.link_names(self.env, field.comodel, {i for i in value._ids if i > 0})  # type: ignore[attr-defined]  # a link
                result[name] = [value.id, titles[value.id]] if titles else False
            else:
                result[name] = field.to_edge(self.tx.bucket(field.slot).get(self.id, field.null()), self.record)
        return result

    def _command(self, field: Any, line: Any) -> list[Any]:
        origin = self.tx.origins.get(line.id, line.id)
        if origin > 0 and not self.tx.set_fields.get(line.id):
            return [4, origin, False]
        info = self.env.registry[field.comodel]
        names = self.tx.set_fields.get(line.id, set()) - {field.inverse_name}
        values: dict[str, Any] = {}
        for name in sorted(names):
            inner = info.fields[name]
            inner.__get__(line, None)
            raw = self.tx.bucket(inner.slot)[line.id]
            values[name] = [[6, 0, list(raw)]] if inner.to_many else inner.to_edge(raw, line)
        return [1, origin, values] if origin > 0 else [0, 0, values]


def onchange(
    records: Model, values: Mapping[str, Any], changed: Sequence[str] | str, wanted: Iterable[str] | None = None
) -> dict[str, Any]:
    """What a client should show after a person changed fields of a form.

    Args:
        records: the record being edited, or none.
        values: all values of the form, in edge form.
        changed: the names that changed; empty for a form just opened.
        wanted: the fields the form shows; those of `values` when None.

    Returns:
        `{"value": {field: value that differs}, "warning": {...}}`.
    """
    records.env.readable[records._name]  # the right to read the model, also where the form is empty
    names = [changed] if isinstance(changed, str) else list(changed)
    draft = Draft(records.env, records._name, records._ids[0] if records._ids else 0, values)
    draft.change(names)
    shown = draft.values([n for n in (wanted or values) if n in records._info.fields])
    result: dict[str, Any] = {"value": {n: v for n, v in shown.items() if n not in values or values[n] != v}}
    if draft.warnings:
        result["warning"] = {"title": records.env._("Warning"), "message": "\n".join(draft.warnings)}
    return result
