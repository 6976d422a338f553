"""Translations: the catalogue of installed addons, `.po` files, and the texts that extraction finds."""

import os
from pathlib import Path

import pytest
from babel.messages.pofile import read_po as babel_read_po

from core.errors import DataFileError, UserError
from core.kernel.i18n import Catalogue, mark
from core.kernel.po import Message, key_of, merge, read_po, write_po
from core.kernel.terms import broken_places, extract, untranslated

BASE_ES = r"""
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\n"

# A note.
#: models/partner.py
msgid "Customer"
msgstr "Cliente"

msgid "Order"
msgstr "Pedido"

#, fuzzy
msgid "Guess"
msgstr "Adivina"

msgid "Nothing yet"
msgstr ""

msgctxt "verb"
msgid "Order"
msgstr "Pedir"

msgid ""
"Two\n"
"lines, a \"quote\" and a \\ tab\t."
msgstr ""
"Dos\n"
"líneas, unas \"comillas\" y una \\ con tabulador\t."

msgid "One record"
msgid_plural "{n} records"
msgstr[0] "Un registro"
msgstr[1] "{n} registros"

#~ msgid "Gone"
#~ msgstr "Ido"
"""


def addon(root: Path, name: str, **languages: str) -> tuple[str, Path]:
    folder = root / name
    (folder / "i18n").mkdir(parents=True)
    for lang, text in languages.items():
        (folder / "i18n" / f"{lang}.po").write_text(text, "utf-8")
    return name, folder


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    return Catalogue([
        addon(tmp_path, "base", es=BASE_ES, es_MX='msgid "Customer"\nmsgstr "Comprador"\n'),
        addon(tmp_path, "mrp", es='msgid "Order"\nmsgstr "Orden"\n\nmsgid "Two words"\nmsgstr "Dos palabras"'),
        addon(tmp_path, "bare"),
    ])  # fmt: skip


def test_a_text_is_shown_in_the_language_or_in_english(catalogue: Catalogue) -> None:
    assert catalogue.translate("es", "Customer") == "Cliente"
    assert catalogue.translate("es_ES", "Customer") == "Cliente"
    assert catalogue.translate("es_MX", "Customer") == "Comprador"
    assert catalogue.translate("es_MX", "Order") == "Pedido"
    for lang in ("en_US", "fr_FR", "", "../../etc/passwd", "es\0"):
        assert catalogue.translate(lang, "Customer") == "Customer"
    assert catalogue.translate("es", "Unknown") == "Unknown"
    assert catalogue.translate("es", "") == ""


def test_the_addon_that_shows_a_text_decides_then_the_one_nearest_to_base(catalogue: Catalogue) -> None:
    assert catalogue.translate("es", "Order", addon="mrp") == "Orden"
    assert catalogue.translate("es", "Order", addon="base") == "Pedido"
    assert catalogue.translate("es", "Order", addon="bare") == "Pedido"
    assert catalogue.translate("es", "Order") == "Pedido"
    assert catalogue.translate("es", "Customer", addon="mrp") == "Cliente"


def test_a_context_chooses_and_may_be_missing(catalogue: Catalogue) -> None:
    assert catalogue.translate("es", "Order", "verb") == "Pedir"
    assert catalogue.translate("es", "Order", "noun") == "Pedido"


def test_a_text_over_several_lines_of_a_view(catalogue: Catalogue) -> None:
    assert catalogue.translate("es", "Two\n      words") == "Dos palabras"
    assert catalogue.translate("es", "Three\n words") == "Three\n words"


def test_fuzzy_empty_and_obsolete_entries_do_not_count(catalogue: Catalogue) -> None:
    for source in ("Guess", "Nothing yet", "Gone"):
        assert catalogue.find("es", source) is None


def test_languages_and_changed_files(catalogue: Catalogue, tmp_path: Path) -> None:
    assert catalogue.languages() == ("es", "es_MX")
    assert catalogue.translate("es", "Order", addon="mrp") == "Orden"
    path = tmp_path / "mrp" / "i18n" / "es.po"
    path.write_text('msgid "Order"\nmsgstr "Orden de fabricación"', "utf-8")
    os.utime(path, ns=(1, 1))
    assert catalogue.translate("es", "Order", addon="mrp") == "Orden"
    catalogue.refresh()
    assert catalogue.translate("es", "Order", addon="mrp") == "Orden de fabricación"


def test_errors_are_translated_by_a_translator(catalogue: Catalogue) -> None:
    assert UserError("Order").translated(catalogue.translator("es", "mrp")) == "Orden"
    assert mark("Order") == "Order"


