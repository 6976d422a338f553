"""Addons that cannot work are refused with the reason; one that breaks later never keeps people from their database."""

import logging
import textwrap

import pytest

from core.errors import GrialError, UserError

MODEL = """
class Thing(Model):
    _name = "x.thing"
    _description = "Thing"
    name = fields.Char("Name")
    a = fields.Integer("A")
"""

PARTNER = """
from addons.base.models.all import Partner

class More(Partner, extend=True):
"""


def in_thing(text):
    return MODEL + textwrap.indent(textwrap.dedent(text), "    ")


def in_partner(text):
    return PARTNER + textwrap.indent(textwrap.dedent(text), "    ")


BAD = {
    "name of a model": (MODEL.replace("x.thing", "X Thing; drop"), "'X Thing; drop' cannot be the name of a model"),
    "long name of a model": (MODEL.replace("x.thing", "x." + "l" * 70), "up to 63"),
    "name of a field": (in_thing("Größe = fields.Char('Size')"), "x.thing: 'Größe' cannot be the name of a field"),
    "option of a field": (
        in_thing("b = fields.Char('B', requird=True)"),
        "Thing.b: a Char has no option requird. Did you mean required?",
    ),
    "option of an own kind": (
        "class Code(fields.Char):\n    def __init__(self, string='', *, prefix='', **options):\n"
        "        super().__init__(string, prefix=prefix, **options)\n"
        + in_thing("b = Code('B', prefix='x', fold=True)\nc = Code('C', prefx='y')"),
        "Thing.c: a Code has no option prefx. Did you mean prefix?",
    ),
    "option of a related field": (
        in_thing("b = fields.Related('create_uid.name', string='B', stored=True)"),
        "Thing.b: a RelatedField has no option stored. Did you mean store?",
    ),
    "long name of a field": (in_thing(f"{'f' * 60} = fields.Char('Long')"), "up to 58"),
    "field named as a method": (in_thing("search = fields.Char('Search')"), "every record has something of that name"),
    "table of two models": (
        MODEL.replace("x.thing", "x.y_z") + MODEL.replace("x.thing", "x_y.z").replace("Thing(", "Other("),
        "x.y_z would share the table x_y_z",
    ),
    "order": (in_thing("_order = 'nothing desc'"), "The order 'nothing desc' of x.thing names no field"),
    "default": (in_thing("b = fields.Integer('B', default='many')"), "The default of x.thing.b"),
    "circle of computes": (
        in_thing("""
            b = fields.Integer("B")
            c = fields.Integer("C")
            @b.compute("c")
            def _compute_b(self): ...
            @c.compute("d")
            def _compute_c(self): ...
            d = fields.Integer("D")
            @d.compute("b", store=False)
            def _compute_d(self): ...
        """),
        "in a circle: x.thing.",
    ),
    "override": (
        in_partner("def write(self):\n    return True"),
        "res.partner: write(self) of addons.bad.models.m does",
    ),
    "override with more": (in_partner("def unlink(self, really):\n    return True"), "missing a required argument"),
    "compute that fails": (
        in_partner("""
            boom = fields.Integer("Boom")
            @boom.compute("name")
            def _compute_boom(self):
                1 / 0
        """),
        "bad/models/m.py:10: ZeroDivisionError: division by zero",
    ),
}


@pytest.mark.case("C07", "H14", "K07")
@pytest.mark.parametrize("kind", BAD)
def test_what_cannot_work_is_refused(garden, kind):
    source, reason = BAD[kind]
    garden.create()
    garden.write(lambda env: env["res.partner"].create({"name": "Ana"}).id)
    before = garden.schema(), garden.counts(), garden.rows()
    garden.folder.write_files(
        "bad", {"__manifest__.py": "{}", "models/m.py": "from core import Model, fields\n" + source}
    )
    with pytest.raises(GrialError) as refused:
        garden.install("bad")
    assert reason in str(refused.value)
    assert (garden.schema(), garden.counts(), garden.rows()) == before


