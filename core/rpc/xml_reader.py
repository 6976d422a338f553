"""Reads an XML-RPC call from an untrusted body: no DOCTYPE, no entities, and budgets of depth, values and digits."""

from __future__ import annotations

import math
from typing import Any
from xml.parsers import expat
from xmlrpc.client import Fault, ResponseError, Unmarshaller

from core.http.payload import MalformedRequest

DEEPEST = 32
MOST_VALUES = 1_000_000
_LONGEST_NUMBER = 40
_CONTAINERS = frozenset({"array", "struct"})


class _Values(Unmarshaller):
    """xmlrpc.client's reader of values, with checked numbers."""

    dispatch = dict(Unmarshaller.dispatch)


def _end_number(values: Unmarshaller, data: str) -> None:
    if len(data) > _LONGEST_NUMBER:
        raise MalformedRequest("A number in the call has too many digits.")
    values.append(int(data))
    values._value = False


def _end_float(values: Unmarshaller, data: str) -> None:
    value = float(data) if len(data) <= 400 else math.inf
    if not math.isfinite(value):
        raise MalformedRequest("A number in the call is not finite.")
    values.append(value)
    values._value = False


_Values.dispatch.update(dict.fromkeys(("int", "i1", "i2", "i4", "i8", "biginteger"), _end_number))
_Values.dispatch.update(dict.fromkeys(("double", "float"), _end_float))


def read_call(body: bytes) -> tuple[str, tuple[Any, ...]]:
    """The method name and the parameters of an XML-RPC call.

    Raises:
        MalformedRequest: it is no XML-RPC call, or goes over a budget.
    """
    values = _Values(use_datetime=True, use_builtin_types=True)
    try:
        _parse(body, values)
        parameters = values.close()
    except MalformedRequest:
        raise
    except expat.ExpatError as error:
        raise MalformedRequest("The body is not well-formed XML (line {line}).", line=error.lineno) from None
    except (ResponseError, Fault, ValueError, TypeError, LookupError, AttributeError, RecursionError, OverflowError):
        raise MalformedRequest("The body is not a valid XML-RPC call.") from None
    method = values.getmethodname()
    if not method:
        raise MalformedRequest("The body is not a valid XML-RPC call.")
    return method, parameters


def _parse(body: bytes, values: _Values) -> None:
    values.xml(None, None)  # type: ignore[arg-type]  # None says that texts arrive decoded, as xmlrpc.client does
    parser = expat.ParserCreate(None, None)
    depth = count = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth, count
        if tag in _CONTAINERS:
            depth += 1
            if depth > DEEPEST:
                raise MalformedRequest("The call is nested more than {deepest} levels deep.", deepest=DEEPEST)
        elif tag == "value":
            count += 1
            if count > MOST_VALUES:
                raise MalformedRequest("The call has more than {most} values.", most=MOST_VALUES)
        values.start(tag, attributes)

    def end(tag: str) -> None:
        nonlocal depth
        if tag in _CONTAINERS:
            depth -= 1
        values.end(tag)

    def refuse(*_args: Any) -> int:
        raise MalformedRequest("The body must not have a DOCTYPE or entities.")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = values.data
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    parser.ProcessingInstructionHandler = refuse
    parser.Parse(body, True)