def test_reading_agrees_with_babel(tmp_path: Path) -> None:
    _, folder = addon(tmp_path, "base", es=BASE_ES)
    path = folder / "i18n" / "es.po"
    wanted = {}
    with path.open("rb") as file:
        for message in babel_read_po(file):
            if message.id and message.string and not message.fuzzy:
                ids = message.id if isinstance(message.id, tuple) else (message.id,)
                texts = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
                for source, text in zip(ids, texts, strict=True):
                    if text:
                        wanted[key_of(source, message.context or "")] = text
    assert read_po(path) == wanted
    assert len(wanted) == 6


def test_a_file_is_read_once_until_it_changes(tmp_path: Path) -> None:
    path = tmp_path / "es.po"
    write_po(
        path,
        [Message(f"A message with the number {number}", (f"models/x{number}.py:1",)) for number in range(2000)],
        "es",
    )
    path.write_text(path.read_text("utf-8").replace('msgstr ""', 'msgstr "Un texto"'), "utf-8")
    read = read_po(path)
    assert len(read) == 2000
    assert read_po(path) is read
    path.write_text(path.read_text("utf-8").replace("Un texto", "Otro texto"), "utf-8")
    assert set(read_po(path).values()) == {"Otro texto"}


def test_writing_keeps_translations_and_drops_what_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "i18n" / "es.po"
    messages = [
        Message("Customer", ("b.py:3", "a.xml:9")),
        Message("Order", ("a.py:1",), "verb"),
        Message("New", ("c.py:1",)),
    ]
    assert write_po(path, messages, "es") == (3, 3)
    text = path.read_text("utf-8")
    assert "#: a.xml b.py" in text
    assert '"Language: es\\n"' in text
    path.write_text(
        text.replace('msgid "Customer"\nmsgstr ""', 'msgid "Customer"\nmsgstr "Clienté\\n"').replace(
            'msgid "Order"\nmsgstr ""', 'msgid "Order"\nmsgstr "Pedir"'
        ),
        "utf-8",
    )
    assert write_po(path, messages[:2], "es") == (2, 0)
    assert read_po(path) == {"Customer": "Clienté\n", key_of("Order", "verb"): "Pedir"}
    before = path.read_bytes()
    write_po(path, messages[:2], "es")
    assert path.read_bytes() == before
    assert write_po(tmp_path / "template.pot", messages) == (3, 3)
    assert "Clienté" not in (tmp_path / "template.pot").read_text("utf-8")


def test_merging_gathers_places() -> None:
    assert merge([Message("a", ("x:1",)), Message("b"), Message("a", ("y:2", "x:1")), Message("a", (), "c")]) == [
        Message("a", ("x:1", "y:2")),
        Message("b"),
        Message("a", (), "c"),
    ]


PYTHON = '''
from core import Model, fields
STATES = {"draft": "Draft state", "done": "Done state"}

class Visit(Model):
    """Not for people."""
    _name = "x.visit"
    _description = "Visit"
    name = fields.Char("Subject of visit", help="What it is about.", translate=True)
    code = fields.Char("Code")
    date_open = fields.Date()
    partner_id = fields.Many2one("res.partner", "Visited partner", ondelete="cascade")
    line_ids = fields.One2many(lambda: Line, "visit_id", "Visit lines")
    tag_ids: fields.Many2many[object] = fields.Many2many("x.tag", string="Visit tags")
    kind = fields.Selection("Kind of visit", {"a": "First kind", "b": "Second kind"}, default="a")
    state = fields.Selection("State of visit", STATES)
    old = fields.Selection("Old way", [("x", "Pair label")])
    city = fields.Related("partner_id.city")
    lost = fields.Option(State, "lost", "Lost visit", after="done")
    _order_check = fields.Check("a >= b", "The end lies before the start.")
    _code_unique = fields.Unique("code", message="There is one visit a code.")

    def action(self):
        if not self:
            raise UserError("Choose a "
                            "visit.")
        raise errors.ValidationError("A good one" if self else "A bad one", name="not this")
        raise ValueError("for developers")
        return self.env._("Well done, {name}", name="no"), _("Short form"), mark("Marked"), _(variable), "plain"
'''

