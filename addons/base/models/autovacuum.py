"""Clears away what nobody needs any more: old wizards, expired sessions, files that no record refers to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from core import Model
from core.db import queue, table_rows
from core.job.handlers import job
from core.security import session

WIZARDS_KEPT = timedelta(days=1)
JOBS_KEPT = timedelta(days=30)


class Autovacuum(Model):
    """The work of the daily clearing."""

    _name = "ir.autovacuum"
    _description = "Daily Clearing"
    _abstract = True

    @job(tries=2, limit=1800)
    def run(self) -> None:
        """Delete expired sessions, wizards of yesterday, jobs of last month, and files that nothing refers to."""
        session.collect(self.env)
        before = self.env.now() - WIZARDS_KEPT
        for info in self.env.registry.models.values():
            if info.transient and info.stored:
                self.env[info.name].search([("create_date", "<", before)]).unlink()
        self.env.flush()
        queue.forget(self.env.tx.connection, self.env.now() - JOBS_KEPT)
        self.env.registry.files.collect(self._live_files())

    def _live_files(self) -> Iterator[str]:
        """The digest of every file that a record of any model refers to."""
        for info in self.env.registry.models.values():
            if not info.stored:
                continue
            for field in info.columns:
                if field.type in ("binary", "image"):
                    for stored in table_rows.distinct(self.env.tx.connection, info.table.name, field.name):
                        yield str(stored).partition(":")[0]
