import pytest

from core.errors import DataFileError, UserError, ValidationError
from tests.module.gardens import GARDEN

TREE = GARDEN["models/tree.py"]


@pytest.fixture
def grown(garden):
    """Version 1.0 of the garden, with twenty trees."""
    garden.create()
    garden.install("garden")
    garden.write(lambda env: env["garden.tree"].create([{"name": f"Tree {n}", "height": n} for n in range(20)]).ids)
    return garden


def version(garden, number, **files):
    """Put version `number` of the addon on disk."""
    manifest = "{'data': ['data.xml'], 'demo': ['demo.xml'], 'version': '" + number + "'}"
    files = {path.replace("__", "/") + ".py": text for path, text in files.items()}
    garden.folder.write_files("garden", {**GARDEN, "__manifest__.py": manifest, **files})


def test_an_upgrade_adds_fields_and_fills_them(grown):
    version(
        grown,
        "1.1",
        models__tree=TREE.replace(
            'height = fields.Integer("Height", default=2)',
            """height = fields.Integer("Height", default=2)
            kind = fields.Char("Kind", default="leafy", required=True)
            half = fields.Integer("Half")

            @half.compute("height")
            def _compute_half(self):
                for tree in self:
                    tree.half = tree.height // 2
            """,
        ),
    )
    outcome = grown.upgrade("garden")
    assert outcome.upgraded == ["garden"]
    assert grown.rows()["garden"].version == "1.1"

    def look(env):
        tree = env["garden.tree"].search([("name", "=", "Tree 9")])
        assert (tree.kind, tree.half) == ("leafy", 4)

    grown.read(look)


def test_without_names_all_outdated_addons_are_upgraded(grown):
    assert not grown.upgrade().changed
    version(grown, "1.1")
    assert grown.upgrade().upgraded == ["garden"]
    assert not grown.upgrade().changed


def test_dependants_are_upgraded_too(grown):
    grown.folder.write("pond", "{'depends': ['garden']}")
    grown.install("pond")
    assert grown.upgrade("garden").upgraded == ["garden", "pond"]


def test_a_new_dependency_is_installed(grown):
    grown.folder.write_files(
        "tools",
        {
            "__manifest__.py": "{}",
            "models/spade.py": """
                from core import Model, fields

                class Spade(Model):
                    _name = "tools.spade"
            """,
        },
    )
    grown.folder.write_files(
        "garden",
        {
            **GARDEN,
            "__manifest__.py": "{'version': '2.0', 'depends': ['tools'], 'data': ['data.xml']}",
            "models/tree.py": TREE
            + """
        from addons.tools.models.spade import Spade
        class GardenSpade(Spade, extend=True):
            tree_id = fields.Many2one(Tree, "Tree")
    """,
        },
    )
    outcome = grown.upgrade("garden")
    assert (outcome.installed, outcome.upgraded) == (["tools"], ["garden"])
    grown.write(lambda env: env["tools.spade"].create({"tree_id": env.ref("garden.oak").id}).id)


def test_records_no_longer_shipped_are_deleted(grown):
    garden = grown
    garden.folder.write_files(
        "garden",
        {
            "data.xml": "<data><record id='gardener' model='res.partner'>"
            "<field name='name'>Chief</field></record></data>"
        },
    )
    garden.upgrade("garden")
    assert not garden.read(lambda env: env.ref("garden.oak", raise_missing=False))
    assert garden.read(lambda env: env.ref("garden.gardener").name) == "Chief"


@pytest.mark.case("K15")
def test_a_removed_field_is_archived_with_its_values(grown):
    version(grown, "2.0", models__tree=TREE.replace('height = fields.Integer("Height", default=2)', ""))
    outcome = grown.upgrade("garden")
    assert "garden.tree.height is no field any more; its column is archived." in outcome.messages
    columns = grown.schema()["garden_tree"]
    assert "height" not in columns
    assert any(name.startswith("zz_height_") for name in columns)
    assert not grown.read(
        lambda env: env["ir.model.fields"].search([("model", "=", "garden.tree"), ("name", "=", "height")])
    )
    grown.write(lambda env: env["garden.tree"].create({"name": "New"}).id)


