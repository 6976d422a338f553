"""Hooks: typed specs of one addon, answered by others, each database with its own answers."""

import sys
from collections.abc import Iterator
from types import ModuleType

import pytest

from core.errors import GrialError, UnknownName, UserError
from core.kernel import hookspecs, trace
from core.kernel.hooks import HookManager, addon_of, hookspec

SPECS = '''
from core.kernel.hooks import hookspec

@hookspec
def claim_closed(claims: list[str], reason: str = "solved") -> int:
    """Claims have been closed."""
    raise NotImplementedError

@hookspec(firstresult=True)
def price_of(product: str) -> int:
    """The price of a product; the first answer counts."""
    raise NotImplementedError
'''


@pytest.fixture
def addon() -> Iterator[object]:
    """`addon("claim", "hookspecs", source)` makes the module addons.claim.hookspecs."""
    made = []

    def make(name: str, part: str, source: str) -> ModuleType:
        module = ModuleType(f"addons.{name}.{part}")
        sys.modules[module.__name__] = module
        made.append(module.__name__)
        exec(source, module.__dict__)  # noqa: S102  # a module of the test's own making
        return module

    yield make
    for name in made:
        del sys.modules[name]


@pytest.fixture
def manager(addon) -> HookManager:
    hooks = HookManager()
    hooks.register("claim", addon("claim", "hookspecs", SPECS))
    return hooks


def spec(name: str):
    return getattr(sys.modules["addons.claim.hookspecs"], name)


ANSWER = """
from core.kernel.hooks import hookimpl
from addons.claim.hookspecs import claim_closed

@hookimpl(claim_closed)
def thank(claims, reason):
    return len(claims + [reason])
"""


def test_installed_addons_answer_and_the_topmost_first(manager, addon) -> None:
    manager.register("claim_mail", addon("claim_mail", "hooks", ANSWER))
    source = "from core.kernel.hooks import hookimpl\n@hookimpl\ndef claim_closed(claims): return 7"
    manager.register("claim_sla", addon("claim_sla", "hooks", source))
    assert manager.fire(spec("claim_closed"), ["a", "b"]) == [7, 3]
    assert manager.fire(spec("claim_closed"), ["a", "b"], reason="late") == [7, 3]
    assert manager.fire(spec("claim_closed"), claims=[]) == [7, 1]


def test_an_answer_of_none_is_left_out_and_order_can_be_asked_for(manager, addon) -> None:
    for name, order, value in (
        ("one", "trylast=True", 1),
        ("two", "tryfirst=True", 2),
        ("three", "", 3),
        ("four", "", None),
    ):
        source = f"from core.kernel.hooks import hookimpl\n@hookimpl({order})\ndef claim_closed(): return {value}"
        manager.register(name, addon(name, "hooks", source))
    assert manager.fire(spec("claim_closed"), []) == [2, 3, 1]
    assert [name for name, _ in manager.implementations(spec("claim_closed"))] == ["two", "four", "three", "one"]


def test_the_first_result_ends_the_round(manager, addon) -> None:
    assert manager.fire(spec("price_of"), "chair") == []
    for name, value in (("low", 1), ("high", 2), ("silent", None)):
        source = f"from core.kernel.hooks import hookimpl\n@hookimpl\ndef price_of(product): return {value}"
        manager.register(name, addon(name, "hooks", source))
    assert manager.fire(spec("price_of"), "chair") == [2]


def test_each_database_has_its_own_answers(manager, addon) -> None:
    other = HookManager()
    other.register("claim", sys.modules["addons.claim.hookspecs"])
    manager.register("claim_mail", addon("claim_mail", "hooks", ANSWER))
    assert manager.fire(spec("claim_closed"), []) == [1]
    assert other.fire(spec("claim_closed"), []) == []


def test_an_unregistered_addon_answers_no_more(manager, addon) -> None:
    manager.register("claim_mail", addon("claim_mail", "hooks", ANSWER))
    manager.unregister("claim_mail")
    assert manager.fire(spec("claim_closed"), []) == []
    manager.unregister("claim")
    assert {one.addon for one in manager.specs()} == {"core"}


