import pytest

from core.errors import UnknownName, UserError
from core.module.purge import purge, purge_plan


@pytest.fixture
def planted(garden):
    """A garden with an owner, whose favourite is an oak he renamed."""
    garden.create()
    garden.install("garden")

    def plant(env):
        oak = env.ref("garden.oak")
        oak.name = "Old oak"
        ana = env["res.partner"].create({"name": "Ana", "green_thumb": False, "favourite_id": oak.id})
        ash = env["garden.tree"].create({"name": "Ash", "owner_id": ana.id, "neighbour_ids": [(6, 0, [oak.id])]})
        return ana.id, ash.id

    garden.ana, garden.ash = garden.write(plant)
    return garden


@pytest.mark.case("K12")
def test_the_plan_says_what_would_go(planted):
    plan = planted.plan("garden")
    assert plan.addons == ("garden",)
    assert plan.models == ["garden.tree"]
    assert plan.tables == {"garden_tree": 2, "tree_rel": 1}
    assert plan.columns == {
        ("res_partner", "favourite_id"): 1,
        ("res_partner", "green_thumb"): 2,
        ("res_partner", "tree_count"): 2,
    }
    assert plan.records == {"res.partner": 1}
    assert "garden" in planted.registries.get("shop").addons


def test_nothing_of_the_addon_is_left_in_sight(planted):
    outcome = planted.uninstall("garden")
    assert outcome.removed == ["garden"]
    assert planted.rows()["garden"].state == "uninstalled"
    schema = planted.schema()
    assert "garden_tree" not in schema
    assert "tree_rel" not in schema
    assert not {"green_thumb", "favourite_id", "tree_count"} & set(schema["res_partner"])

    def look(env):
        assert "garden.tree" not in env
        assert env["res.partner"].search([]).mapped("name") == ["Ana"]
        assert not env["ir.model"].search([("model", "=", "garden.tree")])
        assert not env["ir.model.fields"].search([("name", "=", "green_thumb")])
        assert not env["ir.model.data"].search([("module", "=", "garden")])
        assert env.ref("base.model_res_partner")

    planted.read(look)
    planted.write(lambda env: env["res.partner"].create({"name": "Luis"}).id)


@pytest.mark.case("K12")
def test_a_reinstall_brings_the_data_back(planted):
    planted.uninstall("garden")
    luis = planted.write(lambda env: env["res.partner"].create({"name": "Luis"}).id)
    planted.install("garden")

    def look(env):
        trees = env["garden.tree"].search([], order="id")
        assert trees.mapped("name") == ["Oak", "Ash"]
        assert env.ref("garden.oak") == trees[0]
        ana, other = env["res.partner"].browse(planted.ana), env["res.partner"].browse(luis)
        assert trees[1].owner_id == ana
        assert trees[1].neighbour_ids == trees[0]
        assert (ana.favourite_id, ana.green_thumb, ana.tree_count) == (trees[0], False, 41)
        assert (other.favourite_id.ids, other.tree_count) == ([], 40)
        assert env.ref("garden.gardener").name == "Gardener"

    planted.read(look)


def test_a_record_the_user_may_change_is_kept_as_he_left_it(garden):
    garden.folder.write_files(
        "garden",
        {
            "data.xml": "<data noupdate='1'><record id='oak' model='garden.tree'>"
            "<field name='name'>Oak</field></record></data>"
        },
    )
    garden.create()
    garden.install("garden")
    garden.write(lambda env: env.ref("garden.oak").write({"name": "Old oak"}))
    garden.uninstall("garden")
    garden.install("garden")
    assert garden.read(lambda env: env.ref("garden.oak").name) == "Old oak"
    assert garden.read(lambda env: env["garden.tree"].search_count([])) == 1


def test_links_to_records_that_went_meanwhile_are_emptied_and_told(planted):
    planted.uninstall("garden")
    planted.write(lambda env: env["res.partner"].browse(planted.ana).unlink())
    outcome = planted.install("garden")
    assert any("garden_tree.owner_id" in line and "emptied: 1" in line for line in outcome.messages)
    assert planted.read(lambda env: env["garden.tree"].browse(planted.ash).owner_id.ids) == []


@pytest.mark.case("K11")
def test_ten_rounds_leave_the_same_schema_and_rows(garden):
    garden.create()
    garden.install("garden")
    schema, counts = garden.schema(), garden.counts()
    for _ in range(3):
        garden.uninstall("garden")
        garden.install("garden")
        now = garden.counts()
        assert garden.schema() == {**schema, "ir_archive": garden.schema()["ir_archive"]}
        assert {name: now[name] for name in counts} == counts
        assert now["ir_archive"] == 0