@pytest.mark.case("K07")
@pytest.mark.parametrize(
    "override",
    [
        "def write(self, vals):\n    return super().write(vals)",
        "def write(self, *args, **kwargs):\n    return super().write(*args, **kwargs)",
        "def search(self, domain=(), offset=0, limit=None, order=None, more=1):\n"
        "    return super().search(domain, offset=offset, limit=limit, order=order)",
    ],
)
def test_an_override_may_take_more_and_name_it_differently(garden, override):
    garden.create()
    source = "from core import Model, fields\n" + in_partner(override)
    garden.folder.write_files("fine", {"__manifest__.py": "{}", "models/m.py": source})
    garden.install("fine")
    partner = garden.write(lambda env: env["res.partner"].create({"name": "Ana"}).id)
    garden.write(lambda env: env["res.partner"].browse(partner).write({"name": "Eva"}))
    assert garden.read(lambda env: env["res.partner"].search([("name", "=", "Eva")]).ids) == [partner]


HOOK = """
from core import hookimpl

@hookimpl
def {hook}({arguments}):
    raise ValueError("a mistake")
"""


@pytest.mark.case("K23")
def test_a_hook_that_fails_undoes_the_installation_and_is_named(garden):
    garden.create()
    source = HOOK.format(hook="addon_installed", arguments="env, name")
    garden.folder.write_files("bad", {"__manifest__.py": "{}", "hooks.py": source})
    with pytest.raises(UserError, match=r"nothing was changed: bad/hooks.py:6: ValueError: a mistake"):
        garden.install("bad")
    assert not garden.rows()["bad"].installed if "bad" in garden.rows() else True


def test_a_hook_that_fails_when_the_registry_is_loaded_keeps_nobody_out(garden, caplog):
    garden.create()
    source = HOOK.format(hook="registry_loaded", arguments="registry")
    garden.folder.write_files("bad", {"__manifest__.py": "{}", "hooks.py": source})
    with caplog.at_level(logging.CRITICAL, "core.module.registries"):
        garden.install("bad")
        garden.registries.forget("shop")
        assert garden.read(lambda env: env["res.partner"].search_count([])) == 0
        assert garden.uninstall("bad").removed == ["bad"]


def test_an_addon_whose_goodbye_fails_can_be_removed(garden):
    garden.create()
    source = HOOK.format(hook="addon_uninstalled", arguments="env, name")
    garden.folder.write_files("bad", {"__manifest__.py": "{}", "hooks.py": source})
    garden.install("bad")
    outcome = garden.uninstall("bad")
    assert outcome.removed == ["bad"]
    assert "bad/hooks.py:6: ValueError: a mistake" in outcome.messages[0]


def test_an_addon_may_refuse_the_removal_of_another(garden):
    garden.create()
    source = HOOK.format(hook="addon_uninstalled", arguments="env, name").replace(
        'raise ValueError("a mistake")', 'raise UserError("Trees are still sold.") if name == "garden" else None'
    )
    source = "from core.errors import UserError\n" + source.replace(
        "    raise UserError", "    if name == 'garden':\n        raise UserError"
    ).replace(' if name == "garden" else None', "")
    garden.folder.write_files("shopping", {"__manifest__.py": "{}", "hooks.py": source})
    garden.install("garden", "shopping")
    with pytest.raises(UserError, match="still sold"):
        garden.uninstall("garden")
    assert garden.rows()["garden"].installed


def test_translations_that_cannot_be_read_leave_the_texts_in_english(garden, caplog):
    garden.create(lang="es")
    folder = garden.folder.write_files("bad", {"__manifest__.py": "{}"})
    (folder / "i18n").mkdir()
    (folder / "i18n" / "es.po").write_bytes(b'msgid "Germany"\nmsgstr "\xff\xfe"\n')
    garden.install("bad")
    texts = garden.read(lambda env: [env.translate_term(text, "bad") for text in ("Germany", "Nothing")])
    assert texts == ["Germany", "Nothing"]
    spanish = garden.read(lambda env: env.with_context(lang="es_ES").translate_term("Germany", "bad"))
    assert spanish == "Alemania"
    assert "bad/i18n/es.po cannot be read" in caplog.text
