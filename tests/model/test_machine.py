"""Whatever happens in whatever order, stored values equal fresh ones, and what is rolled back leaves nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from core.errors import GrialError, UserError
from core.orm.registry import Registry
from tests.model.addons.workshop import Foreman, Job, Skill, Team, Worker
from tests.model.effort import effort
from tests.model.paper_workshop import fresh

if TYPE_CHECKING:
    from core.orm.env import Env

MODELS: dict[str, Any] = {"team": Team, "worker": Worker, "skill": Skill, "job": Job, "foreman": Foreman}
WORKED_OUT = {
    "team": ["total", "depth", "path", "root_id", "heads", "load"],
    "worker": ["load", "cost", "power", "team_name", "root_id", "title"],
    "job": ["price", "label", "short", "size", "minutes"],
    "skill": ["asked"],
    "foreman": ["score", "load", "title"],
}
NUMBER = st.integers(0, 5)
NAMES = st.sampled_from(["ana", "bea", "á", "", "Zoe"])
HOURS = st.sampled_from([Decimal(n) for n in ("0", "1", "1.50", "2", "8.25")])
PLAIN: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "team": {"name": NAMES.filter(bool), "active": st.booleans(), "budget": HOURS},
    "worker": {"name": NAMES.filter(bool), "active": st.booleans(), "rate": HOURS},
    "skill": {"weight": st.integers(0, 3)},
    "job": {"name": NAMES, "hours": HOURS, "state": st.sampled_from(["open", "done"]), "minutes": st.just(90)},
    "foreman": {"stars": st.integers(0, 3), "name": NAMES.filter(bool), "rate": HOURS, "active": st.booleans()},
}
LINKS = {
    "team": {"parent_id": "team"},
    "worker": {"team_id": "team"},
    "job": {"worker_id": "worker"},
    "skill": {},
    "foreman": {"worker_id": "worker", "team_id": "team"},
}
LISTS = {
    "team": {"child_ids": "team", "worker_ids": "worker"},
    "worker": {"skill_ids": "skill", "job_ids": "job"},
    "skill": {"worker_ids": "worker"},
    "job": {},
    "foreman": {"skill_ids": "skill"},
}
KINDS = st.sampled_from(sorted(MODELS))
FAULTS = st.sampled_from(
    ["check", "unique", "constrains", "user", "cycle", "required", "missing", "restrict", "python"]
)


class _Stopped(Exception):
    """An error of a program, in the middle of its work."""


def dump(connection: Any, registry: Registry) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table: the checksum of the whole database that also tells what differs."""
    found: dict[str, list[dict[str, Any]]] = {}
    for table in registry.metadata.sorted_tables:
        rows = connection.execute(sa.select(table).order_by(*table.primary_key.columns)).mappings()
        found[table.name] = [dict(row) for row in rows]
    return found


