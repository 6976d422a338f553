from itertools import permutations
from pathlib import Path

import pytest

from core.errors import GrialError, UnknownName, UserError
from core.module.finder import Shelf
from core.module.graph import bridges, closure, dependants, in_order
from core.module.manifest import Manifest


def shelf(*, broken=(), **depends):
    """Addons by what they need; a name ending in _ is a bridge, one starting with no_ is not installable."""
    manifests = {}
    for name, needs in depends.items():
        addon = name.rstrip("_")
        manifests[addon] = Manifest(
            addon,
            Path("/addons") / addon,
            depends=tuple(needs.split()),
            auto_install=name.endswith("_"),
            installable=not name.startswith("no_"),
        )
    return Shelf(manifests, {name: GrialError("its manifest is bad") for name in broken})


def test_dependencies_come_first_then_names():
    depends = {"base": (), "zoo": ("base",), "claim": ("zoo", "crm"), "crm": ("base",), "art": ("base",)}
    wanted = ["base", "art", "crm", "zoo", "claim"]
    for names in permutations(depends):
        assert in_order(names, depends) == wanted


def test_other_addons_never_change_the_order_of_two():
    depends = {"base": (), "b": ("base", "z"), "z": ("base",), "c": ("base",), "a": ("z", "c")}
    whole = in_order(depends, depends)
    for names in (["base", "b", "z", "c"], ["base", "z", "c", "a"], ["base", "z", "c"]):
        assert in_order(names, depends) == [name for name in whole if name in names]


@pytest.mark.case("K02")
@pytest.mark.parametrize(
    ("depends", "circle"),
    [
        ({"b": ("c",), "c": ("b",), "base": ()}, "b → c → b"),
        ({"a": ("e",), "b": ("a",), "c": ("b",), "d": ("c",), "e": ("d",)}, "a → e → d → c → b → a"),
    ],
)
def test_a_circle_is_named(depends, circle):
    with pytest.raises(UserError, match=circle):
        in_order(depends, depends)


def test_the_closure_holds_every_dependency():
    assert closure(shelf(base="", crm="base", claim="crm"), ["claim"]) == {"base", "crm", "claim"}


@pytest.mark.case("K02")
def test_a_missing_dependency_is_named_with_its_chain():
    with pytest.raises(UserError) as refused:
        closure(shelf(base="", crm="base sael", sale="base", claim="crm"), ["claim"])
    assert "claim → crm → sael" in str(refused.value)
    assert "Did you mean sale?" in str(refused.value)


@pytest.mark.case("K02")
def test_a_broken_dependency_is_named_with_its_reason():
    with pytest.raises(UserError, match="claim → crm cannot be installed: its manifest is bad"):
        closure(shelf(base="", claim="crm", broken=["crm"]), ["claim"])


def test_an_addon_marked_as_not_installable_is_refused():
    with pytest.raises(UserError, match="not installable"):
        closure(shelf(base="", no_crm="base"), ["no_crm"])


def test_bridges_join_when_the_last_addon_they_need_is_new():
    found = shelf(
        base="", sale="base", stock="base", sale_stock_="sale stock", sale_stock_mail_="sale_stock mail", mail="base"
    )
    assert bridges(found, ["base", "sale"], ["stock"]) == {"sale_stock"}
    assert bridges(found, ["base", "sale", "mail"], ["stock"]) == {"sale_stock", "sale_stock_mail"}


def test_a_bridge_that_was_removed_on_purpose_stays_away():
    found = shelf(base="", sale="base", stock="base", sale_stock_="sale stock", crm="base")
    assert bridges(found, ["base", "sale", "stock"], ["crm"]) == set()


def test_dependants_are_found_through_others():
    depends = {"base": (), "crm": ("base",), "claim": ("crm",), "faq": ("claim",), "sale": ("base",)}
    assert dependants(["crm"], depends, depends) == {"claim", "faq"}
    assert dependants(["crm"], depends, {"claim"}) == {"claim"}


def test_an_older_name_finds_the_addon():
    found = Shelf({"claim": Manifest("claim", Path("/addons/claim"))}, aliases={"crm_claim": "claim"})
    assert found.resolve("crm_claim") == "claim"
    with pytest.raises(UnknownName, match="Did you mean claim"):
        found.resolve("claims")
