"""Random values of every kind of field, few enough that records often have the same."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from tests.model.shape import CHOICES, EXACT, TO_MANY, ModelShape, Schema

LANGUAGES = ("en_US", "es_ES", "fr_FR")
ALPHABET = "abABzáÁñß09%_\\'\",- \n😀"
SOME_TEXTS = ["a", "A", "á", "ab", "Ab", "b", "Z", "ñ", "n", "10", "9", "50%", "a_b", "a\\", "\\", "ß", "low", "high"]
texts = st.sampled_from(SOME_TEXTS) | st.text(ALPHABET, max_size=4)
integers = st.sampled_from([0, 1, -1, 2, 7, 10, 2**40]) | st.integers(-5, 5)
floats = st.sampled_from([0.0, 0.5, -0.5, 1.0, 2.5, 0.1, 1e15, -1e-3])
decimals = st.sampled_from([Decimal(n) for n in ("0", "0.5", "0.1", "-0.5", "1", "2.125", "10.5", "999999999.999")])
days = st.sampled_from(
    [dt.date(*day) for day in ((2024, 2, 29), (2024, 3, 31), (2026, 1, 1), (2026, 1, 31), (2026, 2, 1), (1999, 12, 31))]
)
moments = st.builds(
    dt.datetime.combine,
    days,
    st.sampled_from([dt.time(), dt.time(23, 30), dt.time(23, 59, 59), dt.time(0, 59, 59), dt.time(12, 0, 1)]),
)
structures = st.sampled_from([None, {"a": 1}, [1, "á"], [], {}])
contents = st.sampled_from([b"", b"a", b"\x00\xff"])


def plain(kind: str) -> st.SearchStrategy[Any]:
    """A value as `create` takes it."""
    match kind:
        case "translated":
            return st.dictionaries(st.sampled_from(LANGUAGES), texts, max_size=3)
        case "char" | "folded" | "text" | "html" | "company_char":
            return st.just("") | texts
        case "integer" | "company_integer":
            return integers
        case "float":
            return floats
        case "boolean" | "company_boolean":
            return st.booleans()
        case "date":
            return st.none() | days
        case "datetime":
            return st.none() | moments
        case "selection":
            return st.sampled_from([None, *CHOICES])
        case "json":
            return structures
        case "binary":
            return contents
    assert kind in EXACT, kind
    return decimals


@st.composite
def records(draw: st.DrawFn, schema: Schema, most: int = 6) -> dict[str, list[dict[str, Any]]]:
    """By model, the values of its records; their ids count from 1. Values are left out here and there."""
    sizes: dict[str, int] = {}
    for model in schema.models:
        base = next((field for field in model.fields if field.name == model.base), None)
        sizes[model.name] = 0 if base and not sizes[base.target] else draw(st.integers(0, most))
    return {model.name: [draw(_row(schema, model, n, sizes)) for n in range(1, sizes[model.name] + 1)]
            for model in schema.models}  # fmt: skip


@st.composite
def _row(draw: st.DrawFn, schema: Schema, model: ModelShape, number: int, sizes: dict[str, int]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for field in model.fields:
        if field.kind in ("related", "one2many"):
            continue
        if field.name == model.base:
            row[field.name] = draw(st.integers(1, sizes[field.target]))
        elif field.name == "active":
            row[field.name] = draw(st.sampled_from([True, True, False]))
        elif draw(st.integers(0, 5)) == 0:
            continue
        elif field.kind == "many2one":
            most = number - 1 if field.name == "parent_id" else sizes[field.target]  # no circles in a tree
            row[field.name] = draw(st.integers(1, most)) if most else None
        elif field.kind == "reference":
            row[field.name] = draw(reference(schema, sizes))
        elif field.kind in TO_MANY:
            most = sizes[field.target]
            row[field.name] = draw(st.lists(st.integers(1, most), max_size=3, unique=True)) if most else []
        else:
            row[field.name] = draw(plain(field.kind))
    return row


def reference(schema: Schema, sizes: dict[str, int]) -> st.SearchStrategy[str]:
    """A reference to any record, or none."""
    there = [f"{model.name},{number}" for model in schema.models for number in range(1, sizes[model.name] + 1)]
    return st.sampled_from(["", *there])
