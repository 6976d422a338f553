"""An upgrade that fills a new column of a table with many rows: in batches, whose number alone grows with the rows."""

from __future__ import annotations

import os
import sys
import time
import tracemalloc

import pytest
import sqlalchemy as sa

from core.db.engine import begin
from core.module.fill import BATCH
from tests.module.gardens import GARDEN

pytestmark = pytest.mark.slow

ROWS = int(os.environ.get("GRIAL_UPGRADE_ROWS", "60000"))
ROOMY, OF_A_ROW = 10_000_000, 100
"""Bytes of Python that an upgrade may hold at once: for a batch, and for each row (its id, but not its values)."""

GROWN = """
height = fields.Integer("Height", default=2)
            kind = fields.Char("Kind", default="leafy")
            half = fields.Integer("Half")
            label = fields.Char("Label")

            @half.compute("height")
            def _compute_half(self):
                for tree in self:
                    tree.half = tree.height // 2

            @label.compute("name", "owner_id.name")
            def _compute_label(self):
                for tree in self:
                    tree.label = f"{tree.name} of {tree.owner_id.name or 'nobody'}"
"""


def fill(garden, rows):
    """Trees by one statement; every third has an owner."""
    with begin(garden.registries.server.engine(garden.name), write=True) as connection:
        owner = connection.execute(sa.text("SELECT min(id) FROM res_partner")).scalar()
        numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :rows)"
        insert = (
            "INSERT INTO garden_tree (id, name, height, owner_id, row_version) "
            f"{numbers} SELECT 1000 + i, 'Tree ' || i, i, CASE WHEN i % 3 = 0 THEN :owner END, 0 FROM n"
        )
        connection.execute(sa.text(insert), {"rows": rows, "owner": owner})


def upgrade(garden, version):
    """Upgrade to a version with three new columns; statements sent, seconds, and the most of memory held."""
    text = GARDEN["models/tree.py"].replace('height = fields.Integer("Height", default=2)\n', GROWN.lstrip("\n"), 1)
    assert "_compute_label" in text
    manifest = "{'data': ['data.xml'], 'demo': ['demo.xml'], 'version': '" + version + "'}"
    garden.folder.write_files("garden", {**GARDEN, "__manifest__.py": manifest, "models/tree.py": text})
    sent = []
    engine = garden.registries.server.engine(garden.name)
    sa.event.listen(engine, "before_cursor_execute", lambda *arguments: sent.append(arguments[2][:60]))
    tracemalloc.start()
    began = time.monotonic()
    outcome = garden.upgrade("garden")
    seconds = time.monotonic() - began
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert outcome.upgraded == ["garden"]
    return len(sent), seconds, most


@pytest.mark.case("K22")
def test_an_upgrade_of_many_rows_goes_in_batches(garden, backend, capsys):
    found = {}
    for name, rows in (("few", ROWS // 10), ("many", ROWS)):
        garden.create(name)
        garden.install("garden")
        garden.folder.write_files("garden", GARDEN)
        fill(garden, rows)
        found[rows] = upgrade(garden, "2.0")
        garden.folder.write_files("garden", GARDEN)
        with capsys.disabled():
            sent, seconds, most = found[rows]
            sys.stdout.write(f"\n{backend}: {rows:,} rows, {sent} statements, {seconds:.1f} s, {most / 1e6:.0f} MB\n")

        def look(env, rows=rows):
            trees = env["garden.tree"]
            last = trees.search([("name", "=", f"Tree {rows}")])
            assert (last.kind, last.half) == ("leafy", rows // 2)
            assert last.label == f"Tree {rows} of {last.owner_id.name or 'nobody'}"
            assert trees.search_count([("label", "like", " of ")]) == rows + 1

        garden.read(look)
    (few, _, _), (many, _, most) = found[ROWS // 10], found[ROWS]
    batches = (ROWS - ROWS // 10) / BATCH
    assert many - few <= 8 * (batches + 1)
    assert most < ROOMY + OF_A_ROW * ROWS
