"""JSON from outside has budgets; JSON to outside cannot be taken for HTML."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.http.payload import DEEPEST, MalformedRequest, dump_json, parse_json


@pytest.mark.case("D05", "D06")
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"nope",
        b"\xff\xfe",
        b"\xef\xbb\xbf{}",
        b'{"a": NaN}',
        b"[Infinity]",
        b"[1e400]",
        b"[-Infinity]",
        b"[" + b"9" * 200_000 + b"]",
        b"[" * 1000 + b"]" * 1000,
        b"[" * 100_000,
        b'{"a":' * (DEEPEST + 1) + b"1" + b"}" * (DEEPEST + 1),
        '{"a": 1}'.encode("utf-16"),
        b"[1,]",
        b"{'a': 1}",
    ],
)
def test_what_is_no_json_or_over_a_budget_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedRequest):
        parse_json(body)


@pytest.mark.case("D05")
def test_depth_counts_brackets_outside_of_texts_only() -> None:
    assert parse_json(b"[" * DEEPEST + b"]" * DEEPEST)
    wide = json.dumps([[1]] * 500 + ["[[[" * 50, 'quote " and [' * 20, "\\"]).encode()
    assert parse_json(wide) == json.loads(wide)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
    )
)
def test_json_goes_round(value: object) -> None:
    text = dump_json(value)
    assert "<" not in text
    assert json.loads(text) == value


@pytest.mark.case("C16", "C22")
def test_no_script_can_hide_in_json() -> None:
    assert dump_json({"a": "</script>"}) == '{"a":"\\u003c/script>"}'
