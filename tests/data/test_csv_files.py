"""CSV data files: headers, links by every name, lines, and errors with their row."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from core.data import LoadOutcome, load_file
from core.errors import DataFileError

if TYPE_CHECKING:
    from core.orm.env import Env


class Loader:
    def __init__(self, env: Env, folder: Path) -> None:
        self.env = env
        self.folder = folder

    def __call__(self, text: str, name: str = "res.partner.csv", **options: Any) -> LoadOutcome:
        (self.folder / name).write_bytes(text.encode("utf-8"))
        return load_file(self.env, "shop", name, **options)

    def ref(self, xmlid: str) -> Any:
        return self.env.ref(xmlid if "." in xmlid else f"shop.{xmlid}")


@pytest.fixture
def load(env: Env, shop: Path) -> Loader:
    return Loader(env, shop)


def test_access_rows_in_the_classic_header(load: Loader) -> None:
    outcome = load(
        "id,name,model_id:id,group_id:id,perm_read,perm_write,perm_create,perm_unlink\r\n"
        "a_user,tags,model_res_partner_category,base.group_user,1,0,0,0\r\n"
        "\r\n"
        '"a_all","all tags",base.model_res_partner_category,,1,1,TRUE,no\r\n',
        "ir.model.access.csv",
    )
    assert [(v.kind, v.line) for v in outcome.verdicts] == [("ok", 2), ("ok", 4)]
    row = load.ref("a_all")
    assert (row.model_id.model, row.group_id.ids, row.perm_create, row.perm_unlink) == (
        "res.partner.category",
        [],
        True,
        False,
    )
    assert load.ref("a_user").group_id == load.ref("base.group_user")


def test_links_by_external_id_database_id_and_name(load: Loader) -> None:
    spain = load.env.ref("base.es")
    load("id,name\ntag_a,Red\ntag_b,Blue\n", "res.partner.category.csv")
    load(
        "\ufeffid,name,country_id/id,category_id/id,is_company,type,credit_limit\n"
        'p1,"Uno, SL",base.es,"tag_a,shop.tag_b",sí,contact,10.50\n'
    )
    load(f'id,name,country_id/.id,category_id,type\np2,Dos,{spain.id},"Red,Blue",invoice\n', "res.partner-two.csv")
    load("id,name,country_id,parent_id:id,type\np3,Tres,Spain,p1,Contact\n", "res.partner-three.csv")
    one, two, three = load.ref("p1"), load.ref("p2"), load.ref("p3")
    assert (one.name, one.is_company, float(one.credit_limit)) == ("Uno, SL", True, 10.5)
    assert one.country_id == two.country_id == three.country_id == spain
    assert one.category_id == two.category_id == load.ref("tag_a") | load.ref("tag_b")
    assert (two.type, three.type, three.parent_id) == ("invoice", "contact", one)


def test_lines_follow_their_record(load: Loader) -> None:
    load(
        "id,name,child_ids/id,child_ids/name,child_ids/country_id/id\nfirm,Firm,x1,Ann,base.es\n,,x2,Ben,\nother,Other,,,\n"
    )
    assert load.ref("x1").parent_id == load.ref("x2").parent_id == load.ref("firm")
    assert load.ref("x1").country_id.code == "ES"
    load("id,name,child_ids/name\nsolo,Solo,Cid\n,,Dan\n", "res.partner-2.csv")
    assert sorted(load.ref("solo").child_ids.mapped("name")) == ["Cid", "Dan"]
    load("id,name,child_ids/name\nsolo,Solo,Cid\n,,Dan\n", "res.partner-2.csv", mode="update")
    assert len(load.ref("solo").child_ids) == 2


def test_an_upgrade_recognises_rows_by_id(load: Loader) -> None:
    load("id,name\nt,one\n", "res.partner.category.csv")
    outcome = load("id,name\nt,two\nu,new\n", "res.partner.category.csv", mode="update")
    assert [verdict.kind for verdict in outcome.verdicts] == ["updated", "ok"]
    assert load.ref("t").name == "two"
    assert outcome.xmlids == {"shop.t", "shop.u"}
    load("name\nnameless\n", "res.partner.category.csv")
    with pytest.raises(DataFileError, match="column id"):
        load("name\nnameless\n", "res.partner.category.csv", mode="update")


@pytest.mark.case("K05")
@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("id,nmae\na,b\n", 1, "Did you mean 'name'"),
        ("id,name/x\na,b\n", 1, "no field of lines"),
        ("id,na me\na,b\n", 1, "no column"),
        ("id,name\na,b,c\n", 2, "3 cells"),
        ("id,name,country_id/id\na,b,base.es\nc,d,base.esp\n", 3, "base.esp"),
        ("id,name,country_id\na,b,Atlantis\n", 2, "Atlantis"),
        ("id,name,type\na,b,nothing\n", 2, "is none of"),
        ("id,name,is_company\na,b,perhaps\n", 2, "neither yes nor no"),
        ("id,name,credit_limit\na,b,much\n", 2, "credit_limit"),
        ("id,.id,name\na,1,b\n", 2, ".id"),
        ("id,name\n\nx1,ok\nx2,\n", 4, "must be filled in"),
        ("", 1, "no header"),
    ],
)
def test_errors_name_the_row(load: Loader, text: str, line: int, reason: str) -> None:
    with pytest.raises(DataFileError) as caught:
        load(text)
    assert str(caught.value).startswith(f"shop/res.partner.csv:{line}: "), str(caught.value)
    assert reason in str(caught.value)


def test_a_tolerant_load_goes_on(load: Loader) -> None:
    outcome = load("id,name,country_id/id\na,A,base.es\nb,B,base.nowhere\nc,C,\n", strict=False)
    assert [verdict.kind for verdict in outcome.verdicts] == ["ok", "rejected", "ok"]
    assert load.ref("c").name == "C"


def test_an_unknown_model_is_named(load: Loader) -> None:
    with pytest.raises(DataFileError, match=r"res\.nobody"):
        load("id,name\na,b\n", "res.nobody.csv")
