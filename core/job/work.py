"""Puts work into the background, and speaks with it while it runs: how far it is, and that it shall stop."""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from core.db import queue
from core.db.engine import notify
from core.errors import ValidationError
from core.job.board import Board, Progress
from core.job.handlers import handling
from core.kernel.limit import Deadline

if TYPE_CHECKING:
    from core.orm.env import Env

KEPT_CONTEXT = ("lang", "tz", "allowed_company_ids", "company_id", "active_test")
"""What a job keeps of the context it was asked for in."""


class JobStopped(Exception):  # it is no error: somebody wanted it
    """Raised by `progress` in a job that somebody has stopped; its work is rolled back."""


class Running:
    """A job at work in this process; `stop` asks it to end at its next progress.

    Attributes:
        interrupts: stops the statement that the job works on, while it has a connection.
        guard: held while that may be called.
    """

    def __init__(self, board: Board, database: str, job: int, title: str) -> None:
        self.board = board
        self.database = database
        self.job = job
        self.title = title
        self.deadline = Deadline(math.inf)
        self.stop = False
        self.interrupts: Callable[[], None] | None = None
        self.guard = threading.Lock()

    def end(self) -> None:
        """End it wherever it is."""
        self.deadline.expire()
        with self.guard:
            if self.interrupts is not None:
                self.interrupts()

    @property
    def work(self) -> str:
        """Under this name the board knows the job."""
        return work_name(self.job)


running: dict[tuple[str, int], Running] = {}
"""The jobs at work in this process, by database and id."""


def enqueue(
    env: Env,
    model: str,
    method: str,
    args: Sequence[Any] = (),
    kwargs: Mapping[str, Any] | None = None,
    *,
    ids: Iterable[int] = (),
    name: str = "",
    run_at: datetime | None = None,
    priority: int = 5,
    key: str = "",
) -> int:  # Any: arguments of every method
    """Let a method run in the background, with the rights of this user, once this transaction has ended well.

    Args:
        method: one that is marked with `@job`.
        args, kwargs: plain values, as JSON knows them.
        ids: the records that it is called on.
        name: what people read; the model's description and the method when empty.
        run_at: not before this time (UTC); at once when None.
        priority: 0 is the most urgent.
        key: while a job of this key waits or runs there is no second one.

    Returns:
        The id of the job; with `key` perhaps that of the one there is.

    Raises:
        UnknownName: the method may not run in the background.
        ValidationError: an argument is not plain.
    """
    how = handling(env, model, method)
    arguments = {
        "ids": list(ids),
        "args": list(args),
        "kwargs": dict(kwargs or {}),
        "context": {name: env.context[name] for name in KEPT_CONTEXT if name in env.context},
    }
    try:
        json.dumps(arguments)
    except (TypeError, ValueError) as error:
        raise ValidationError(
            "{method} cannot run in the background: {reason}", method=method, reason=str(error)
        ) from None
    return queue.enqueue(
        env.tx.connection,
        name or f"{env.registry[model].description}: {method}",
        model,
        method,
        arguments,
        user_id=env.uid,
        run_at=run_at,
        priority=priority,
        max_tries=how.tries,
        pause=how.pause,
        time_limit=how.limit,
        key=key,
    )


def progress(env: Env, done: int, total: int = 0, message: str = "") -> None:
    """Tell how far the job is that runs in this environment. Outside of a job it does nothing.

    Raises JobStopped when somebody wants the job to stop: let it through.
    """
    found = running.get((env.registry.name, env.context.get("job_id", 0)))
    if found is None:
        return
    found.board.report(found.database, found.work, found.title, done, total, message)
    if found.stop or found.board.cancelled(found.database, found.work):
        raise JobStopped


def progress_of(env: Env, job: int) -> Progress | None:
    """How far a job is that runs at this moment, in whatever process; None when it has not said or does not run."""
    return _board(env).read(env.registry.name, work_name(job))


def cancel(env: Env, jobs: Sequence[int]) -> None:
    """Stop jobs: those that wait at once, those that run at their next progress, or where they are after a while."""
    board = _board(env)
    for job in jobs:
        board.cancel(env.registry.name, work_name(job))
    queue.cancel(env.tx.connection, list(jobs))


def look(env: Env) -> None:
    """Let the workers look at once, when this transaction has ended well: a scheduled job may be due."""
    notify(env.tx.connection, queue.CHANNEL)


def retry(env: Env, jobs: Sequence[int]) -> None:
    """Let jobs that have failed or were stopped begin again."""
    board = _board(env)
    for job in jobs:
        board.clear(env.registry.name, work_name(job))
    queue.retry(env.tx.connection, list(jobs))


def work_name(job: int) -> str:
    """Under this name the board knows a job."""
    return f"job-{job}"


def _board(env: Env) -> Board:
    return Board(env.registry.settings.data_dir)
