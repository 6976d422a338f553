"""`grial bench` hands its options on to the benchmark of the source tree."""

import subprocess

import pytest

from core.cli import bench


@pytest.fixture
def called(monkeypatch):
    calls = []
    monkeypatch.setattr(subprocess, "call", lambda command, **_: calls.append(command) or 3)
    return calls


def test_options_and_the_exit_code_pass_through(grial, called, database_url):
    answer = grial("bench", "--only", "browse", "--rounds", "2", "--json", "--help")
    assert answer.exit_code == 3
    url = ["--database-url", database_url] if database_url else []
    assert called[0][1:] == ["-m", "bench", *url, "--only", "browse", "--rounds", "2", "--json", "--help"]


def test_without_the_source_tree_it_says_what_to_do(grial, called, monkeypatch, tmp_path):
    monkeypatch.setattr(bench, "ROOT", tmp_path)
    answer = grial("bench")
    assert answer.exit_code == 1
    assert "clone it" in answer.stderr
    assert not called