@pytest.mark.case("K13")
def test_uninstalling_twice_is_no_change_and_said_so(planted):
    planted.uninstall("garden")
    outcome = planted.uninstall("garden")
    assert not outcome.changed
    assert outcome.messages == ["garden is not installed."]
    with pytest.raises(UnknownName):
        planted.uninstall("gardne")


@pytest.mark.case("K12")
def test_an_addon_that_others_need_is_removed_with_them_only(planted):
    planted.folder.write_files(
        "pond",
        {
            "__manifest__.py": "{'depends': ['garden']}",
            "models/pond.py": """
                from core import Model, fields
                from addons.garden.models.tree import Tree

                class Pond(Model):
                    _name = "pond.pond"
                    tree_id = fields.Many2one(Tree, "Tree", ondelete="restrict")

                class WetTree(Tree, extend=True):
                    wet = fields.Boolean("Wet")
            """,
        },
    )
    planted.install("pond")
    planted.write(lambda env: env["pond.pond"].create({"tree_id": planted.ash}).id)
    with pytest.raises(UserError, match="pond need garden"):
        planted.uninstall("garden")
    assert planted.plan("garden").dependants == ("pond",)
    outcome = planted.uninstall("garden", dependants=True)
    assert outcome.removed == ["pond", "garden"]
    planted.install("pond")
    assert planted.read(lambda env: env["pond.pond"].search([]).tree_id.name) == "Ash"


def test_a_bridge_goes_by_itself(planted):
    planted.folder.write("shed", "{'depends': ['base']}")
    planted.folder.write("garden_shed", "{'depends': ['garden', 'shed'], 'auto_install': True}")
    planted.install("shed")
    assert planted.uninstall("shed").removed == ["garden_shed", "shed"]


def test_a_record_that_is_in_use_stays_and_is_told(planted):
    planted.folder.write_files(
        "club",
        {
            "__manifest__.py": "{}",
            "models/member.py": """
                from core import Model, fields
                from addons.base.models.all import Partner

                class Member(Model):
                    _name = "club.member"
                    partner_id = fields.Many2one(Partner, "Partner", required=True, ondelete="restrict")
            """,
        },
    )
    planted.install("club")
    planted.write(lambda env: env["club.member"].create({"partner_id": env.ref("garden.gardener").id}).id)
    outcome = planted.uninstall("garden")
    assert any("garden.gardener stays" in line for line in outcome.messages)
    assert planted.read(lambda env: env["club.member"].search([]).partner_id.name) == "Gardener"
    planted.install("garden")
    assert planted.read(lambda env: env["res.partner"].search_count([("name", "=", "Gardener")])) == 1


def test_a_record_that_two_addons_ship_goes_with_the_last(planted):
    planted.folder.write_files(
        "pond",
        {
            "__manifest__.py": "{'data': ['data.xml']}",
            "data.xml": "<data><record id='germany' model='res.country'>"
            "<field name='name'>Pondland</field></record></data>",
        },
    )
    planted.install("pond")
    same = planted.read(lambda env: env.ref("base.germany").id)
    planted.write(
        lambda env: (
            env["ir.model.data"].search([("module", "=", "pond"), ("name", "=", "germany")]).write({"res_id": same})
        )
    )
    planted.uninstall("pond")
    assert planted.read(lambda env: env.ref("base.germany").id) == same


def test_base_cannot_be_uninstalled(planted):
    with pytest.raises(UserError, match="everything stands on it"):
        planted.uninstall("base")


def test_a_purge_deletes_the_archives_for_good(planted):
    planted.uninstall("garden")
    listed = purge_plan(planted.registries, "shop", ["garden"])
    assert {(p.table, p.column): p.rows for p in listed} == {
        ("garden_tree", ""): 2,
        ("tree_rel", ""): 1,
        ("res_partner", "favourite_id"): 1,
        ("res_partner", "green_thumb"): 1,
        ("res_partner", "tree_count"): 1,
    }
    assert purge(planted.registries, "shop", ["garden"]) == listed
    assert purge_plan(planted.registries, "shop", ["garden"]) == []
    planted.install("garden")
    assert planted.read(lambda env: env["garden.tree"].search([]).mapped("name")) == ["Oak"]


def test_a_failed_removal_changes_nothing(planted, monkeypatch):
    schema, counts, rows = planted.schema(), planted.counts(), planted.rows()
    registry = planted.registries.get("shop")

    def fail(*_):
        raise UserError("The disk is full.")

    monkeypatch.setattr("core.module.archives.schema.archive_table", fail)
    with pytest.raises(UserError, match="disk is full"):
        planted.uninstall("garden")
    assert (planted.schema(), planted.counts(), planted.rows()) == (schema, counts, rows)
    assert planted.registries.get("shop") is registry
