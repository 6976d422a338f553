"""Puts scheduled jobs (`ir.cron`) into the queue when their time has come."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from core.db import queue
from core.db.resting import is_resting
from core.errors import GrialError
from core.job.handlers import handling
from core.kernel.expression import literal

if TYPE_CHECKING:
    from core.orm.env import Env

log = logging.getLogger(__name__)

CRONS = "ir.cron"


def enqueue_due(env: Env) -> list[int]:
    """Put every scheduled job that is due into the queue and plan its next run; gives the ids of the jobs.

    One whose last run waits or is at work still is not begun a second time. One that cannot be begun is switched off.
    In a database that rests there is nothing to do.
    """
    if CRONS not in env or is_resting(env.tx.connection):
        return []
    due: Any = env.super_env[CRONS].search(
        [("active", "=", True), ("nextcall", "<=", env.now())], order="priority, nextcall, id"
    )
    jobs = []
    for cron in due:
        if cron.model not in env:
            # Its addon is disabled or broken: nothing is planned until it is back.
            continue
        try:
            jobs.append(_enqueue(env, cron))
        except GrialError as error:
            log.error("scheduled job %s cannot run and is switched off: %s", cron.name, error)
            cron.write({"active": False})
    return jobs


def _enqueue(env: Env, cron: Any) -> int:
    how = handling(env, cron.model, cron.function)
    arguments = literal(cron.args or "()")
    job = queue.enqueue(
        env.tx.connection,
        cron.name,
        cron.model,
        cron.function,
        {"args": list(arguments) if isinstance(arguments, (list, tuple)) else [arguments]},
        user_id=cron.user_id.id,
        cron_id=cron.id,
        priority=cron.priority,
        max_tries=1,
        time_limit=how.limit,
        key=f"cron:{cron.id}",
    )
    cron.plan_next()
    return job
