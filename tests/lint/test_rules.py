"""The rules of safe code: each has a source that breaks it, with the line, and one that does the same and keeps it."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from core.lint import RULES, lint_folder, lint_text, unused_reviews

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [
    (ROOT / "core", "core"),
    *(
        (folder, folder.name)
        for folder in sorted((ROOT / "addons").iterdir())
        if (folder / "__manifest__.py").is_file()
    ),
    *((folder, folder.name) for folder in sorted((ROOT / "tests" / "addons_extra" / "addons").iterdir())),
]


def block(arguments: str) -> str:
    """Source that passes the gate."""
    return f"with env.elevated({arguments}) as su: ..."


BROKEN = [
    ("lint-code", "value = eval(text)", "value = ast.literal_eval(text)"),
    ("lint-code", "exec(text)", "result = expression.evaluate(names)"),
    ("lint-code", "import builtins\nbuiltins.compile(text, '', 'eval')", "pattern = re.compile('a+')"),
    ("lint-code", "__import__(name)", "import json"),
    ("lint-code", "import importlib\nimportlib.import_module(name)", "from addons.base.models import partner"),
    ("lint-code", "import pickle", "import json"),
    ("lint-code", "import yaml", "import tomllib"),
    ("lint-code", "from subprocess import run", "from itertools import chain"),
    ("lint-code", "import os\nos.system(command)", "import os\nos.getpid()"),
    ("lint-code", "from jinja2 import Environment\nEnvironment()", "env.ref('crm.report').render(records)"),
    ("lint-code", "from markupsafe import Markup\nMarkup(name)", "from markupsafe import Markup\nMarkup('<br>')"),
    ("lint-code", "said = translated.format(name=record)", "said = '{name} left'.format(name=record)"),
    ("lint-code", "said = template.format_map(values)", "said = TEMPLATE.format(**values)"),
    ("lint-sql", "import sqlite3", "found = env['res.partner'].search([])"),
    ("lint-sql", "found = connection.execute(f'SELECT {name}')", "found = env['res.partner'].search([])"),
    ("lint-sql", "query = 'SELECT ' + name\nfound = cursor_of(x).execute(query)", "found = work.execute(plan)"),
    ("lint-sql", "found = select.order_by('name')", "found = records.search([], order='name')"),
    ("lint-sql", "connection.exec_driver_sql(text)", "records.write({'name': text})"),
    ("lint-exports", "def f(self): ...\nf._exported = True", "@api.exported\ndef f(self): ..."),
    ("lint-exports", "f.__dict__['_exported'] = True", "f.__dict__['_seen'] = True"),
    ("lint-exports", "getattr(self, name)()", "getattr(self, 'action_close')()"),
    ("lint-exports", "getattr(self, choose(name))()", "getattr(self, SIGNALS[name])()"),
    ("lint-gate", "from core.orm.fetch import load", "from core.errors import UserError"),
    ("lint-gate", "from core.db.engine import begin", "from core import Model, api, fields"),
    ("lint-gate", "rule = env.gate.rule_domain('res.partner', 'read')", "env.check('res.partner', 'read')"),
    ("lint-gate", "rows = env.tx.connection", "rows = env['res.partner'].search([])"),
    ("lint-gate", "self.env.cr.commit()", "self.env.flush()"),
    ("lint-rights", "other = env.with_user(1)", "other = env.with_context(lang='es_ES')"),
    ("lint-rights", "from core import Env\nother = Env(tx, 1, {})", "other = env"),
    ("lint-rights", "partners = self.sudo()", "partners = self.readable()"),
    ("lint-rights", "su = env.super_env", block("'count the leads', Lead")),
    ("lint-rights", block("'x', Lead"), block("'find who is away', Lead")),
    ("lint-rights", block("why, Lead"), block("'find them', Lead, *others")),
    ("lint-rights", block("'find them'"), block("'find them', 'crm.lead'")),
    ("lint-rights", block("'find them', *env.registry"), block("'find them', 'a'")),
    ("lint-rights", "su = env.elevated('find them', Lead).__enter__()", block("'find them', Lead")),
    ("lint-money", "from core import fields\nplanned_cost = fields.Float('Cost')", "cost = fields.Monetary('Cost')"),
    ("lint-money", "half = record.amount_total * 0.5", "half = record.amount_total / 2"),
    ("lint-money", "shown = float(line.price)", "shown = float(duration)"),
    ("lint-money", "rest = round(line.price_subtotal, 2)", "rest = round((end - start).total_seconds(), 2)"),
    ("lint-files", "import tempfile", "import io"),
    ("lint-files", "with open(name, 'w') as file: ...", "with open(name) as file: ..."),
    ("lint-files", "with path.open('ab') as file: ...", "with path.open('rb') as file: ..."),
    ("lint-files", "path.write_text(text)", "text = path.read_text('utf-8')"),
    ("lint-files", "import os\nos.rename(old, new)", "import os\nos.fspath(old)"),
    ("lint-files", "path.unlink(missing_ok=True)", "records.unlink()"),
    ("lint-xml", "import xml.etree.ElementTree", "from xml.sax.saxutils import escape"),
    ("lint-xml", "from lxml import etree", "import json"),
    ("lint-xml", "parser = make(huge_tree=True)", "parser = make(huge_tree=False)"),
    ("lint-xml", "parser = XMLParser()", "parser = hardened()"),
    ("lint-network", "import requests", "from urllib.parse import quote"),
    ("lint-network", "from urllib.request import urlopen", "import datetime"),
]  # fmt: skip


@pytest.mark.case("C06", "C30", "C33", "C34", "D07")
@pytest.mark.parametrize(("rule", "broken", "kept"), BROKEN, ids=[one[1].splitlines()[-1] for one in BROKEN])
def test_a_rule_finds_what_breaks_it_and_nothing_else(rule: str, broken: str, kept: str) -> None:
    found = [one for one in lint_text(broken, "workshop/models/job.py") if one.code == rule]
    assert found, broken
    assert {one.line for one in found} == {broken.count("\n") + 1}
    assert all(one.file == "workshop/models/job.py" and len(one.message) > 30 for one in found)
    assert [one for one in lint_text(kept, "workshop/models/job.py") if one.code == rule] == [], kept


def test_each_rule_is_tried() -> None:
    assert {rule for rule, _, _ in BROKEN} == set(RULES)


@pytest.mark.parametrize(
    ("file", "text", "rule"),
    [
        ("core/http/web/x.py", "from core.orm.fetch import load", "lint-gate"),
        ("core/http/web/x.py", "from core.db import table_rows", "lint-gate"),
        ("core/rpc/x.py", "answer = field.__get__(record, None)", "lint-gate"),
        ("core/rpc/x.py", "method = getattr(records, name)", "lint-exports"),
        ("core/orm/x.py", "from sqlalchemy import text\nclause = text(condition)", "lint-sql"),
        ("core/orm/x.py", "import sqlalchemy as sa\ncolumn = sa.literal_column(name)", "lint-sql"),
        ("core/orm/x.py", "found = select.group_by(f'{name}')", "lint-sql"),
        ("core/db/money.py", "half = value * 0.5", "lint-money"),
        ("core/view/x.py", "from lxml import etree\nparser = etree.XMLParser()", "lint-xml"),
    ],
)
def test_core_is_held_to_more(file: str, text: str, rule: str) -> None:
    assert rule in {one.code for one in lint_text(text, file)}


def test_what_the_file_store_does_is_right() -> None:
    assert lint_text("import os\nos.rename(old, new)", "core/files/store.py") == []


@pytest.mark.case("C06", "C33", "C34", "D07")
def test_core_and_our_addons_keep_every_rule() -> None:
    """The list of what was reviewed holds nothing that is not needed any more."""
    assert [str(one) for folder, shown in SOURCES for one in lint_folder(folder, shown)] == []
    assert unused_reviews(SOURCES) == []


def test_an_addon_is_not_excused_by_the_review_of_another(tmp_path: Path) -> None:
    for folder in ("models", "tests"):
        (tmp_path / "workshop" / folder).mkdir(parents=True)
    source = textwrap.dedent("""
        from core import Model
        import tempfile

        def clean(records):
            return records.env.tx.connection
    """).lstrip()
    (tmp_path / "workshop" / "models" / "job.py").write_text(source, encoding="utf-8")
    (tmp_path / "workshop" / "tests" / "test_job.py").write_text("import tempfile\n", encoding="utf-8")
    found = lint_folder(tmp_path / "workshop", "workshop")
    assert [(one.file, one.line, one.code) for one in found] == [
        ("workshop/models/job.py", 5, "lint-gate"), ("workshop/models/job.py", 2, "lint-files"),
    ]  # fmt: skip


def test_a_file_that_is_no_python_is_left_to_its_import() -> None:
    assert lint_text("def (", "workshop/models/job.py") == []
