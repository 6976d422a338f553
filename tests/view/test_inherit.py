"""View inheritance: every position, both kinds of locators, and errors that say where and what was meant."""

from __future__ import annotations

import pytest

from core.errors import DataFileError
from core.kernel.finding import Finding
from core.view.inherit import apply
from core.view.markup import Origin, arch_text, parse_arch, strip

BASE = """<form string="Claim" version="7.0">
  <header><button name="close" type="object"/></header>
  <sheet>
    <group string="Main" name="main">
      <field name="name"/>
      <field name="partner_id"/>
    </group>
    <notebook>
      <page string="Lines" name="lines"><field name="line_ids"><tree><field name="amount"/></tree></field></page>
    </notebook>
  </sheet>
</form>"""


def extended(*specs: str, base: str = BASE, warnings: list[Finding] | None = None) -> str:
    root = parse_arch(base)
    for spec in specs:
        place = Origin("shop.claim_form", "shop/views/claim.xml", 40)
        root = apply(root, parse_arch(spec, place), place, warnings)
    strip(root)
    return " ".join(arch_text(root).split()).replace("> <", "><")


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        (
            '<field name="name" position="after"><field name="code"/></field>',
            '<field name="name"/><field name="code"/>',
        ),
        (
            '<field name="name" position="before"><field name="code"/></field>',
            '<field name="code"/><field name="name"/>',
        ),
        (
            '<group name="main" position="inside"><field name="code"/></group>',
            '<field name="partner_id"/><field name="code"/></group>',
        ),
        ('<group name="main"><field name="code"/></group>', '<field name="partner_id"/><field name="code"/></group>'),
        (
            '<field name="name" position="replace"><field name="title"/><newline/></field>',
            '<field name="title"/><newline/><field name="partner_id"/>',
        ),
        (
            '<field name="name" position="replace"><div class="box">$0</div></field>',
            '<div class="box"><field name="name"/></div>',
        ),
        (
            '<field name="name" position="attributes"><attribute name="required">1</attribute></field>',
            '<field name="name" required="1"/>',
        ),
        (
            '<group name="main" position="attributes"><attribute name="string"/></group>',
            '<group name="main"><field name="name"/>',
        ),
        (
            '<field name="name" position="before"><field name="partner_id" position="move"/></field>',
            '<group string="Main" name="main"><field name="partner_id"/><field name="name"/></group>',
        ),
    ],
)
def test_each_position(spec: str, expected: str) -> None:
    assert expected in extended(spec)


def test_replacing_with_nothing_removes() -> None:
    assert "partner_id" not in extended('<field name="partner_id" position="replace"/>')


def test_replacing_the_root() -> None:
    assert extended('<form position="replace"><form><field name="name"/></form></form>') == (
        '<form><field name="name"/></form>'
    )


def test_text_after_a_removed_element_stays() -> None:
    base = "<form><p>before <b>bold</b> after</p></form>"
    assert extended('<b position="replace"/>', base=base) == "<form><p>before after</p></form>"


@pytest.mark.parametrize(
    "expr",
    [
        "//field[@name='name']",
        "/form/sheet/group[1]/field",
        "//group[@string='Main']/field[@name='name']",
        "//page/ancestor::form//field[last()]/../field[1] | //group/field[1]",
        "//field[@name='partner_id']/preceding-sibling::field",
        "//*[hasclass('none')] | //field[@name='name' or @name='title']",
        "//group[field[@name='partner_id']]/field[position()=1]",
        "//group[contains(@string, 'Mai')]/field[not(@widget)]",
        "//field[@name='line_ids']/../../../group/field",
    ],
)
def test_xpath_locates_the_first_match(expr: str) -> None:
    spec = f'<xpath expr="{expr}" position="replace"><label string="here"/></xpath>'
    assert '<label string="here"/><field name="partner_id"/>' in extended(spec)


def test_tree_and_list_are_one_name() -> None:
    assert '<field name="qty"/></tree>' in extended('<xpath expr="//list"><field name="qty"/></xpath>')
    base = "<list><field name='a'/></list>"
    assert '<field name="b"/>' in extended('<tree><field name="b"/></tree>', base=base)
    assert '<field name="b"/>' in extended('<xpath expr="/tree/field"><field name="b"/></xpath>', base=base)


def test_a_bare_tag_means_the_first_such_element() -> None:
    assert '<notebook><page string="Lines"' in extended("<notebook><page string='More'/></notebook>")
    assert extended("<notebook><page string='More'/></notebook>").count('<page string="More"/></notebook>') == 1


