import pytest

from core.module.rewriting import FieldRename

LINKS = {
    ("sale.order", "partner_id"): "res.partner",
    ("sale.order", "line_ids"): "sale.line",
    ("res.partner", "parent_id"): "res.partner",
    ("sale.line", "order_id"): "sale.order",
}


@pytest.fixture
def rename():
    return FieldRename("res.partner", "zip_code", "zip", lambda model, field: LINKS.get((model, field), ""))


@pytest.mark.case("K16")
@pytest.mark.parametrize(
    ("model", "before", "after"),
    [
        ("res.partner", "[('zip_code', '=', '28001')]", "[('zip', '=', '28001')]"),
        ("res.partner", '[["zip_code", "in", ["zip_code", "b"]]]', "[['zip', \"in\", [\"zip_code\", \"b\"]]]"),
        ("res.partner", "['|', ('name', '=', 'zip_code'), ('parent_id.zip_code', '!=', False)]",
         "['|', ('name', '=', 'zip_code'), ('parent_id.zip', '!=', False)]"),
        ("sale.order", "[('partner_id.parent_id.zip_code', '=', x)]", "[('partner_id.parent_id.zip', '=', x)]"),
        ("sale.order", "[('zip_code', '=', 1)]", "[('zip_code', '=', 1)]"),
        ("sale.line", "[('order_id.partner_id.zip_code', '=', 1)]", "[('order_id.partner_id.zip', '=', 1)]"),
        ("res.partner", "[('ñandú', '=', 'é'), ('zip_code', '=', 1)]", "[('ñandú', '=', 'é'), ('zip', '=', 1)]"),
        ("res.partner", "[('zip_code', '=', 1),\n ('zip_code', '>', 2)]", "[('zip', '=', 1),\n ('zip', '>', 2)]"),
        ("res.partner", "[('zip_code', '=',", "[('zip_code', '=',"),
        ("res.partner", "[('zip_code_2', '=', 1)]", "[('zip_code_2', '=', 1)]"),
    ],
)  # fmt: skip
def test_domains_follow_a_renamed_field(rename, model, before, after):
    assert rename.domain(model, before) == after


def test_contexts_follow_a_renamed_field(rename):
    before = "{'group_by': ['zip_code', 'date:month'], 'default_zip_code': 'zip_code', 'search_default_zip_code': 1}"
    after = "{'group_by': ['zip', 'date:month'], 'default_zip': 'zip_code', 'search_default_zip': 1}"
    assert rename.context("res.partner", before) == after
    assert rename.context("sale.order", "{'group_by': 'partner_id.zip_code'}") == "{'group_by': 'partner_id.zip'}"
    assert rename.context("sale.order", before) == before


@pytest.mark.case("K16")
def test_views_of_the_model_follow_a_renamed_field(rename):
    before = """<form><field string="A" name="zip_code"/><field name='zip_code_2'/><label name="zip_code"/></form>"""
    after = """<form><field string="A" name="zip"/><field name='zip_code_2'/><label name="zip_code"/></form>"""
    assert rename.view("res.partner", before) == after
    assert rename.view("sale.order", before) == before
