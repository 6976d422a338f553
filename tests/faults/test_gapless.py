"""Numbers of documents: one series, many who take from it at once, some of whom fail after they have their number."""

from __future__ import annotations

import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from core.db.engine import begin, lock_number
from core.errors import Busy, UserError
from core.testing.plugin import MakeServer
from core.testing.records import Database
from tests.faults.processes import in_processes

# Each fifth fails after it has its number, as a document does whose last line cannot be saved.
TAKE = """
from addons.base.models.partner import Partner
from addons.base.models.sequence import Sequence

class Failed(Exception):
    pass

def work(number):
    kept, refused, tries = [], [], []
    for turn in range(TURNS):
        tried = 0

        def document(env):
            nonlocal tried
            tried += 1
            taken = env[Sequence].next_by_code("test.document")
            env[Partner].create({"name": "Document", "ref": taken})
            if (number + turn) % 5 == 4:
                raise Failed
            return taken

        try:
            kept.append(registries.run(database, document))
        except Failed:
            pass
        except GrialError as error:
            refused.append(str(error))
        tries.append(tried)
    return {"kept": kept, "refused": refused, "tries": tries}
"""
PROCESSES, THREADS, TURNS = 4, 5, 5


def make(database: Database, **values: object) -> int:
    with database.transaction() as env:
        made: int = env["ir.sequence"].create({"name": "Documents", "code": "test.document", **values}).id
        return made


def refs(database: Database) -> list[str]:
    with database.transaction(write=False) as env:
        found: list[str] = env["res.partner"].search([("name", "=", "Document")]).mapped("ref")
        return found


@pytest.mark.slow
@pytest.mark.case("I05")
@pytest.mark.case("I06")
@pytest.mark.case("I07")
@pytest.mark.parametrize(
    ("implementation", "by_year"),
    [("no_gap", False), ("no_gap", True), ("standard", False)],
    ids=["no gap", "no gap by year", "standard"],
)
def test_twenty_take_numbers_and_each_fifth_fails(
    database: Database, capsys: pytest.CaptureFixture[str], implementation: str, by_year: bool
) -> None:
    make(database, implementation=implementation, prefix="%(year)s/", use_date_range=by_year)
    settings = database.databases.settings
    found = in_processes(settings, database.name, f"TURNS = {TURNS}\n{TAKE}", PROCESSES, THREADS)
    kept = [number for answer in found for number in answer["kept"]]
    assert [answer["refused"] for answer in found] == [[]] * PROCESSES * THREADS
    assert len(kept) == PROCESSES * THREADS * TURNS * 4 // 5
    assert len(set(kept)) == len(kept), "the same number twice"
    assert sorted(kept) == sorted(refs(database)), "the documents that exist have the numbers that were told"
    numbers = sorted(int(number.partition("/")[2]) for number in kept)
    assert numbers == list(range(1, len(kept) + 1))
    tries = Counter(tried for answer in found for tried in answer["tries"])
    with capsys.disabled():
        sys.stdout.write(f"\n{database.registry.backend}: {len(kept)} numbers, gapless; tries of each {dict(tries)}\n")
    assert max(tries) <= 3, "whoever has lost the race holds the lock before the next try"


@pytest.mark.case("I06")
def test_a_number_that_was_not_kept_is_given_again(database: Database) -> None:
    make(database, implementation="no_gap")

    def fail() -> None:
        with database.transaction() as env:
            assert env["ir.sequence"].next_by_code("test.document") == "1"
            raise UserError("No.")

    for _ in range(2):
        with pytest.raises(UserError):
            fail()
    with database.transaction() as env:
        assert env["ir.sequence"].next_by_code("test.document") == "1"


@pytest.mark.case("I05")
def test_two_who_begin_a_year_share_its_numbers(database: Database) -> None:
    """The period of the year is made by whoever is first; the other must not make a second one."""
    make(database, implementation="no_gap", use_date_range=True)

    def take(_: int) -> str:
        def work(env: object) -> str:
            number: str = env["ir.sequence"].next_by_code("test.document", date(2030, 5, 1))  # type: ignore[index]
            time.sleep(0.02)
            return number

        return database.databases.registries.run(database.name, work)

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(take, range(6))) == list("123456")
    with database.transaction(write=False) as env:
        assert env["ir.sequence.date_range"].search_count([]) == 1


def test_a_lock_that_is_not_to_be_had_is_told_and_leaves_nothing(make_server: MakeServer, backend: str) -> None:
    """Whoever has lost a race waits for its lock before the transaction begins; that may take too long, too."""
    if backend == "sqlite":
        pytest.skip("a writing transaction of SQLite is alone anyway")
    from core.db import admin, statements
    from core.db.retry import held_locks

    server = make_server(backend)
    admin.create(server, "locks")
    first, second = lock_number("first"), lock_number("second")
    engine = server.engine("locks")
    with begin(engine, write=True) as other:
        other.exec_driver_sql(statements.SESSION_LOCK, (second,))
        other.exec_driver_sql("SET lock_timeout = 50")
        token = held_locks.set((first, second))
        try:
            with engine.connect() as settings:  # the connection that `begin` takes next
                settings.exec_driver_sql("SET lock_timeout = 50")
                settings.commit()
            with pytest.raises(Busy), begin(engine, write=True):
                raise AssertionError("the second lock was somebody else's")
        finally:
            held_locks.reset(token)
        locks = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
        assert other.exec_driver_sql(locks).scalar() == 0, "the first lock stayed behind"
        other.exec_driver_sql(statements.SESSION_UNLOCK, (second,))
