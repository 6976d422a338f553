import pytest

from core.errors import DataFileError, UnknownName, UserError
from tests.module.gardens import GARDEN


def test_a_new_database_has_base_and_nothing_else(garden):
    outcome = garden.create()
    assert outcome.installed == ["base"]
    assert {name: row.state for name, row in garden.rows().items()} == {"base": "installed", "garden": "uninstalled"}
    assert "garden_tree" not in garden.schema()
    assert garden.read(lambda env: env.ref("base.germany").name) == "Germany"


def test_an_addon_brings_tables_columns_records_and_external_ids(garden):
    garden.create()
    garden.write(lambda env: env["res.partner"].create([{"name": "Ana"}, {"name": "Luis"}]).ids)
    outcome = garden.install("garden")
    assert outcome.installed == ["garden"]
    assert garden.rows()["garden"].version == "1.0"
    assert set(garden.schema()["garden_tree"]) >= {"id", "name", "owner_id", "height"}

    def look(env):
        assert env.ref("garden.oak").height == 2
        assert env.ref("garden.model_garden_tree").model == "garden.tree"
        assert env.ref("garden.model_res_partner").model == "res.partner"
        assert env.ref("garden.field_res_partner_green_thumb").name == "green_thumb"
        assert env.ref("base.field_res_partner_country_id").name == "country_id"
        assert not env.ref("garden.elm", raise_missing=False)

    garden.read(look)


def test_rows_that_were_there_get_defaults_and_computed_values(garden):
    garden.create()
    garden.write(lambda env: env["res.partner"].create([{"name": "Ana"}, {"name": "Luis"}]).ids)
    garden.install("garden")
    found = garden.read(lambda env: env["res.partner"].search([]).mapped(lambda p: (p.green_thumb, p.tree_count)))
    assert found == [(True, 40)] * 3


def test_demo_data_comes_when_asked_or_as_the_database_has_it(garden):
    garden.create(demo=True)
    garden.install("garden")
    assert garden.read(lambda env: env.ref("garden.elm").name) == "Elm"
    assert garden.rows()["garden"].demo
    garden.create("other")
    garden.install("garden", demo=True)
    assert garden.read(lambda env: env.ref("garden.elm").name) == "Elm"


def test_dependencies_and_bridges_are_installed_too(garden):
    garden.folder.write("pond", "{'depends': ['garden']}")
    garden.folder.write("shed", "{'depends': ['base']}")
    garden.folder.write("pond_shed", "{'depends': ['pond', 'shed'], 'auto_install': True}")
    garden.create()
    assert garden.install("pond").installed == ["garden", "pond"]
    assert garden.install("shed").installed == ["shed", "pond_shed"]


def test_an_addon_is_found_under_its_older_name(garden):
    garden.folder.write("pond", "{'aliases': ['lake']}")
    garden.create()
    assert garden.install("lake").installed == ["pond"]


def test_installing_again_is_no_change_and_said_so(garden):
    garden.create()
    garden.install("garden")
    before = garden.registries.get("shop")
    outcome = garden.install("garden")
    assert not outcome.changed
    assert outcome.messages == ["garden is installed already."]
    assert garden.registries.get("shop") is before


BAD = {
    "xml": ({"data.xml": "<data><record id='oak' model='garden.tree'></data>"}, "garden/data.xml:1"),
    "model": ({"data.xml": "<data>\n<record id='oak' model='garden.bush'/></data>"}, "garden/data.xml:2"),
    "field": (
        {"data.xml": "<data>\n\n<record id='a' model='garden.tree'><field name='colour'>green</field></record></data>"},
        "garden/data.xml:3",
    ),
    "reference": (
        {"data.xml": "<data><record id='a' model='garden.tree'><field name='name'>A</field>"
                     "<field name='owner_id' ref='nobody'/></record></data>"},
        "external id nobody",
    ),
    "required": ({"data.xml": "<data><record id='oak' model='garden.tree'/></data>"}, "must be filled in"),
    "file": ({"__manifest__.py": "{'data': ['missing.xml']}"}, "missing.xml"),
    "python": ({"models/tree.py": "1 / 0"}, "garden/models/tree.py:1: ZeroDivisionError"),
    "model name": (
        {"models/tree.py": "from core import Model\nclass A(Model):\n    _name = 'res.partner'\n"
                           "from addons.base.models.all import Partner\n"},
        "res.partner",
    ),
    "link": (
        {"models/tree.py": "from core import Model, fields\nclass Tree(Model):\n    _name = 'garden.tree'\n"
                           "    bed_id = fields.Many2one('garden.bed', 'Bed')\n"},
        "garden.bed",
    ),
    "dependency": ({"__manifest__.py": "{'depends': ['pnod']}"}, "garden → pnod"),
    "library": ({"__manifest__.py": "{'external': ['no_such_library']}"}, "no_such_library"),
}  # fmt: skip


@pytest.mark.case("K04", "K05", "K09")
@pytest.mark.parametrize("kind", BAD)
def test_a_failed_installation_leaves_everything_as_it_was(garden, kind):
    files, reason = BAD[kind]
    garden.create()
    registry, schema, counts, rows = garden.registries.get("shop"), garden.schema(), garden.counts(), garden.rows()
    garden.folder.write_files("garden", {**GARDEN, **files})
    with pytest.raises((UserError, DataFileError)) as refused:
        garden.install("garden")
    assert reason in str(refused.value)
    assert garden.registries.get("shop") is registry
    assert (garden.schema(), garden.counts(), garden.rows()) == (schema, counts, rows)
    garden.folder.write_files("garden", GARDEN)
    assert garden.install("garden").installed == ["garden"]


def test_a_failed_creation_leaves_no_database(garden):
    garden.folder.write_files("garden", {**GARDEN, "data.xml": "<data><record model='nothing'/></data>"})
    with pytest.raises(DataFileError):
        garden.create("shop", addons=["garden"])
    assert "shop" not in garden.registries.server.names()
    with pytest.raises(UnknownName):
        garden.create("shop", addons=["nowhere"])
    assert "shop" not in garden.registries.server.names()
    garden.create("shop")


def test_a_database_is_created_with_its_language(garden):
    garden.create(lang="es")
    name = garden.read(lambda env: env.with_context(lang="es_ES").ref("base.germany").name)
    assert name == "Alemania"
    assert garden.read(lambda env: env.ref("base.germany").name) == "Germany"


def test_all_at_once_equals_one_by_one(garden):
    garden.folder.write("pond", "{'depends': ['garden']}")
    garden.create("once", addons=["pond"])
    once = garden.schema(), garden.counts()
    garden.create("steps")
    garden.install("garden")
    garden.install("pond")
    assert (garden.schema(), garden.counts()) == once


def test_progress_is_told_step_by_step(garden):
    steps = []
    garden.create(progress=lambda done, total, text: steps.append((done, total, text)))
    garden.install("garden", progress=lambda done, total, text: steps.append((done, total, text)))
    assert all(done <= total for done, total, _ in steps)
    assert "garden/data.xml" in [text for _, _, text in steps]
    assert garden.registries.board.read("shop", "addons") is None


def test_whoever_installs_is_told_of_unsafe_code(garden):
    garden.folder.write("pond", models__pond_dot_py="import pickle\n\nseen = eval('1')\n")
    garden.create()
    outcome = garden.install("pond")
    assert outcome.installed == ["pond"]
    (told,) = outcome.messages
    assert "pond breaks rules of safe code in 2 places" in told
    assert "pond/models/pond.py:1 [lint-code], pond/models/pond.py:3 [lint-code]" in told
    assert garden.install("garden").messages == []