class Workshop(RuleBasedStateMachine):
    """Steps in an open transaction, which is committed or rolled back now and then."""

    registry: Registry

    def __init__(self) -> None:
        super().__init__()
        with self.registry.transaction() as env:
            for table in reversed(self.registry.metadata.sorted_tables):
                env.tx.connection.execute(table.delete())
        self.made = 0
        self.begin()

    def begin(self) -> None:
        """Open the next transaction, and remember what is there."""
        self.context: AbstractContextManager[Env] = self.registry.transaction()
        self.env = self.context.__enter__()
        self.committed = dump(self.env.tx.connection, self.registry)

    def end(self, error: BaseException | None = None) -> None:
        """Commit, or let the transaction fail."""
        kind = type(error) if error else None
        try:
            if not self.context.__exit__(kind, error, None) and error:
                return
        except BaseException as raised:
            if raised is not error:
                raise

    def rolled_back(self, error: BaseException) -> None:
        """The transaction fails: nothing of it is left, and the next one sees that."""
        before = self.committed
        self.end(error)
        self.begin()
        assert self.committed == before

    def check(self) -> None:
        """Stored values equal fresh ones, and records read as their rows."""
        self.env.flush()
        rows = dump(self.env.tx.connection, self.registry)
        for (table, number, name), value in fresh(rows).items():
            row = next(row for row in rows[table] if row["id"] == number)
            assert (row[name] or None) == (value or None), (table, number, name, row[name], value)
        for kind, model in MODELS.items():
            table = self.registry[model._name].table.name
            for row in rows[table]:
                record = self.env[model].browse(row["id"])
                for name in {*WORKED_OUT[kind], *PLAIN[kind]} & row.keys():
                    shown = getattr(record, name)
                    assert (getattr(shown, "id", shown) or None) == (row[name] or None), (table, row["id"], name)

    def all(self, kind: str) -> Any:
        """All records of a kind, archived ones too; a search would write what waits."""
        name = MODELS[kind]._name
        rows = self.env.tx.connection.execute(sa.select(self.registry[name].table.c.id)).scalars()
        return self.env[MODELS[kind]].browse(sorted({*rows, *self.env.tx.new.get(name, ())}))

    def some(self, kind: str, number: int, count: int = 1) -> Any:
        """One or a few records of a kind; none where there are none."""
        found = self.all(kind)
        start = number % len(found) if found else 0
        return found[start : start + count]

    def act(self, work: Any) -> bool:
        """Do something; when it is refused, the transaction is over."""
        try:
            work()
        except GrialError as error:
            self.rolled_back(error)
            return False
        return True

    def values(self, data: Any, kind: str, links: bool) -> dict[str, Any]:
        """Random values for a record of a kind."""
        names = data.draw(st.lists(st.sampled_from(sorted(PLAIN[kind])), max_size=3, unique=True))
        found = {name: data.draw(PLAIN[kind][name]) for name in names}
        if found.keys() >= {"minutes", "hours"}:
            del found["minutes"]
        for name, target in LINKS[kind].items() if links else ():
            if data.draw(st.booleans()):
                found[name] = self.some(target, data.draw(NUMBER)).id or None
        return found

    def new_values(self, data: Any, kind: str) -> dict[str, Any]:
        """Random values with which a record can be created, or no values where that is not possible yet."""
        values = {"name": f"{kind} {self.made}", **self.values(data, kind, True)}
        self.made += 1
        if kind == "job":
            values["worker_id"] = self.some("worker", data.draw(NUMBER)).id
        if kind == "foreman" and not values.get("worker_id"):
            values.pop("worker_id", None)
        elif kind == "foreman":
            values = {name: value for name, value in values.items() if name in ("worker_id", "stars")}
        return values

    def commands(self, data: Any, kind: str, name: str) -> list[Any]:
        """Random commands for a list of links."""
        target = LISTS[kind][name]
        found: list[Any] = []
        for _ in range(data.draw(st.integers(1, 2))):
            code = data.draw(st.sampled_from([0, 1, 2, 3, 4, 5, 6]))
            one = self.some(target, data.draw(NUMBER))
            if code == 0:
                values = self.new_values(data, target)
                inverse = {"job_ids": "worker_id", "child_ids": "parent_id", "worker_ids": "team_id"}.get(name)
                values.pop(inverse or "", None)
                found.append((0, 0, values))
            elif code in (1, 2, 3, 4) and one:
                found.append((code, one.id, self.values(data, target, False) if code == 1 else 0))
            elif code == 5:
                found.append((5, 0, 0))
            elif code == 6:
                found.append((6, 0, self.some(target, data.draw(NUMBER), 2).ids))
        return found

    @rule(data=st.data(), kind=KINDS)
    def create(self, data: Any, kind: str) -> None:
        rows = [self.new_values(data, kind) for _ in range(data.draw(st.integers(1, 2)))]
        if kind != "job" or rows[0]["worker_id"]:
            if kind == "worker" and data.draw(st.booleans()):
                rows[0]["job_ids"] = [(0, 0, self.values(data, "job", False)) for _ in range(2)]
                rows[0]["skill_ids"] = [(6, 0, self.some("skill", data.draw(NUMBER), 2).ids)]
            self.act(lambda: self.env[MODELS[kind]].create(rows))

    @rule(data=st.data(), kind=KINDS, number=NUMBER, count=st.integers(1, 3))
    def write(self, data: Any, kind: str, number: int, count: int) -> None:
        records, values = self.some(kind, number, count), self.values(data, kind, False)
        self.act(lambda: records.write(values))

    @rule(kind=KINDS, number=NUMBER, other=st.none() | NUMBER, count=st.integers(1, 2), data=st.data())
    def move(self, kind: str, number: int, other: int | None, count: int, data: Any) -> None:
        if LINKS[kind]:
            name, target = data.draw(st.sampled_from(sorted(LINKS[kind].items())))
            there = self.some(target, other).id if other is not None else None
            records = self.some(kind, number, count)
            self.act(lambda: records.write({name: there}))

    @rule(data=st.data(), kind=st.sampled_from(["team", "worker", "skill", "foreman"]), number=NUMBER)
    def relink(self, data: Any, kind: str, number: int) -> None:
        name = data.draw(st.sampled_from(sorted(LISTS[kind])))
        record, commands = self.some(kind, number), self.commands(data, kind, name)
        if record:
            self.act(lambda: record.write({name: commands}))

    @rule(kind=KINDS, number=NUMBER, count=st.integers(1, 2))
    def unlink(self, kind: str, number: int, count: int) -> None:
        records = self.some(kind, number, count)
        self.act(lambda: records.unlink())

    @rule(kind=KINDS, number=NUMBER, data=st.data())
    def read(self, kind: str, number: int, data: Any) -> None:
        """Values are asked for before they are written."""
        name = data.draw(st.sampled_from(WORKED_OUT[kind]))
        for record in self.some(kind, number, 3):
            getattr(record, name)

    @rule(kind=KINDS, number=NUMBER)
    def copy(self, kind: str, number: int) -> None:
        record = self.some(kind, number)
        if record and kind != "skill":
            self.act(lambda: record.copy())

    @rule()
    def flush(self) -> None:
        self.env.flush()

    @rule()
    def forget(self) -> None:
        self.env.flush()
        self.env.tx.invalidate()

    @rule()
    def look(self) -> None:
        self.check()

    @rule(data=st.data(), fault=FAULTS, kind=KINDS, number=NUMBER)
    def fail_in_a_savepoint(self, data: Any, fault: str, kind: str, number: int) -> None:
        """Some work and an error in the middle of it: the savepoint leaves nothing, the work before it stays."""
        self.env.flush()
        before = dump(self.env.tx.connection, self.registry)
        values = self.values(data, kind, False)
        lost = data.draw(st.booleans())

        def work() -> None:
            self.some(kind, number, 2).write(values)
            if lost:
                self.env[Team].create({"name": "lost", "worker_ids": [(0, 0, {"name": "lost"})]})
            self.broken(fault)
            self.env.flush()
            raise _Stopped

        with pytest.raises((GrialError, _Stopped)), self.env.savepoint():
            work()
        assert dump(self.env.tx.connection, self.registry) == before
        self.check()

    def broken(self, fault: str) -> None:
        """Do what is refused at once, at the flush, or never."""
        env = self.env
        worker = env[Worker].create({"name": "lost", "job_ids": [(0, 0, {"hours": 3})]})
        match fault:
            case "check":
                worker.job_ids.hours = Decimal(-1)
            case "unique":
                env[Skill].create([{"name": "twice", "worker_ids": [(4, worker.id, 0)]}, {"name": "twice"}])
            case "constrains":
                worker.rate = Decimal(1000)
            case "user":
                env[Job].create({"name": "forbidden", "worker_id": worker.id})
            case "cycle":
                one, other = env[Team].create([{"name": "one"}, {"name": "other"}])
                one.parent_id, other.parent_id = other, one
            case "required":
                worker.name = ""
            case "missing":
                env[Team].browse(10**8).write({"name": "nobody"})
            case "restrict":
                parent = env[Team].create({"name": "parent", "child_ids": [(0, 0, {"name": "child"})]})
                parent.unlink()
            case "python":
                raise _Stopped

    @rule()
    def commit(self) -> None:
        self.check()
        kept = dump(self.env.tx.connection, self.registry)
        self.end()
        self.begin()
        assert self.committed == kept
        self.check()

    @rule()
    def roll_back(self) -> None:
        self.rolled_back(UserError("Enough."))
        self.check()

    @precondition(lambda self: self.all("team"))
    @rule()
    def recompute_everything(self) -> None:
        """Working out everything again changes nothing."""
        self.env.flush()
        before = dump(self.env.tx.connection, self.registry)
        for model in MODELS.values():
            info = self.registry[model._name]
            ids = self.env[model].with_context(active_test=False).search([]).ids
            for field in info.columns:
                if field.computed and ids:
                    self.env.tx.pending.setdefault(field.slot, set()).update(ids)
        self.env.flush()
        assert dump(self.env.tx.connection, self.registry) == before

    def teardown(self) -> None:
        try:
            self.check()
        finally:
            self.end(UserError("The end."))


@pytest.fixture(scope="session")
def workshop(backend: str, database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """A registry of the workshop's models on a database of its own."""
    from core.db import admin
    from core.db.engine import DatabaseServer, begin
    from core.files.store import FileStore
    from core.kernel.config import Settings
    from core.kernel.hooks import HookManager
    from core.orm.build import build_registry

    folder = tmp_path_factory.mktemp("workshop")
    settings = Settings.from_env({}, data_dir=folder, database_url=database_url)
    server = DatabaseServer(settings)
    admin.create(server, "workshop")
    engine = server.engine("workshop")
    built = build_registry("workshop", engine, settings, [Team._addon], FileStore(folder / "files"), HookManager())
    with begin(engine, write=True, schema=True) as connection:
        built.metadata.create_all(connection)
    yield built
    admin.drop(server, "workshop")


def test_stored_values_are_fresh_and_rollbacks_leave_nothing(workshop: Registry) -> None:
    machine = type("Machine", (Workshop,), {"registry": workshop})
    run_state_machine_as_test(machine, settings=effort(quick=6, steps=30))