def test_two_addons_may_use_one_hook_name(manager, addon) -> None:
    source = 'from core.kernel.hooks import hookspec\n@hookspec\ndef price_of(x):\n    """Another."""'
    manager.register("sale", addon("sale", "hookspecs", source))
    assert {"claim.price_of", "sale.price_of"} <= {one.qualified for one in manager.specs()}
    module = addon("shop", "hooks", "from core.kernel.hooks import hookimpl\n@hookimpl\ndef price_of(x): return 1")
    with pytest.raises(GrialError, match=r"claim\.price_of, sale\.price_of"):
        manager.register("shop", module)


@pytest.mark.case("K23")
def test_a_failing_hook_names_its_addon_and_reaches_the_caller(manager, addon) -> None:
    source = (
        "from core.kernel.hooks import hookimpl\nfrom core.errors import UserError\n"
        "@hookimpl\ndef claim_closed(claims): raise UserError('No {x}.', x=claims)"
    )
    manager.register("claim_mail", addon("claim_mail", "hooks", source))
    with pytest.raises(UserError) as failure:
        manager.fire(spec("claim_closed"), [1])
    assert failure.value.__notes__ == ["raised by the addon claim_mail, which answers the hook claim.claim_closed"]


@pytest.mark.parametrize(
    ("source", "error", "says"),
    [
        ("@hookimpl\ndef claim_close(claims): ...", UnknownName, "Did you mean claim_closed"),
        ("@hookimpl\ndef claim_closed(claim): ...", GrialError, "claim_mail answers the hook claim.claim_closed"),
        ("@hookimpl\ndef claim_closed(*claims): ...", GrialError, "it has claims, reason"),
    ],
)
def test_a_wrong_implementation_is_refused_when_it_is_registered(manager, addon, source, error, says) -> None:
    module = addon("claim_mail", "hooks", f"from core.kernel.hooks import hookimpl\n{source}")
    with pytest.raises(error, match=says):
        manager.register("claim_mail", module)


def test_a_spec_has_ordinary_arguments_only() -> None:
    def scattered(*claims: str) -> None: ...

    with pytest.raises(TypeError, match="scattered has an argument"):
        hookspec(scattered)


def test_a_call_without_its_arguments_fails_like_a_function(manager, addon) -> None:
    manager.register("claim_mail", addon("claim_mail", "hooks", ANSWER))
    for arguments in ((), ([], "a", "b")):
        with pytest.raises(TypeError):
            manager.fire(spec("claim_closed"), *arguments)


def test_the_page_of_hooks_has_signature_text_and_answers(manager, addon) -> None:
    manager.register("claim_mail", addon("claim_mail", "hooks", ANSWER))
    row = next(row for row in manager.document() if row.name == "claim_closed")
    assert row.addon == "claim"
    assert row.signature == "claim_closed(claims: list[str], reason: str = 'solved') -> int"
    assert row.doc == "Claims have been closed."
    assert row.implementations == ("claim_mail.thank",)


def test_every_hook_of_core_is_documented() -> None:
    rows = list(HookManager().document())
    assert {row.name for row in rows} == {
        name for name in vars(hookspecs) if name.islower() and not name.startswith("_")
    } - {
        "annotations",
        "hookspec",
    }
    assert all(len(row.doc) > 20 and row.addon == "core" for row in rows)


def test_the_trace_shows_each_call(manager, addon, capsys) -> None:
    manager.register("claim_mail", addon("claim_mail", "hooks", ANSWER))
    trace.configure({"hooks"})
    try:
        manager.fire(spec("claim_closed"), [])
        manager.fire(spec("price_of"), "x")
    finally:
        trace.configure(())
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith("[hooks] claim.claim_closed -> claim_mail.thank")
    assert first.endswith("= 1")
    assert second == "[hooks] claim.price_of: nobody answers"


def test_the_addon_of_a_module() -> None:
    assert addon_of("addons.claim.hooks") == "claim"
    assert addon_of("core.kernel.hookspecs") == "core"