@pytest.mark.case("K15")
def test_a_removed_model_is_archived(grown):
    version(
        grown,
        "2.0",
        models__tree="""
            from core import Model, fields
            from addons.base.models.all import Partner

            class Gardener(Partner, extend=True):
                green_thumb = fields.Boolean("Green thumb", default=True)
        """,
    )
    grown.folder.write_files("garden", {"data.xml": "<data/>", "demo.xml": "<data/>"})
    grown.upgrade("garden")
    assert "garden_tree" not in grown.schema()
    assert not grown.read(lambda env: env["ir.model"].search([("model", "=", "garden.tree")]))


@pytest.mark.case("K16")
def test_a_renamed_field_keeps_values_and_what_names_it(grown):
    grown.write(
        lambda env: (
            env["ir.filters"]
            .create(
                {
                    "name": "Tall",
                    "model_id": "garden.tree",
                    "domain": "[('height', '>', 9)]",
                    "context": "{'group_by': 'height'}",
                }
            )
            .id
        )
    )
    version(
        grown,
        "2.0",
        models__tree=TREE.replace("height = ", "size = "),
        migrations__2__pre_size="def migrate(m):\n    m.rename_field('garden.tree', 'height', 'size')\n",
    )
    grown.folder.write_files(
        "garden",
        {"migrations/2.0/pre_size.py": "def migrate(m):\n    m.rename_field('garden.tree', 'height', 'size')\n"},
    )
    row = grown.read(
        lambda env: env["ir.model.fields"].search([("model", "=", "garden.tree"), ("name", "=", "height")]).id
    )
    grown.upgrade("garden")

    def look(env):
        assert env["garden.tree"].search([("name", "=", "Tree 9")]).size == 9
        tall = env["ir.filters"].search([("name", "=", "Tall")])
        assert (tall.domain, tall.context) == ("[('size', '>', 9)]", "{'group_by': 'size'}")
        assert env["ir.model.fields"].browse(row).name == "size"
        assert env.ref("garden.field_garden_tree_size").id == row
        assert not env.ref("garden.field_garden_tree_height", raise_missing=False)

    grown.read(look)


@pytest.mark.case("K16")
def test_a_field_that_says_its_older_name_is_renamed(grown):
    version(
        grown,
        "2.0",
        models__tree=TREE.replace('height = fields.Integer("Height"', 'size = fields.Integer("Size", oldname="height"'),
    )
    grown.upgrade("garden")
    assert grown.read(lambda env: env["garden.tree"].search([("name", "=", "Tree 9")]).size) == 9


@pytest.mark.case("K18")
def test_a_renamed_model_keeps_rows_ids_and_external_ids(grown):
    grown.write(lambda env: env["ir.filters"].create({"name": "All", "model_id": "garden.tree"}).id)
    row = grown.read(lambda env: env["ir.model"].search([("model", "=", "garden.tree")]).id)
    version(grown, "2.0", models__tree=TREE.replace("garden.tree", "garden.plant"))
    grown.folder.write_files(
        "garden",
        {
            "data.xml": GARDEN["data.xml"].replace("garden.tree", "garden.plant"),
            "migrations/2.0/pre_rename.py": "def migrate(m):\n    m.rename_model('garden.tree', 'garden.plant')\n",
        },
    )
    grown.upgrade("garden")

    def look(env):
        assert env["garden.plant"].search_count([]) == 21
        assert env.ref("garden.oak")._name == "garden.plant"
        assert env["ir.model"].browse(row).model == "garden.plant"
        assert env["ir.filters"].search([]).model_id == "garden.plant"
        assert env["res.partner"].search([], limit=1).favourite_id._name == "garden.plant"

    grown.read(look)
    grown.write(lambda env: env["garden.plant"].create({"name": "Rose"}).id)
    assert "garden_tree" not in grown.schema()


TO_NUMBER = "def migrate(m):\n    m.convert('garden.tree', 'name', lambda text: int(text.rsplit(' ', 1)[1]))\n"


