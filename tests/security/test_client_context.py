"""Callers set only declared context keys, of the right type."""

from __future__ import annotations

import pytest

from core.security import client_context as room
from core.security.client_context import client_context, declare_context_key


def test_known_keys_of_the_right_type_are_taken() -> None:
    given = {
        "lang": "es_ES", "tz": "Europe/Madrid", "active_test": False, "active_id": 3, "active_ids": [3, 4],
        "active_model": "crm.lead", "allowed_company_ids": [1], "default_name": "x", "search_default_mine": 1,
    }  # fmt: skip
    assert client_context(given) == {**given, "active_ids": (3, 4), "allowed_company_ids": (1,)}


@pytest.mark.case("B19", "C08")
@pytest.mark.parametrize(
    "given",
    [
        {"uid": 1}, {"su": True}, {"_private": 1}, {"install_mode": True}, {"force": True}, {"__class__": 1},
        {"lang": "../../etc"}, {"lang": 5}, {"tz": "x" * 100}, {"active_ids": ["1"]}, {"active_id": True},
        {"allowed_company_ids": "1"}, {"active_test": "no"}, {"default_": 1}, {"default_Name": 1}, {5: 1},
        {"active_model": "A B"}, {"lang": "es_ES\n"},
    ],
)  # fmt: skip
def test_everything_else_is_left_out(given: object) -> None:
    assert client_context(given) == {}


@pytest.mark.parametrize("given", [None, False, [], "lang", 5])
def test_what_is_no_mapping_is_no_context(given: object) -> None:
    assert client_context(given) == {}


def test_an_addon_may_declare_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "_KEYS", dict(room._KEYS))
    declare_context_key("stage_type", lambda value: value in {"lead", "opportunity"})
    assert client_context({"stage_type": "lead"}) == {"stage_type": "lead"}
    assert client_context({"stage_type": "other"}) == {}
