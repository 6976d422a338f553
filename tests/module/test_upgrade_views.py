"""Before an upgrade it is known which views would not work, and where each could be moved to."""

import pytest

from core.errors import UserError
from core.module.install import install
from core.module.upgrade import upgrade
from tests.module.test_real_base import SHELF

OLD = """<data>
    <view id="book_form" model="shelf.book" type="form">
      <form><group name="printed"><field name="name"/></group><field name="author_id"/></form>
    </view>
</data>"""
NEW = OLD.replace('name="printed"', 'name="printing"')
LABEL = {
    "__manifest__.py": "{'depends': ['shelf'], 'data': ['label.xml']}",
    "label.xml": """<data>
        <view id="book_form" inherit="shelf.book_form">
          <group name="printed" position="inside"><field name="create_date"/></group>
        </view>
    </data>""",
}


@pytest.fixture
def shop(database, addon_folder):
    """A database with shelf 1.0; the files on disk are those of 2.0, whose form calls its group something else."""
    addon_folder.write_files("shelf", {**SHELF, "data.xml": OLD})
    install(database.databases.registries, database.name, ["shelf"])
    addon_folder.write_files("label", LABEL)

    def newer():
        manifest = SHELF["__manifest__.py"].replace("{", "{'version': '2.0', ", 1)
        addon_folder.write_files("shelf", {**SHELF, "__manifest__.py": manifest, "data.xml": NEW})

    yield database.databases.registries, database.name, newer
    database.databases.registries.forget(database.name)


def version(registries, name):
    with registries.transaction(name, write=False) as env:
        return env["ir.module.module"].search([("name", "=", "shelf")]).latest_version


def own_extension(registries, name, locator):
    """A change of the form that somebody has made in this database."""
    with registries.transaction(name) as env:
        env["ir.ui.view"].create(
            {
                "name": "our own",
                "model": "shelf.book",
                "type": "form",
                "mode": "extension",
                "inherit_id": env.ref("shelf.book_form").id,
                "arch": f"<group name='{locator}' position='inside'><field name='create_uid'/></group>",
            }
        )


def test_a_trial_lists_the_extensions_that_will_not_apply_and_where_they_may_go(shop):
    registries, name, newer = shop
    install(registries, name, ["label"])
    newer()
    outcome = upgrade(registries, name, ["shelf"], trial=True)
    assert outcome.upgraded == ["shelf", "label"]
    (fault,) = outcome.faults
    assert (fault.file.rsplit("/", 2)[-2:], fault.line) == (["label", "label.xml"], 3)
    assert "label.book_form" in fault.message
    assert """Try <xpath expr="//group[@name='printing']" position="inside">.""" in fault.message


def test_a_trial_changes_nothing(shop):
    registries, name, newer = shop
    newer()
    before = version(registries, name)
    outcome = upgrade(registries, name, ["shelf"], trial=True)
    assert (outcome.upgraded, outcome.faults) == (["shelf"], [])
    assert version(registries, name) == before
    with registries.transaction(name, write=False) as env:
        assert 'name="printed"' in env.ref("shelf.book_form").arch
    assert upgrade(registries, name, ["shelf"]).upgraded == ["shelf"]
    assert version(registries, name) != before


def test_an_upgrade_is_refused_with_the_same_list(shop):
    registries, name, newer = shop
    install(registries, name, ["label"])
    newer()
    (fault,) = upgrade(registries, name, ["shelf"], trial=True).faults
    with pytest.raises(UserError) as refusal:
        upgrade(registries, name, ["shelf"])
    assert str(fault) in str(refusal.value)


def test_what_people_made_themselves_does_not_stop_an_upgrade_but_is_told(shop):
    registries, name, newer = shop
    own_extension(registries, name, "printed")
    newer()
    trial = upgrade(registries, name, ["shelf"], trial=True)
    assert trial.faults == []
    (told,) = [str(one) for one in trial.messages]
    assert "our own" in told
    assert "//group[@name='printing']" in told
    assert told in [str(one) for one in upgrade(registries, name, ["shelf"]).messages]