def test_several_roots_comments_and_a_wrapper() -> None:
    specs = """<!-- first --> <field name="name" position="after"><field name="one"/></field>
      <!-- second --> <field name="one" position="after"><field name="two"/></field>"""
    expected = '<field name="name"/><field name="one"/><field name="two"/>'
    assert expected in extended(specs)
    assert expected in extended(f"<data>{specs}</data>")


def test_a_position_on_what_is_brought_in_is_inert() -> None:
    spec = '<notebook><page string="New" position="inside"><field name="name" position="replace"/></page></notebook>'
    found = extended(spec)
    assert '<page string="New"><field name="name"/></page>' in found
    assert found.count('<field name="name"/>') == 2


def test_words_are_added_to_and_removed_from_attributes() -> None:
    spec = """<button name="close" position="attributes">
      <attribute name="class" add="oe_highlight big"/><attribute name="groups" add="base.group_user" remove="x.y"/>
    </button>"""
    assert 'class="oe_highlight big" groups="base.group_user"' in extended(spec)
    again = '<button name="close" position="attributes"><attribute name="class" remove="big"/></button>'
    assert 'class="oe_highlight"' in extended(spec, again)


def test_another_version_is_a_warning() -> None:
    warnings: list[Finding] = []
    extended('<field name="name" version="6.1" position="after"><newline/></field>', warnings=warnings)
    assert [(w.code, w.line, w.severity) for w in warnings] == [("view-version", 40, "warning")]


def test_what_cannot_be_located_names_view_file_line_and_the_nearest() -> None:
    with pytest.raises(DataFileError) as caught:
        extended('<data>\n\n<field name="partner" position="after"/></data>')
    text = str(caught.value)
    assert text.startswith("shop/views/claim.xml:42: ")
    assert "shop.claim_form" in text
    assert '<field name="partner">' in text
    assert '<field name="partner_id"> at line 6' in text


def test_an_xpath_that_finds_nothing_suggests_too() -> None:
    with pytest.raises(DataFileError, match=r'<page string="Lines"> at line 9'):
        extended("""<xpath expr="//page[@string='Line']" position="after"/>""")


@pytest.mark.case("D10")
@pytest.mark.parametrize(
    "expr",
    [
        "",
        "//field[",
        "//*[//*[//*]]",
        "//field[$x]",
        "document('x')",
        "//field[count(//*) > 1]",
        "//*" * 20,
        "id('x')",
        "//a/following::a",
    ],
)
def test_costly_and_foreign_xpath_is_refused(expr: str) -> None:
    with pytest.raises(DataFileError, match="bad locator"):
        extended(f'<xpath expr="{expr}" position="after"/>')


@pytest.mark.case("D10")
def test_xpath_works_on_a_large_view_where_it_is_allowed() -> None:
    wide = "<form>" + "<group><field name='x'/></group>" * 2000 + "</form>"
    rows = "<form>" + ("<group>" + "<field name='x'/>" * 250 + "</group>") * 16 + "</form>"
    deep = "<form>" + "<group>" * 50 + "<field name='x'/>" * 4000 + "</group>" * 50 + "</form>"
    for expr in ("//group[.//field[@name='y']] | //field[last()]", "//*//*//*", "//field/ancestor::form"):
        for base in (wide, rows, deep):
            extended(f'<xpath expr="{expr}" position="inside"/>', base=base)
    extended('<xpath expr="//field/following-sibling::field" position="inside"/>', base=rows)
    with pytest.raises(DataFileError, match="more than 300 children"):
        extended('<xpath expr="//field[not(preceding-sibling::field)]" position="inside"/>', base=deep)


@pytest.mark.parametrize(
    "spec",
    [
        '<field name="name" position="around"/>',
        '<field name="name" position="attributes"><field name="x"/></field>',
        '<form position="replace"/>',
        '<group name="main"><form position="move"/></group>',
    ],
)
def test_senseless_specifications_are_refused(spec: str) -> None:
    with pytest.raises(DataFileError, match=r"shop\.claim_form"):
        extended(spec)


@pytest.mark.case("D01", "D02", "D03")
@pytest.mark.parametrize(
    "arch",
    [
        "<!DOCTYPE form><form/>",
        '<!DOCTYPE f [<!ENTITY a SYSTEM "file:///etc/passwd">]><form string="&a;"/>',
        '<form xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="/etc/passwd"/></form>',
        "<form",
        "<form><b></form>",
        '<form a="1" a="2"/>',
        "&unknown;",
        "<form>" + "<group>" * 300 + "</group>" * 300 + "</form>",
    ],
)
def test_what_is_no_plain_xml_is_refused(arch: str) -> None:
    with pytest.raises(DataFileError):
        parse_arch(arch, "x.y")
