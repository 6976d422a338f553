"""Changes of addons on the real `base`: views, rights and rules are there."""

import pytest
import sqlalchemy as sa

from core.db import table_rows
from core.db.engine import begin
from core.errors import DataFileError, UserError
from core.module.create import activate_language
from core.module.install import install
from core.module.uninstall import uninstall
from core.module.upgrade import upgrade

SHELF = {
    "__manifest__.py": "{'data': ['data.xml', 'ir.model.access.csv'], 'category': 'Home / Books'}",
    "models/book.py": """
        from core import Model, fields
        from addons.base.models.partner import Partner

        class Book(Model):
            _name = "shelf.book"
            _description = "Book"
            name = fields.Char("Title", required=True, translate=True)
            author_id = fields.Many2one(Partner, "Author")

        class Author(Partner, extend=True):
            pen_name = fields.Char("Pen name")
    """,
    "ir.model.access.csv": "id,name,model_id:id,group_id:id,perm_read,perm_write,perm_create,perm_unlink\n"
    "book_user,book,model_shelf_book,base.group_user,1,1,1,0\n",
    "data.xml": """<data>
        <record id="ulysses" model="shelf.book"><field name="name">Good morning</field></record>
        <view id="book_form" model="shelf.book" type="form">
          <form><field name="name"/><field name="author_id"/></form>
        </view>
        <view id="author_form" inherit="base.partner_form">
          <field name="name" position="after"><field name="pen_name"/></field>
        </view>
        <action id="action_books" model="shelf.book" name="Books" views="list,form"/>
        <menu id="menu_books" name="Books" action="action_books"/>
    </data>""",
    "i18n/es.po": """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"

msgid "Good morning"
msgstr "Buenos días"
""",
}


class Shop:
    """A database with the real base that speaks Spanish; the addon `shelf` is on disk."""

    def __init__(self, database, folder):
        self.name = database.name
        self.registries = database.databases.registries
        self.folder = folder

    def install(self, *names):
        return install(self.registries, self.name, names)

    def uninstall(self, *names):
        return uninstall(self.registries, self.name, names)

    def upgrade(self, *names):
        return upgrade(self.registries, self.name, names)

    def run(self, work):
        return self.registries.run(self.name, work)

    def rows(self):
        with begin(self.registries.server.engine(self.name), write=False) as connection:
            names = [name for name in sa.inspect(connection).get_table_names() if not name.startswith("zz_")]
            return {name: table_rows.count_rows(connection, name) for name in names}


@pytest.fixture
def shop(database, addon_folder):
    # `database` comes first: the real base that it imports is there for other tests too.
    addon_folder.write_files("shelf", SHELF)
    shop = Shop(database, addon_folder)
    shop.run(lambda env: activate_language(env, "es"))
    shop.run(lambda env: env["ir.module.module"].update_list())
    return shop


def test_an_addon_comes_and_goes_with_views_rights_and_menus(shop):
    before = shop.rows()
    shop.install("shelf")

    def look(env):
        assert env.ref("shelf.menu_books").action == env.ref("shelf.action_books")
        assert env["ir.model.access"].search([("model_id.model", "=", "shelf.book")]).perm_unlink is False
        assert env["ir.module.module"].search([("name", "=", "shelf")]).category_id.display_name.endswith("Books")
        assert env.with_context(lang="es_ES").ref("shelf.ulysses").name == "Buenos días"

    shop.run(look)
    shop.uninstall("shelf")
    after = shop.rows()
    assert after.pop("ir_archive") > 0
    assert after.pop("ir_model_data") == before["ir_model_data"] + 1  # the id of the archived book
    assert after.items() >= {name: count for name, count in before.items() if name in after}.items()


@pytest.mark.case("K06")
@pytest.mark.parametrize(
    ("view", "reason"),
    [
        ("<view id='x' inherit='base.no_such_form'><field name='name' position='after'/></view>", "no_such_form"),
        (
            "<view id='x' inherit='base.partner_form'><field name='no_field' position='after'><field name='pen_name'/>"
            "</field></view>",
            "no_field",
        ),
        ("<view id='x' model='shelf.book' type='form'><form><field name='titel'/></form></view>", "titel"),
        ("<view id='x' model='shelf.book' type='form'><form><button type='object' name='burn'/></form></view>", "burn"),
        ("<view id='x' model='shelf.book' type='form'><form><button name='lend_out'/></form></view>", "lend_out"),
        (
            "<view id='x' inherit='base.partner_form'><field name='name' position='replace'><field name='nom'/>"
            "</field></view>",
            "nom",
        ),
    ],
)
def test_a_view_that_does_not_fit_is_refused_with_its_place(shop, view, reason):
    before = shop.rows()
    shop.folder.write_files("shelf", {"data.xml": f"<data>\n{view}\n</data>"})
    with pytest.raises((UserError, DataFileError)) as refused:
        shop.install("shelf")
    assert reason in str(refused.value)
    assert "shelf/data.xml:2" in str(refused.value)
    assert shop.rows() == before


def test_an_upgrade_refuses_a_button_whose_transition_is_gone(shop):
    flow = """<data>
      <view id="book_form" model="shelf.book" type="form"><form><header>
        <button name="action_lend" type="object"/><button name="action_return"/></header></form></view>
      <workflow id="lending" model="shelf.book" start="here">
        <transition name="action_lend" from="here" to="lent"/>
        <transition name="action_return" from="lent" to="here"/>
      </workflow>
    </data>"""
    model = """
        from core import Model, api, fields

        class Book(Model):
            _name = "shelf.book"
            name = fields.Char("Title")
            state = fields.Selection("State", {"here": "Here", "lent": "Lent"}, default="here")

            @api.transition
            def action_lend(self):
                pass
    """
    shop.folder.write_files("shelf", {"data.xml": flow, "models/book.py": model})
    shop.install("shelf")
    for name in ("action_lend", "action_return"):
        shop.folder.write_files("shelf", {"data.xml": flow.replace(f'<transition name="{name}"', "<transition")})
        with pytest.raises(UserError, match=rf"shelf/data.xml:3: .*{name}"):
            shop.upgrade("shelf")


def test_upgrading_twice_changes_nothing(shop):
    shop.install("shelf")
    shop.upgrade("base")
    before = shop.rows()
    outcome = shop.upgrade("base")
    assert outcome.upgraded == ["base", "shelf"]
    assert outcome.messages == []
    assert shop.rows() == before


@pytest.mark.case("K24")
def test_rules_people_made_for_a_model_are_there_when_its_addon_comes_back(shop):
    shop.install("shelf")

    def make_rule(env):
        model = env["ir.model"].search([("model", "=", "shelf.book")])
        return env["ir.rule"].create({"name": "Own", "model_id": model.id, "domain_force": "[('id', '>', 0)]"}).id

    rule = shop.run(make_rule)
    shop.uninstall("shelf")
    shop.install("shelf")
    assert shop.run(lambda env: env["ir.rule"].browse(rule).model_id.model) == "shelf.book"
    assert shop.run(lambda env: env.ref("shelf.model_shelf_book").model) == "shelf.book"


def test_buttons_change_addons_after_the_transaction(shop):
    def press(env):
        module = env["ir.module.module"].search([("name", "=", "shelf")])
        module.button_immediate_install()
        assert module.state == "uninstalled"

    shop.run(press)
    assert "shelf" in shop.registries.get(shop.name).addons
    shop.run(lambda env: env["ir.module.module"].search([("name", "=", "shelf")]).button_immediate_uninstall())
    assert "shelf" not in shop.registries.get(shop.name).addons
