"""Hostile XML-RPC bodies are refused before they cost anything."""

from __future__ import annotations

import contextlib
from datetime import datetime
from typing import Any
from xmlrpc.client import Binary, DateTime, dumps

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.http.payload import MalformedRequest
from core.rpc.xml_reader import DEEPEST, read_call


def body(value: str) -> bytes:
    return (
        "<?xml version='1.0'?><methodCall><methodName>execute</methodName><params><param>"
        f"<value>{value}</value></param></params></methodCall>"
    ).encode()


def nested(levels: int) -> bytes:
    return body("<array><data><value>" * levels + "<int>1</int>" + "</value></data></array>" * levels)


def test_a_call_is_read_with_all_kinds_of_values() -> None:
    values = ("text", 1, True, 1.5, None, [1, {"a": "é"}], Binary(b"\x00"), DateTime(datetime(2015, 1, 31, 8, 5)))
    method, got = read_call(dumps(values, "execute", allow_none=True).encode())
    assert method == "execute"
    assert got == ("text", 1, True, 1.5, None, [1, {"a": "é"}], b"\x00", datetime(2015, 1, 31, 8, 5))


@pytest.mark.case("D08")
def test_latin_1_is_read_when_declared() -> None:
    text = "<?xml version='1.0' encoding='iso-8859-1'?>" + body("<string>año</string>").decode().partition("?>")[2]
    assert read_call(text.encode("iso-8859-1"))[1] == ("año",)


BOMB = "<!DOCTYPE r [" + "".join(
    f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "lol"}">' for n in range(10)
) + "]>"  # fmt: skip
QUADRATIC = '<!DOCTYPE r [<!ENTITY a "' + "x" * 5000 + '">]>'
EXTERNAL = '<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
PARAMETER = '<!DOCTYPE r [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd"> %p;]>'
OUTER = '<!DOCTYPE r SYSTEM "http://127.0.0.1:9/x.dtd">'


@pytest.mark.case("D01", "D02", "D03")
@pytest.mark.parametrize("doctype", [BOMB, QUADRATIC, EXTERNAL, PARAMETER, OUTER, "<!DOCTYPE methodCall>"])
def test_a_doctype_is_refused_at_once(doctype: str) -> None:
    attack = b"<?xml version='1.0'?>" + doctype.encode() + body("<string>" + "&a;" * 2000 + "</string>")[21:]
    with pytest.raises(MalformedRequest, match="DOCTYPE"):
        read_call(attack)


@pytest.mark.case("D01")
def test_a_style_sheet_instruction_is_refused() -> None:
    attack = b"<?xml version='1.0'?><?xml-stylesheet href='http://127.0.0.1:9/'?>" + body("<int>1</int>")[21:]
    with pytest.raises(MalformedRequest):
        read_call(attack)


@pytest.mark.case("D04")
def test_nesting_has_a_limit() -> None:
    assert read_call(nested(DEEPEST))[0] == "execute"
    for levels in (DEEPEST + 1, 50_000):
        with pytest.raises(MalformedRequest, match="nested"):
            read_call(nested(levels))


@pytest.mark.case("D06")
@pytest.mark.parametrize(
    "value",
    [
        "<int>" + "9" * 200_000 + "</int>", "<int>" + "9" * 41 + "</int>", "<i8>x</i8>", "<int></int>",
        "<double>nan</double>", "<double>inf</double>", "<double>1e400</double>", "<double>x</double>",
        "<boolean>2</boolean>", "<dateTime.iso8601>yesterday</dateTime.iso8601>", "<unknown>1</unknown>",
    ],
)  # fmt: skip
def test_numbers_out_of_bounds_and_unknown_types_are_refused(value: str) -> None:
    with pytest.raises(MalformedRequest):
        read_call(body(value))


@pytest.mark.parametrize(
    "attack",
    [
        b"", b"\x00", b"not xml", b"<methodCall/>", b"<methodCall><params/></methodCall>", body("<int>1</int>")[:-5],
        body("<string>\xff\xfe</string>").replace(b"\xc3\xbf", b"\xff"), b"\xef\xbb\xbf" * 3 + body("<int>1</int>"),
        "<?xml version='1.0' encoding='utf-7'?><methodCall/>".encode("utf-7"),
        b"<?xml version='1.0' encoding='utf-16'?><methodCall/>", b"<a>" * 100_000,
    ],
)  # fmt: skip
def test_what_is_no_call_is_refused(attack: bytes) -> None:
    with pytest.raises(MalformedRequest):
        read_call(attack)


@pytest.mark.case("D08")
@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    with contextlib.suppress(MalformedRequest):
        read_call(body("<string>")[:-60] + data)


@pytest.mark.case("H16")
def test_many_values_have_a_limit(monkeypatch: Any) -> None:
    monkeypatch.setattr("core.rpc.xml_reader.MOST_VALUES", 100)
    many = body("<array><data>" + "<value><int>1</int></value>" * 101 + "</data></array>")
    with pytest.raises(MalformedRequest, match="values"):
        read_call(many)
