"""Prints records: finds the report, checks rights, renders in the right language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from core.errors import ExpressionError, MissingError, UserError
from core.kernel.expression import compile_expression
from core.orm.domain import Leaf
from core.report import pdf, template
from core.security import rights
from core.security.record_view import RecordView

if TYPE_CHECKING:
    from core.orm.env import Env

MOST_RECORDS = 1000


@dataclass(frozen=True)
class Printed:
    """A finished report."""

    data: bytes
    format: str
    file_name: str


def find_report(env: Env, name: str) -> Any:
    """The report action of a technical name.

    Raises:
        MissingError: when there is none.
    """
    found: Any = env.super_env["ir.actions.report.xml"].search(Leaf("report_name", "=", name), limit=1)
    if not found:
        raise MissingError("There is no report called {name}.", name=name)
    return found


def print_records(env: Env, name: str, ids: Sequence[int], output: str = "") -> Printed:
    """Print records with a report.

    Args:
        env: the reader; only what he may read is printed.
        name: technical name of the report.
        ids: the records, in order.
        output: `pdf` or `html`; the report's own when empty.

    Raises:
        MissingError: no such report, or none of the records is visible.
        AccessError: the report is for other people's groups.
        UserError: when the template fails.
    """
    report = find_report(env, name)
    rights.check_groups(env, report)
    model = report.model
    records = env[model].browse(tuple(ids)).exists()
    if not records:
        raise MissingError("There is nothing to print: the records do not exist, or you may not see them.")
    if len(records) > MOST_RECORDS:
        raise UserError("At most {most} records are printed at a time.", most=MOST_RECORDS)
    addon = report.template.partition("/")[0]
    parts: list[str] = []
    for lang, group in groupby(records, key=lambda record: _language(env, report.lang, record)):
        reader = env.with_context(lang=lang)
        batch = env[model].browse(tuple(record.id for record in group)).with_env(reader)
        title = report.with_env(reader.super_env).name
        parts.append(template.render(reader, report.template, addon, batch, title))
    html = _joined(parts)
    kind = output or report.report_type
    data = pdf.to_pdf(html) if kind == "pdf" else html.encode()
    stem = records.display_name if len(records) == 1 else report.name
    return Printed(data, kind, f"{_safe(stem)}.{kind}")


def _language(env: Env, expression: str, record: Any) -> str:
    if not expression:
        return env.lang
    try:
        found = compile_expression(expression).evaluate({"object": RecordView(record)})
    except ExpressionError:
        return env.lang
    return found if isinstance(found, str) and found else env.lang


def _joined(documents: list[str]) -> str:
    """One document of several, with the head of the first."""
    if len(documents) == 1:
        return documents[0]
    bodies = [document.partition("<body>")[2].rpartition("</body>")[0] for document in documents]
    head = documents[0].partition("<body>")[0]
    return f"{head}<body>{''.join(bodies)}</body></html>"


def _safe(name: str) -> str:
    return re.sub(r"[^\w .-]+", "_", name).strip(" .") or "report"
