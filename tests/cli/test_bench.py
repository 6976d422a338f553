"""`grial bench` hands its options on to the benchmark of the source tree."""

import sys

import pytest

from core.cli import bench


@pytest.fixture
def source_tree(monkeypatch, tmp_path):
    """A source tree whose benchmark says what it was asked for."""
    (tmp_path / "bench").mkdir()
    (tmp_path / "bench" / "__init__.py").touch()
    (tmp_path / "bench" / "__main__.py").write_text("import sys\nprint(sys.argv[1:])\nsys.exit(3)\n")
    monkeypatch.setattr(bench, "ROOT", tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "argv", list(sys.argv))
    for name in [name for name in sys.modules if name.split(".")[0] == "bench"]:
        monkeypatch.delitem(sys.modules, name)
    yield tmp_path
    for name in [name for name in sys.modules if name.split(".")[0] == "bench"]:
        del sys.modules[name]


def test_options_and_the_exit_code_pass_through(grial, source_tree, database_url):
    answer = grial("bench", "--only", "browse", "--rounds", "2", "--json", "--help")
    assert answer.exit_code == 3
    url = ["--database-url", database_url] if database_url else []
    assert answer.stdout.strip() == str([*url, "--only", "browse", "--rounds", "2", "--json", "--help"])


def test_without_the_source_tree_it_says_what_to_do(grial, source_tree):
    (source_tree / "bench" / "__main__.py").unlink()
    answer = grial("bench")
    assert answer.exit_code == 1
    assert "clone it" in answer.stderr
