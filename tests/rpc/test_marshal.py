"""Values as clients get and send them."""

from __future__ import annotations

import base64
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from xmlrpc.client import Fault, loads

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import GrialError
from core.rpc.marshal import incoming, outgoing
from core.rpc.xml_writer import write_answer, write_fault


class Colour(Enum):
    RED = "red"


class Records:
    """Looks like a recordset."""

    ids = [3, 5]


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        (None, False),
        (True, True),
        (0, 0),
        ("", ""),
        (Decimal("1.50"), 1.5),
        (Decimal("NaN"), False),
        (float("inf"), False),
        (date(2015, 1, 31), "2015-01-31"),
        (datetime(2015, 1, 31, 8, 5, 9), "2015-01-31 08:05:09"),
        (b"\x00\xff", "AP8="),
        ((1, "a"), [1, "a"]),
        ({3, 1}, [1, 3]),
        ({1: None, "a": {None: 2}}, {"1": False, "a": {"False": 2}}),
        (Colour.RED, "red"),
        (timedelta(minutes=1), 60.0),
        (Records(), [3, 5]),
        (bytearray(b"a"), "YQ=="),
    ],
)
def test_values_become_plain(value: Any, sent: Any) -> None:
    got = outgoing(value)
    assert got == sent
    assert type(got) is type(sent)


def test_what_cannot_be_sent_is_refused_with_its_kind() -> None:
    with pytest.raises(GrialError, match="object"):
        outgoing({"a": [object()]})


def test_binary_and_times_come_in_as_texts() -> None:
    given = {"a": [b"\x00", datetime(2015, 1, 31, 8, 5)], "b": None, "c": 1}
    assert incoming(given) == {"a": [base64.b64encode(b"\x00").decode(), "2015-01-31 08:05:00"], "b": None, "c": 1}


def test_what_comes_in_is_a_copy() -> None:
    given = {"a": [{"b": 1}]}
    got = incoming(given)
    got["a"][0]["b"] = 2
    assert given == {"a": [{"b": 1}]}


plain = st.recursive(
    st.booleans()
    | st.integers(-(2**31), 2**31 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("ab<&é", min_size=1), inner, max_size=4),
    max_leaves=20,
)


@given(plain)
def test_xml_answers_read_back_as_they_were_written(value: Any) -> None:
    (got,), _method = loads(write_answer(value), use_builtin_types=True)
    assert got == value


def test_xml_holds_control_characters_and_large_numbers() -> None:
    (got,), _method = loads(write_answer(["a\x0bb\x00\ud800", 2**31, -(2**31) - 1, "line\r\nend", "tab\t"]))
    assert got == ["ab", "2147483648", "-2147483649", "line\r\nend", "tab\t"]


def test_a_fault_may_have_a_text_as_its_code() -> None:
    with pytest.raises(Fault) as caught:
        loads(write_fault("warning -- Title\n\n<message>", "<message>"))
    assert caught.value.faultCode == "warning -- Title\n\n<message>"
    with pytest.raises(Fault) as caught:
        loads(write_fault(3, "no"))
    assert caught.value.faultCode == 3