@pytest.mark.case("K14")
def test_a_field_changes_its_type_through_a_function(grown):
    grown.write(lambda env: env.ref("garden.oak").write({"name": "Oak 99"}))
    version(
        grown,
        "2.0",
        models__tree=TREE.replace('name = fields.Char("Name", required=True)', 'name = fields.Integer("Number")'),
    )
    grown.folder.write_files(
        "garden", {"migrations/2.0/pre_name.py": TO_NUMBER, "data.xml": "<data noupdate='1'/>", "demo.xml": "<data/>"}
    )
    grown.upgrade("garden")
    assert grown.read(lambda env: sorted(env["garden.tree"].search([]).mapped("name"))) == list(range(20))


@pytest.mark.case("K14")
def test_values_that_cannot_be_converted_are_listed_and_nothing_changes(grown):
    before = grown.schema(), grown.counts(), grown.rows()
    version(
        grown,
        "2.0",
        models__tree=TREE.replace('name = fields.Char("Name", required=True)', 'name = fields.Integer("Number")'),
    )
    grown.folder.write_files("garden", {"migrations/2.0/pre_name.py": TO_NUMBER})
    with pytest.raises(UserError) as refused:
        grown.upgrade("garden")
    assert "pre_name.py: 1 values of garden.tree.name cannot be converted" in str(refused.value)
    assert "'Oak'" in str(refused.value)
    assert (grown.schema(), grown.counts(), grown.rows()) == before


@pytest.mark.case("K14")
def test_another_type_without_a_function_is_refused(grown):
    before = grown.schema(), grown.counts(), grown.rows()
    version(
        grown,
        "2.0",
        models__tree=TREE.replace('name = fields.Char("Name", required=True)', 'name = fields.Integer("Number")'),
    )
    with pytest.raises(ValidationError, match="garden_tree"):
        grown.upgrade("garden")
    assert (grown.schema(), grown.counts(), grown.rows()) == before


def test_scripts_run_once_in_order_and_see_records(grown):
    version(grown, "2.0")
    script = (
        "def migrate(m):\n    for trees in m.for_each_batch('garden.tree', [('height', '>=', 0)], size=7):\n"
        "        assert len(trees) <= 7\n        for tree in trees:\n            tree.name = tree.name + '{}'\n"
    )
    grown.folder.write_files(
        "garden",
        {
            "migrations/0.9/post_never.py": "1 / 0",
            "migrations/1.5/post_b.py": script.format("b"),
            "migrations/1.5/post_a.py": script.format("a"),
            "migrations/2.0/post_c.py": script.format("c"),
        },
    )
    grown.upgrade("garden")
    grown.upgrade("garden")
    assert grown.read(lambda env: env["garden.tree"].search([("height", "=", 9)]).name) == "Tree 9abc"


@pytest.mark.case("K20")
@pytest.mark.parametrize(
    ("path", "script", "reason"),
    [
        (
            "migrations/2.0/post_x.py",
            "def migrate(m):\n    1 / 0\n",
            "garden/migrations/2.0/post_x.py:2: ZeroDivisionError",
        ),
        ("migrations/2.0/pre_x.py", "def migrate(m):\n    m.env\n", "Records can be used in post_*.py only"),
        ("migrations/2.0/post_x.py", "def migrate(m):\n    m.rename_field('a', 'b', 'c')\n", "belongs in pre_*.py"),
        ("migrations/2.0/pre_x.py", "x = 1\n", "no function migrate"),
        ("migrations/2.0/pre_x.py", "def migrate(m:\n", "SyntaxError"),
        ("migrations/next/pre_x.py", "", "is no version"),
        ("migrations/3.0/pre_x.py", "", "newer than the addon"),
    ],
)
def test_a_failing_script_is_named_and_nothing_changes(grown, path, script, reason):
    before = grown.schema(), grown.counts(), grown.rows()
    version(grown, "2.0")
    grown.folder.write_files("garden", {path: script})
    with pytest.raises(UserError) as refused:
        grown.upgrade("garden")
    assert reason in str(refused.value)
    assert (grown.schema(), grown.counts(), grown.rows()) == before


def test_a_bad_data_file_changes_nothing(grown):
    before = grown.schema(), grown.counts(), grown.rows()
    registry = grown.registries.get("shop")
    version(grown, "2.0")
    grown.folder.write_files(
        "garden", {"data.xml": "<data><record id='oak' model='garden.tree'><field name='x'/></record></data>"}
    )
    with pytest.raises(DataFileError):
        grown.upgrade("garden")
    assert (grown.schema(), grown.counts(), grown.rows()) == before
    assert grown.registries.get("shop") is registry


