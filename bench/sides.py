"""Who does the work: SQL through the driver, statements of SQLAlchemy Core, and Grial."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa

from bench.measured import Clock, Counted
from bench.place import Place
from core.db.engine import DatabaseServer, begin
from core.kernel.config import Settings

if TYPE_CHECKING:
    from core.orm.env import Env

T = TypeVar("T")

ADDONS = Path(__file__).parent / "addons"
_CONTROL = re.compile(r"(begin|commit|rollback|start transaction)\b", re.IGNORECASE)
_CALLS = r"""
SELECT coalesce(sum(calls), 0)::bigint, coalesce(sum(total_exec_time + total_plan_time), 0)::float / 1000
FROM pg_stat_statements WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
AND query NOT LIKE '%pg_stat_statements%' AND query NOT LIKE '%FOR KEY SHARE OF x'
AND query !~* '^(begin|commit|rollback$|start transaction|set default_transaction|select \$1$)'
"""
_FORGET = """
SELECT pg_stat_statements_reset(0, oid, 0) FROM pg_database WHERE datname = current_database()
"""
_SHORT = """
count(*), min(name), max(name), min(ref), max(ref), min(email), max(zip), min(country_id), max(country_id),
sum(country_id)
"""


class Side:
    """One process's way to one database.

    Attributes:
        place: of the run.
        engine: where the work is done.
        admin: each statement on its own, for what is not measured.
        server_counts: does the server count the statements of all processes, or do we count our own?
        clock: times the work at hand.
    """

    def __init__(self, place: Place, database: str) -> None:
        self.place, self.size, self.database = place, place.size, database
        settings = Settings.from_env(
            {}, data_dir=place.folder, database_url=place.server, addons_path=(ADDONS,), time_limit=0.0
        )
        self.settings = settings
        self.server = DatabaseServer(settings)
        self.admin = self._make_admin()
        self._seen = 0
        self.server_counts = self._extension()
        self._kept = ExitStack()
        self._things: dict[str, Any] = {}  # Any: each is what its factory gives
        self.new_clock()

    @property
    def postgresql(self) -> bool:
        """Is it PostgreSQL?"""
        return self.place.backend == "postgresql"

    @property
    def engine(self) -> sa.Engine:
        """The engine of the database, as Grial sets it up: the same isolation, pragmas and limits for everybody."""
        return self.server.engine(self.database)

    def new_clock(self, profile: Path | None = None) -> Clock:
        """Begin another measurement."""
        self.clock = Clock(self._forget, self._count, profile)
        return self.clock

    def keep(self, name: str, start: Callable[[], AbstractContextManager[T]]) -> T:
        """What `start` begins (a server, say), begun once and ended with this side."""
        if name not in self._things:
            self._things[name] = self._kept.enter_context(start())
        found: T = self._things[name]
        return found

    def close(self) -> None:
        """Let everything go."""
        self._kept.close()
        self.admin.dispose()
        self.server.dispose(self.database)

    def ask(self, statement: str) -> Any:  # Any: a row's values
        """The first row of a question that is not measured."""
        with self.admin.connect() as connection:
            return tuple(connection.exec_driver_sql(self._literal(statement)).one())

    def tell(self, *statements: str) -> None:
        """Run statements that are not measured."""
        with self.admin.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(self._literal(statement))

    def top(self, table: str) -> int:
        """The highest id of a table."""
        highest: int = self.ask(f"SELECT coalesce(max(id), 0) FROM {table}")[0]  # noqa: S608 - our own tables
        return highest

    def sweep(self, table: str, above: int) -> None:
        """Take away what a work has created, and its dead rows."""
        self.tell(f"DELETE FROM {table} WHERE id > {above}")  # noqa: S608 - our own tables
        self.tidy(table)

    def tidy(self, *tables: str) -> None:
        """Take away dead rows, so that each round meets the same table."""
        if self.postgresql:
            self.tell(*(f"VACUUM ANALYZE {table}" for table in tables))

    def created(self, above: int) -> list[Any]:  # Any: a row's values
        """What a work has created in the table of partners, in short."""
        found = self.ask(f"SELECT {_SHORT} FROM bench_partner WHERE id > {above}")  # noqa: S608 - our own text
        return [*map(str, found)]

    def _literal(self, statement: str) -> str:
        """The text as psycopg2 takes it, for which a percent sign begins a place."""
        return statement.replace("%", "%%") if self.postgresql else statement

    def _make_admin(self) -> sa.Engine:
        url = self.server.url
        target = f"sqlite:///{self.server.path(self.database)}" if url is None else url.set(database=self.database)
        return sa.create_engine(target, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")

    def _extension(self) -> bool:
        """Counts PostgreSQL statements by itself? Otherwise we count what passes through the engine."""
        if self.postgresql and self.ask("SELECT count(*) FROM pg_settings WHERE name = 'pg_stat_statements.max'")[0]:
            self.tell("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
            return True
        sa.event.listen(self.engine, "before_cursor_execute", self._note)
        return False

    def _note(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:  # Any: DBAPI values
        self._seen += not _CONTROL.match(statement)

    def _forget(self) -> None:
        self._seen = 0
        if self.server_counts:
            self.tell(_FORGET)

    def _count(self) -> Counted:
        if self.server_counts:
            calls, seconds = self.ask(_CALLS)
            return calls, seconds
        return self._seen, None


class Core(Side):
    """The floor: statements of SQLAlchemy Core."""

    def __init__(self, place: Place) -> None:
        super().__init__(place, place.name("floor"))


class Driver(Core):
    """The lower floor: SQL as text through psycopg2; on PostgreSQL only."""

    @contextmanager
    def cursor(self) -> Iterator[Any]:  # Any: psycopg2's
        """One transaction."""
        with begin(self.engine, write=True) as connection:
            raw: Any = connection.connection.driver_connection
            with raw.cursor() as cursor:
                yield cursor


class Grial(Side):
    """Grial, as an ordinary user with the rights that the work needs."""

    def __init__(self, place: Place) -> None:
        from core.kernel.memory import settle
        from core.module.registries import Registries

        super().__init__(place, place.name("grial"))
        self.registries = Registries(self.server, self.settings)
        self.uid: int = self.ask("SELECT id FROM res_users WHERE login = 'bench'")[0]
        with self.transaction(write=False):
            pass  # a server that is up has its registry
        settle()

    @contextmanager
    def transaction(self, write: bool = True) -> Iterator[Env]:
        """A transaction on the user's behalf."""
        with self.registries.transaction(self.database, self.uid, {}, write) as env:
            yield env
