"""SQL is expression objects: rule 3 of docs/security.md."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from core.lint.source import Remark, Source, is_text, last

_DRIVERS = frozenset({"sqlalchemy", "alembic", "psycopg2", "psycopg", "sqlite3", "pymysql"})
_TEXTS = frozenset({"text", "literal_column", "TextClause", "quoted_name"})
_EXPRESSIONS = (
    "write it with SQLAlchemy's expressions, or add it to core/db/statements.py, which is reviewed as a whole"
)


def sql(source: Source) -> Iterator[Remark]:
    """Text that becomes SQL, orders and groups named by text, database drivers in addons."""
    if not source.of_core:
        for name, line in source.imports:
            if name.partition(".")[0] in _DRIVERS:
                yield Remark(line, "driver", f"An addon does not import {name}; records are searched and written.")
    texts = _texts(source)
    for called, call in source.calls():
        name = last(called)
        if called.startswith("sqlalchemy.") and name in _TEXTS:
            yield Remark(call.lineno, name, f"{name}() makes SQL of text; {_EXPRESSIONS}.")
        elif name == "exec_driver_sql":
            yield Remark(call.lineno, name, f"exec_driver_sql() runs SQL as text; {_EXPRESSIONS}.")
        elif not isinstance(call.func, ast.Attribute):
            continue
        elif name in ("order_by", "group_by") and any(map(is_text, call.args)):
            yield Remark(call.lineno, name, f"{name}() with a text is SQL as text; name the column of the table.")
        elif name in ("execute", "executemany", "scalar", "scalars") and call.args:
            first = call.args[0]
            if is_text(first) or (isinstance(first, ast.Name) and first.id in texts):
                yield Remark(call.lineno, name, f"{name}() gets SQL as text; {_EXPRESSIONS}.")


def _texts(source: Source) -> set[str]:
    """Names that texts are put together for in this file."""
    return {
        target.id
        for node in source.nodes
        if isinstance(node, ast.Assign) and is_text(node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
