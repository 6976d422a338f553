"""Only declared methods are called from outside, by their exact names, with one reading of each argument."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from types import SimpleNamespace
from typing import Any

import pytest

from core.errors import GrialError, UnknownName, UserError
from core.rpc import dispatch
from core.rpc.classic import CLASSIC


class Lead:
    """Looks like a model; what is called on it is noted."""

    def __init__(self, ids: tuple[int, ...] = ()) -> None:
        self.ids = list(ids)

    def browse(self, ids: tuple[int, ...]) -> Lead:
        return Lead(ids)

    def action_open(self) -> Any:
        return ("action_open", self.ids)

    def has_group(self, name: str) -> Any:
        return ("has_group", self.ids, name)

    def message_post(self, body: str = "", subject: str = "") -> Any:
        return ("message_post", self.ids, body, subject)

    def check(self, model: str, mode: str = "read", raise_exception: bool = True) -> Any:
        return ("check", self.ids, model, mode, raise_exception)

    def set_pair(self, first: int, second: int) -> Any:
        return ("set_pair", self.ids, first, second)

    def search_stage(self, values: dict[str, Any]) -> Any:
        return ("search_stage", self.ids, values)

    def not_for_you(self) -> Any:
        raise AssertionError("this method is not exported")


class Registry:
    """One model, without a database."""

    exported = frozenset({"action_open", "has_group", "message_post", "check", "set_pair", "search_stage"})

    def __getitem__(self, model: str) -> Any:
        if model != "crm.lead":
            raise UnknownName("There is no model {name}.", name=model)
        return SimpleNamespace(
            name=model, cls=Lead, exported=self.exported, readonly_methods=frozenset({"has_group"}), abstract=False
        )

    def transaction(self, write: bool = True) -> AbstractContextManager[None]:
        """Opening one tells that the registry fits the database."""
        return nullcontext()


def plan(method: Any, args: Any = (), kwargs: Any = None, model: Any = "crm.lead") -> dispatch.Call:
    return dispatch.plan(Registry(), model, method, args, kwargs or {})  # type: ignore[arg-type]  # a stand-in


@pytest.mark.case("B01", "B02")
@pytest.mark.parametrize(
    "name",
    [
        "not_for_you",
        "_x",
        "__init__",
        "__class__",
        "env",
        "pool",
        "sudo",
        "with_user",
        "browse",
        "invalidate_cache",
        "init",
        "_auto_init",
        "",
        "read\0",
        "Read",
        " read",
        "＿write",
        "ｗrite",
        "write.__globals__",
        "with_context",
        "mapped",
        "filtered",
        "ensure_one",
        "_ids",
        "elevated",
        "super_env",
        "__getattribute__",
        "exists()",
        "ids",
        "action_Open",
        "action_open ",
        None,
        1,
        True,
        ["read"],
        {"read": 1},
        b"read",
        1.5,
    ],
)
def test_what_is_not_exported_cannot_be_called(name: Any) -> None:
    with pytest.raises(GrialError):
        plan(name)


@pytest.mark.parametrize("model", [None, 5, ["crm.lead"], b"crm.lead", True])
def test_a_model_is_named_by_a_text(model: Any) -> None:
    with pytest.raises(UserError):
        plan("read", model=model)


def test_an_unknown_model_is_said_to_be_unknown() -> None:
    with pytest.raises(UnknownName, match=r"crm\.leads"):
        plan("read", model="crm.leads")


@pytest.mark.parametrize(
    ("method", "args", "kwargs", "answer"),
    [
        ("action_open", [[3, 4]], {}, ("action_open", [3, 4])),
        ("action_open", [3], {}, ("action_open", [3])),
        ("action_open", [[3], {"lang": "es_ES"}], {}, ("action_open", [3])),
        ("action_open", [], {"ids": [3]}, ("action_open", [3])),
        ("action_open", [[]], {}, ("action_open", [])),
        ("action_open", [], {}, ("action_open", [])),
        ("has_group", ["base.group_user"], {}, ("has_group", [], "base.group_user")),
        ("has_group", [[2], "base.group_user"], {}, ("has_group", [2], "base.group_user")),
        ("has_group", ["base.group_user", {"lang": "es_ES"}], {}, ("has_group", [], "base.group_user")),
        ("message_post", [[3]], {"body": "x"}, ("message_post", [3], "x", "")),
        ("message_post", [[3], "x", "y"], {}, ("message_post", [3], "x", "y")),
        ("message_post", [], {"ids": [3], "body": "x"}, ("message_post", [3], "x", "")),
        ("check", ["crm.lead", "write"], {}, ("check", [], "crm.lead", "write", True)),
        ("check", ["crm.lead", "write", False], {}, ("check", [], "crm.lead", "write", False)),
        ("set_pair", [5, 6], {}, ("set_pair", [], 5, 6)),
        ("set_pair", [[1], 5, 6], {}, ("set_pair", [1], 5, 6)),
        ("search_stage", [[1], {"a": 1}], {}, ("search_stage", [1], {"a": 1})),
        ("search_stage", [[1], {"a": 1}, {"lang": "es_ES"}], {}, ("search_stage", [1], {"a": 1})),
    ],
)
def test_ids_and_context_are_told_from_arguments(method: str, args: Any, kwargs: Any, answer: Any) -> None:
    assert plan(method, args, kwargs).act(Lead()) == answer


def test_the_context_is_taken_from_its_place_and_filtered() -> None:
    context = {"lang": "es_ES", "su": True, "uid": 1}
    assert plan("action_open", [[3], context]).context == {"lang": "es_ES"}
    assert plan("action_open", [[3]], {"context": context}).context == {"lang": "es_ES"}
    assert plan("search", [[], 0, 5, None, context]).context == {"lang": "es_ES"}


@pytest.mark.case("B23")
@pytest.mark.parametrize(
    ("method", "args", "kwargs"),
    [
        ("action_open", [[3], 5], {}),
        ("action_open", [[3]], {"unknown": 1}),
        ("message_post", [[3], "a", "b", "c"], {}),
        ("has_group", [], {}),
        ("action_open", [[3.5]], {}),
        ("action_open", ["3"], {}),
        ("action_open", [[True]], {}),
    ],
)
def test_arguments_that_do_not_fit_are_refused(method: str, args: Any, kwargs: Any) -> None:
    with pytest.raises(UserError):
        plan(method, args, kwargs)


def test_reading_methods_open_no_writing_transaction() -> None:
    assert not plan("has_group", ["x"]).writes
    assert plan("action_open", [[1]]).writes
    writing = {"create", "write", "unlink", "copy", "name_create", "load"}
    assert {name for name, classic in CLASSIC.items() if classic.writes} == writing


@pytest.mark.case("I23")
def test_what_a_client_sent_is_not_changed_by_a_call_that_runs_again() -> None:
    class Changing(Lead):
        def browse(self, ids: tuple[int, ...]) -> Any:
            return self

        def search_stage(self, values: dict[str, Any]) -> Any:
            values["a"] += 1
            return values["a"]

    call = plan("search_stage", [[1], {"a": 1}])
    assert call.act(Changing()) == 2
    assert call.act(Changing()) == 2