@pytest.mark.case("K21")
def test_files_older_than_the_database_are_refused(grown):
    version(grown, "0.9")
    with pytest.raises(UserError, match=r"has version 1\.0 of garden, the files are of version 0\.9"):
        grown.upgrade("garden")


@pytest.mark.case("K17")
def test_a_new_unique_rule_that_rows_break_is_refused_with_them(grown):
    grown.write(lambda env: env["garden.tree"].create({"name": "Tree 1"}).id)
    version(
        grown,
        "2.0",
        models__tree=TREE.replace(
            "neighbour_ids =", '_one = fields.Unique("name", message="Twice.")\n            neighbour_ids ='
        ),
    )
    with pytest.raises(ValidationError, match="Tree 1"):
        grown.upgrade("garden")


@pytest.mark.case("K18")
def test_a_field_becomes_translatable_and_plain_again(grown):
    version(grown, "2.0", models__tree=TREE.replace('"Name", required=True', '"Name", required=True, translate=True'))
    grown.upgrade("garden")

    def translate(env):
        tree = env["garden.tree"].search([("height", "=", 9)])
        tree.with_context(lang="es_ES").name = "Árbol 9"
        assert tree.name == "Tree 9"
        return tree.id

    tree = grown.write(translate)
    assert grown.read(lambda env: env["garden.tree"].with_context(lang="es_ES").browse(tree).name) == "Árbol 9"
    version(grown, "3.0")
    grown.upgrade("garden")
    assert grown.read(lambda env: env["garden.tree"].search([("name", "=", "Tree 9")]).id) == tree


@pytest.mark.case("K18")
def test_a_link_becomes_links(grown):
    oak, ana = grown.write(
        lambda env: (env.ref("garden.oak").id, env["res.partner"].create({"name": "Ana", "favourite_id": 1}).id)
    )
    many = (
        'favourite_id = fields.Many2many(lambda: Tree, "Favourites", relation="favourites", column1="p", column2="t")'
    )
    version(grown, "2.0", models__tree=TREE.replace('favourite_id = fields.Many2one(lambda: Tree, "Favourite")', many))
    script = "def migrate(m):\n    m.convert('res.partner', 'favourite_id', lambda tree: [(6, 0, [tree])])\n"
    grown.folder.write_files("garden", {"migrations/2.0/pre_favourite.py": script})
    grown.upgrade("garden")
    assert grown.read(lambda env: env["res.partner"].browse(ana).favourite_id.ids) == [oak]


REQUIRED = TREE.replace("height =", 'kind = fields.Char("Kind", required=True)\n            height =')


@pytest.mark.case("K17")
def test_a_new_required_field_without_values_is_refused_with_the_records(grown):
    before = grown.schema(), grown.counts(), grown.rows()
    version(grown, "2.0", models__tree=REQUIRED)
    with pytest.raises(UserError, match=r"garden.tree.kind is required, and these records have nothing in it: 1, 2"):
        grown.upgrade("garden")
    assert (grown.schema(), grown.counts(), grown.rows()) == before


@pytest.mark.case("K17")
def test_a_script_may_fill_a_new_required_field(grown):
    version(grown, "2.0", models__tree=REQUIRED)
    script = (
        "def migrate(m):\n    for trees in m.for_each_batch('garden.tree'):\n        trees.write({'kind': 'leafy'})\n"
    )
    grown.folder.write_files("garden", {"migrations/2.0/post_kind.py": script, "data.xml": "<data noupdate='1'/>"})
    grown.upgrade("garden")
    assert grown.read(lambda env: set(env["garden.tree"].search([]).mapped("kind"))) == {"leafy"}


def test_a_script_may_compute_again(grown):
    grown.write(lambda env: env["res.partner"].create({"name": "Ana"}).id)
    version(grown, "2.0", models__tree=TREE.replace("40 +", "50 +"))
    script = "def migrate(m):\n    m.recompute('res.partner', 'tree_count')\n"
    grown.folder.write_files("garden", {"migrations/2.0/post_count.py": script})
    grown.upgrade("garden")
    assert grown.read(lambda env: set(env["res.partner"].search([]).mapped("tree_count"))) == {50}
