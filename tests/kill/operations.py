"""What the server is killed in: each operation over HTTP, and how to tell afterwards what became of it."""

from __future__ import annotations

import base64
import hashlib
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from http.client import HTTPException

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from core.db.engine import begin
from tests.kill import snapshot
from tests.kill.client import Client, Refused
from tests.kill.snapshot import Snapshot

IMPORTED = 400
CLIENTS = 4
GONE = (OSError, HTTPException, ValueError)
"""What a client meets when the server goes away in the middle of a call."""


UNCERTAIN = "Look whether it was saved"


class Operation(ABC):
    """One kind of work. `run` ends when the work is done or the server is gone.

    Attributes:
        template: the database it begins with.
        acknowledged: whether the server has answered with success.
    """

    name = ""
    template = "base"

    def __init__(self) -> None:
        self.acknowledged = False
        self.refusals: list[Refused] = []

    def unfit_refusals(self) -> list[str]:
        """Errors that nobody should get: while a database is away or being changed, the answer is 503.

        Who was saving when the database went away is told that nobody knows whether it was saved.
        """
        told = [refusal for refusal in self.refusals if refusal.status != 503 and UNCERTAIN not in str(refusal)]
        return sorted({f"refused: {refusal}" for refusal in told})

    @abstractmethod
    def run(self, log_in: Callable[[], Client]) -> None:
        """Do it over HTTP."""

    @abstractmethod
    def judge(self, engine: Engine, before: Snapshot, after: Snapshot) -> tuple[str, list[str]]:
        """What became of it (`before`, `after` or the like), and what is wrong, in words."""


class Whole(Operation):
    """Work that is one transaction: the database is as before, or as after it."""

    def run(self, log_in: Callable[[], Client]) -> None:
        try:
            self.work(log_in())
            self.acknowledged = True
        except Refused as error:
            self.refusals.append(error)
        except GONE:
            pass

    @abstractmethod
    def work(self, client: Client) -> None:
        """The call."""

    def judge(self, engine: Engine, before: Snapshot, after: Snapshot) -> tuple[str, list[str]]:
        now = snapshot.take(engine)
        if not now.differences(after):
            return "after", []
        changed = now.differences(before)
        if changed:
            return "BETWEEN", [f"neither before nor after: {', '.join(changed)}"]
        return "before", ["it was acknowledged and is lost"] if self.acknowledged else []


class Addon(Whole):
    """A change of addons through the buttons of the list of addons."""

    button = ""
    addon = "orchard"

    def work(self, client: Client) -> None:
        ids = client.call("ir.module.module", "search", [["name", "=", self.addon]])
        client.call("ir.module.module", self.button, ids)


class Install(Addon):
    name = "install"
    button = "button_immediate_install"


class Upgrade(Addon):
    name, template, addon = "upgrade", "vine", "vine"
    button = "button_immediate_upgrade"


class Uninstall(Addon):
    name, template = "uninstall", "orchard"
    button = "button_immediate_uninstall"


class Import(Whole):
    """Rows of partners in one call: all of them or none."""

    name = "import"

    def work(self, client: Client) -> None:
        rows = [[f"Imported {n}", f"I{n}", f"i{n}@example.com", "Germany"] for n in range(IMPORTED)]
        answer = client.call("res.partner", "load", ["name", "ref", "email", "country_id"], rows)
        if not answer["ids"]:
            raise Refused(str(answer["messages"]))


class Many(Operation):
    """Work of several people at once, each with many calls: every call is whole, and those answered are kept."""

    tables: frozenset[str] = frozenset()
    """Those whose rows the calls change; all others must stay as they are."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: dict[str, int] = {}
        self.kept: dict[str, int] = {}
        self._stop = threading.Event()

    def run(self, log_in: Callable[[], Client]) -> None:
        clients = [log_in() for _ in range(CLIENTS)]
        threads = [threading.Thread(target=self._person, args=(c, n)) for n, c in enumerate(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def stop(self) -> None:
        """Send nothing more: one of the server's processes may have lived on."""
        self._stop.set()

    def _person(self, client: Client, person: int) -> None:
        ready, turn = False, 0
        while not self._stop.is_set():
            try:
                if ready:
                    turn += 1  # never twice the same: a call that got no answer may have been carried out
                    self.turn(client, person, turn)
                else:
                    self.first(client, person)
                    ready = True
            except Refused as error:
                self.refusals.append(error)
            except GONE:
                return

    @abstractmethod
    def first(self, client: Client, person: int) -> None:
        """What a person makes ready."""

    @abstractmethod
    def turn(self, client: Client, person: int, turn: int) -> None:
        """One call or two."""

    @abstractmethod
    def wrong(self, engine: Engine) -> list[str]:
        """What is not as it was acknowledged, or not whole."""

    def judge(self, engine: Engine, before: Snapshot, after: Snapshot) -> tuple[str, list[str]]:
        changed = snapshot.take(engine).differences(before, self.tables)
        wrong = [f"it has changed what it does not touch: {', '.join(changed)}"] if changed else []
        verdict = f"{len(self.kept)} of {len(self.sent)}"
        return verdict, wrong + self.wrong(engine)


