"""Writes XML-RPC answers and faults; characters that XML cannot hold are left out, so that every client can read."""

from __future__ import annotations

import re
from typing import Any
from xml.sax.saxutils import escape

from core.errors import GrialError

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SPECIAL = re.compile("[&<>\r]")
_MAX = 2**31 - 1
_MIN = -(2**31)


def write_answer(value: Any) -> bytes:
    """A method response with one value, which `marshal.outgoing` has made plain."""
    parts = ["<?xml version='1.0'?>\n<methodResponse>\n<params>\n<param>\n"]
    _write(value, parts)
    parts.append("</param>\n</params>\n</methodResponse>\n")
    return "".join(parts).encode("utf-8")


def write_fault(code: int | str, text: str) -> bytes:
    """A fault; plain XML-RPC of this family has a text as its code."""
    parts = ["<?xml version='1.0'?>\n<methodResponse>\n<fault>\n"]
    _write({"faultCode": code, "faultString": text}, parts)
    parts.append("</fault>\n</methodResponse>\n")
    return "".join(parts).encode("utf-8")


def _write(value: Any, parts: list[str]) -> None:
    kind = type(value)
    if kind is str:
        parts.append(f"<value><string>{_text(value)}</string></value>\n")
    elif kind is bool:
        parts.append(f"<value><boolean>{int(value)}</boolean></value>\n")
    elif kind is int:
        tag = "int" if _MIN <= value <= _MAX else "string"
        parts.append(f"<value><{tag}>{value}</{tag}></value>\n")
    elif kind is float:
        parts.append(f"<value><double>{value!r}</double></value>\n")
    elif kind is list:
        parts.append("<value><array><data>\n")
        for item in value:
            _write(item, parts)
        parts.append("</data></array></value>\n")
    elif kind is dict:
        parts.append("<value><struct>\n")
        for key, item in value.items():
            parts.append(f"<member><name>{_text(key)}</name>\n")
            _write(item, parts)
            parts.append("</member>\n")
        parts.append("</struct></value>\n")
    else:
        raise GrialError("The method answered with a value that cannot be sent: {kind}.", kind=kind.__name__)


def _text(text: str) -> str:
    if _FORBIDDEN.search(text):
        text = _FORBIDDEN.sub("", text)
    return escape(text, {"\r": "&#13;"}) if _SPECIAL.search(text) else text
