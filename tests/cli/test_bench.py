"""`grial bench`: figures for each work, and nothing left behind."""

import json

import pytest


@pytest.mark.slow
def test_each_work_is_measured_on_the_given_server(grial, databases, backend):
    before = databases.server.names()
    answer = grial("bench", "--rows", "100", "--json")
    assert answer.exit_code == 0, answer.output
    figures = json.loads(answer.stdout)
    assert {one["backend"] for one in figures} == {"sqlite", backend}
    assert all(one["per_second"] > 0 and one["statements"] > 0 for one in figures)
    assert databases.server.names() == before