class Upload(Many):
    """Files attached by several people; some files are the same."""

    name = "upload"
    tables = frozenset({"ir_attachment"})

    def first(self, client: Client, person: int) -> None:
        client.call("ir.attachment", "search_count", [])

    def turn(self, client: Client, person: int, turn: int) -> None:
        name = f"file {person} {turn}"
        content = content_of(person, turn)
        self.sent[name] = turn
        values = {"name": name, "datas_fname": "a.bin", "datas": base64.b64encode(content).decode()}
        client.call("ir.attachment", "create", values)
        self.kept[name] = turn

    def wrong(self, engine: Engine) -> list[str]:
        table = sa.table("ir_attachment", sa.column("name"), sa.column("datas"))
        with begin(engine, write=False) as connection:
            rows = connection.execute(sa.select(table.c.name, table.c.datas).where(table.c.name.like("file %"))).all()
        found = {row.name: row.datas for row in rows}
        wrong = [f"{name} was acknowledged and is lost" for name in self.kept if name not in found]
        for name, value in found.items():
            _, person, turn = name.split(" ")
            digest = hashlib.sha256(content_of(int(person), int(turn))).hexdigest()
            if not str(value).startswith(digest):
                wrong.append(f"{name} has another content")
        return wrong


def content_of(person: int, turn: int) -> bytes:
    """What a file holds: 200 to 400 kB; every fourth is everybody's."""
    seed = b"everybody" if turn % 4 == 0 else f"{person} {turn}".encode()
    return hashlib.sha256(seed).digest() * (6_000 + 900 * (turn % 8))


class Write(Many):
    """Records created with their lines, and two records changed together, by several people."""

    name = "write"
    tables = frozenset({"res_partner", "ir_change"})

    def __init__(self) -> None:
        super().__init__()
        self.pairs: dict[int, list[int]] = {}

    def first(self, client: Client, person: int) -> None:
        self.pairs[person] = [client.call("res.partner", "create", {"name": f"Pair {person}"}) for _ in "ab"]

    def turn(self, client: Client, person: int, turn: int) -> None:
        name = f"Written {person} {turn}"
        self.sent[name] = turn
        lines = [[0, 0, {"name": f"{name} line {number}"}] for number in range(3)]
        client.call("res.partner", "create", {"name": name, "child_ids": lines})
        self.kept[name] = turn
        self.sent[f"Pair {person}"] = turn
        client.call("res.partner", "write", self.pairs[person], {"ref": str(turn)})
        self.kept[f"Pair {person}"] = turn

    def wrong(self, engine: Engine) -> list[str]:
        table = sa.table("res_partner", *map(sa.column, ("id", "name", "parent_id", "ref")))
        with begin(engine, write=False) as connection:
            rows = connection.execute(sa.select(table.c.id, table.c.name, table.c.parent_id, table.c.ref)).all()
        by_name = {row.name: row.id for row in rows if row.name.startswith("Written") and row.parent_id is None}
        lines = [row.parent_id for row in rows if row.name.startswith("Written") and row.parent_id is not None]
        written = [name for name in self.kept if name.startswith("Written")]
        wrong = [f"{name} was acknowledged and is lost" for name in written if name not in by_name]
        wrong += [f"{name} has {lines.count(i)} of 3 lines" for name, i in by_name.items() if lines.count(i) != 3]
        wrong += [f"{len(lines)} lines for {len(by_name)} records"] if len(lines) != 3 * len(by_name) else []
        for person, pair in self.pairs.items():
            values = {int(row.ref or 0) for row in rows if row.id in pair}
            name = f"Pair {person}"
            if len(pair) == 2 and (len(values) != 1 or not values <= {self.kept.get(name, 0), self.sent.get(name, 0)}):
                wrong.append(f"{name}: {values}, acknowledged {self.kept.get(name)}, sent {self.sent.get(name)}")
        return wrong


OPERATIONS: tuple[type[Operation], ...] = (Install, Upgrade, Uninstall, Import, Upload, Write)