XML = """<?xml version="1.0" encoding="utf-8"?>
<openerp><data>
  <record id="a" model="x.visit">
    <field name="name">First visit</field>
    <field name="code">Not translated</field>
    <field name="ref" eval="1">No</field>
  </record>
  <record id="p" model="res.partner"><field name="name">Some Company</field></record>
  <record id="s" model="crm.stage"><field name="name">Stage name</field><field name="color">No color</field></record>
  <record id="v" model="ir.ui.view">
    <field name="name">x.visit.form</field>
    <field name="arch" type="xml">
      <form string="Visit form"><group string="Group title" name="technical">
        <field name="name" placeholder="Type here" attrs="{'invisible': [('a', '=', 'b')]}"/>
        <label string="A label"/>Tail text <b>bold text</b>
        <button name="go" string="Go now" confirm="Are you sure?" help="Starts it"/>
        <field name="amount" sum="Total amount"/>
        <p>Over
           two lines</p><p>123 %</p>
        <script>var no = 1;</script>
      </group></form>
    </field>
  </record>
  <view id="i" inherit="x.v">
    <xpath expr="//field[@name='x']" position="attributes"><attribute name="string">New label</attribute>
    <attribute name="invisible">state == 'no'</attribute></xpath>
  </view>
  <menuitem id="m" name="A menu"/>
  <act_window id="w" name="A window" res_model="x.visit"/>
  <action id="x" name="An action" model="x.visit"><help><p>Make the first one.</p></help></action>
  <report id="r" name="technical.name" string="A report" model="x.visit"/>
  <workflow id="wf" model="x.visit"><transition name="close" string="Close it"/></workflow>
  <record id="w2" model="ir.actions.act_window"><field name="help" type="html"><p>Html help</p></field></record>
</data></openerp>
"""


@pytest.fixture
def visits(tmp_path: Path) -> Path:
    folder = tmp_path / "visits"
    files = {
        "__manifest__.py": '{"name": "Visits", "version": "1.0", "summary": "All visits", "depends": ["base"]}',
        "models/visit.py": PYTHON,
        "views/visit.xml": XML,
        "data/x.visit.csv": "id,name,code\nv1,Csv visit,Csv code\nv2,,\n",
        "data/res.partner.csv": "id,name\np1,Csv company\n",
        "reports/letter.html": "<p>{{ _('Dear customer') }} {{ _(\"It's {day}\", day=o.day) }} {{ o_('no') }}</p>",
        "tests/test_visit.py": '_("Only in a test")',
        "static/app.txt": '_("Static")',
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


FOUND_IN = {
    "__manifest__.py": {"Visits", "All visits"},
    "models/visit.py": {
        "Visit", "Subject of visit", "What it is about.", "Code", "Date Open", "Visited partner", "Visit lines",
        "Visit tags", "Kind of visit", "First kind", "Second kind", "State of visit", "Draft state", "Done state",
        "Old way", "Pair label", "Lost visit", "The end lies before the start.", "There is one visit a code.",
        "Choose a visit.", "A good one", "A bad one", "Well done, {name}", "Short form", "Marked",
    },
    "views/visit.xml": {
        "First visit", "Stage name", "Visit form", "Group title", "Type here", "A label", "Tail text", "bold text",
        "Go now",
        "Are you sure?", "Starts it", "Total amount", "Over two lines", "New label", "A menu", "A window", "An action",
        "Make the first one.", "A report", "Close it", "Html help",
    },
    "data/x.visit.csv": {"Csv visit"},
    "reports/letter.html": {"Dear customer", "It's {day}"},
}  # fmt: skip


def test_extraction_finds_what_people_read_and_nothing_else(visits: Path) -> None:
    found: dict[str, set[str]] = {}
    for message in extract(visits):
        for place in message.places:
            found.setdefault(place.rpartition(":")[0], set()).add(message.source)
    assert found == FOUND_IN


def test_extraction_with_the_fields_of_a_registry(visits: Path) -> None:
    sources = {message.source for message in extract(visits, {"x.visit": {"code"}, "res.partner": {"name"}})}
    assert {"Not translated", "Csv code", "Some Company", "Csv company"} <= sources
    assert not {"First visit", "Stage name", "Csv visit"} & sources


def test_places_have_lines(visits: Path) -> None:
    places = {message.source: message.places for message in extract(visits)}
    assert places["Visit"] == ("models/visit.py:8",)
    assert places["A menu"] == ("views/visit.xml:28",)
    assert places["Csv visit"] == ("data/x.visit.csv:2",)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("models/a.py", "def ("),
        ("views/a.xml", "<data>"),
        ("views/a.xml", "<!DOCTYPE x [<!ENTITY a 'b'>]><data>&a;</data>"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(visits: Path, name: str, text: str) -> None:
    (visits / name).write_text(text, "utf-8")
    with pytest.raises(DataFileError, match=name):
        extract(visits)


def test_what_is_not_translated_yet(visits: Path) -> None:
    path = visits / "i18n" / "es.po"
    total, missing = write_po(path, extract(visits), "es")
    assert total == missing == len(untranslated(visits, "es"))
    path.write_text('msgid "Visit"\nmsgstr "Visit"\n', "utf-8")
    left = {message.source for message in untranslated(visits, "es")}
    assert len(left) == total - 1
    assert "Visit" not in left


def test_a_lost_place_is_found() -> None:
    pairs = [("{a} of {b}", "{b} y {a}"), ("{a} x", "{c} x"), ("{a}", "nada"), ("no", "{a}"), ("{ a }", "{a b}")]
    assert broken_places(pairs) == pairs[1:4]
