"""Engines and transactions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import event
from core.kernel.text import fold

R = TypeVar("R")


@contextmanager
def begin(engine: Any, write: bool, schema: bool = False) -> Iterator[Any]:
    with engine.connect() as connection, connection.begin():
        yield connection


def with_retry(work: Callable[[], R], attempts: int = 5) -> R:
    return work()


def make(url: str) -> Any:
    engine = sa.create_engine(url)
    if engine.dialect.name == "sqlite":
        @event.listens_for(engine, "connect")
        def c(d: Any, _: Any) -> None:
            d.isolation_level = None
            d.execute("PRAGMA foreign_keys=ON")
            d.execute("PRAGMA case_sensitive_like=ON")
            d.create_function("grial_fold", 1, lambda t: None if t is None else fold(t), deterministic=True)
        @event.listens_for(engine, "begin")
        def b(conn: Any) -> None:
            conn.exec_driver_sql("BEGIN")
    return engine
