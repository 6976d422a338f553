"""The command line of the check, and the tool that fetches OpenERP's archives."""

from __future__ import annotations

import importlib.util
import io
import json
import tarfile
from pathlib import Path
from types import ModuleType

import pytest
from click.testing import CliRunner

from core.cli import main
from tests.openerp7.old import FOLDER

TOOL = Path(__file__).resolve().parents[2] / "tools" / "openerp7.py"


def run(*arguments: str) -> str:
    return CliRunner().invoke(main, ["check", *arguments]).stdout


def test_the_check_prints_a_table_and_a_verdict_for_each_construct() -> None:
    table = run(str(FOLDER), "--summary").splitlines()
    assert table[0].split() == ["construct", "ok", "updated", "skipped", "kept", "dropped", "rejected", "unread"]
    assert table[-1].startswith("in all")
    counts = json.loads(run(str(FOLDER), "--summary", "--json"))
    verdicts = json.loads(run(str(FOLDER), "--verdicts", "--json"))
    assert sum(sum(row.values()) for row in counts.values()) == len(verdicts)
    assert all(row["unread"] == 0 for row in counts.values())
    assert {"file", "line", "construct", "kind", "message"} == set(verdicts[0])
    assert "30_mistakes.xml:8: record: dropped: There is no model 'shop.of.long.ago'." in run(str(FOLDER), "--verdicts")


def test_what_nobody_reads_is_said(tmp_path: Path) -> None:
    (tmp_path / "odd.xml").write_text(
        '<openerp><data><recrod id="a"><field name="x">1</field></recrod></data></openerp>', encoding="utf-8"
    )
    lines = [line for line in run(str(tmp_path), "--verdicts").splitlines() if ": unread" in line]
    assert len(lines) == 4  # the element, its id, the field in it, its name


@pytest.fixture
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("openerp7_tool", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def archive(path: Path, *members: tuple[str, bytes, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as opened:
        for name, content, kind in members:
            info = tarfile.TarInfo(name)
            info.type, info.size = kind, len(content)
            info.linkname = "/etc/passwd" if kind == tarfile.SYMTYPE else ""
            opened.addfile(info, io.BytesIO(content))
    return path


def test_an_archive_is_unpacked_file_by_file(tool: ModuleType, tmp_path: Path) -> None:
    file = tarfile.REGTYPE
    made = archive(
        tmp_path / "a.tar.gz",
        ("pack-1/data.xml", b"<openerp/>", file),
        ("pack-1/__openerp__.py", b"{}", file),
        ("pack-1/setup.py", b"raise SystemExit", file),
        ("pack-1/link.xml", b"", tarfile.SYMTYPE),
    )
    tool.unpack(made, tmp_path / "out", "pack")
    assert {path.name for path in (tmp_path / "out").rglob("*") if path.is_file()} == {"data.xml", "__openerp__.py"}
    server = archive(tmp_path / "b.tar.gz", ("core-1/openerp/addons/base/base.xml", b"<openerp/>", file))
    tool.unpack(server, tmp_path / "out", "core")
    assert (tmp_path / "out" / "base" / "base.xml").is_file()


@pytest.mark.parametrize("name", ["pack-1/../../evil.xml", "/evil.xml"])
def test_an_archive_that_leaves_its_folder_is_refused(tool: ModuleType, tmp_path: Path, name: str) -> None:
    made = archive(tmp_path / "a.tar.gz", (name, b"<openerp/>", tarfile.REGTYPE))
    with pytest.raises(tool.Refused):
        tool.unpack(made, tmp_path / "out", "pack")
    assert not list(tmp_path.rglob("evil.xml"))


def test_the_list_of_packages_names_each_archive_by_its_digest(tool: ModuleType) -> None:
    rows = [line.split() for line in tool.LIST.read_text(encoding="ascii").splitlines()]
    assert len(rows) >= 45
    assert all(name.startswith("openerp-") and len(digest) == 64 for name, digest in rows)
