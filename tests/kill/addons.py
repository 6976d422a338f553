"""The addons that the killed server installs, upgrades and removes."""

from __future__ import annotations

from pathlib import Path

ROWS = 150

_MODEL = """from addons.base.models.partner import Partner
from core import Model, fields


class Tree(Model):
    _name = "{addon}.tree"
    _description = "Tree of {addon}"

    name = fields.Char("Name", required=True, index=True)
    owner_id = fields.Many2one(Partner, "Owner")
    height = fields.Integer("Height", default=2)
    neighbour_ids = fields.Many2many(lambda: Tree, "Neighbours", relation="{addon}_tree_rel", column1="a", column2="b")
{more}

class Gardener(Partner, extend=True):
    {addon}_tree_ids = fields.One2many(lambda: Tree, "owner_id", "Trees of {addon}")
    {addon}_favourite_id = fields.Many2one(lambda: Tree, "Favourite of {addon}")
    {addon}_thumb = fields.Boolean("Green thumb of {addon}", default=True)
"""

_MORE = """    colour = fields.Char("Colour", default="green")
    crown = fields.Integer("Crown", default=7)
"""

_MIGRATION = '''"""Trees of the first version are a metre higher."""


def migrate(migration):
    """After the upgrade."""
    for tree in migration.env["{addon}.tree"].search([]):
        tree.height += 1
'''


def write(folder: Path, addon: str, version: int = 1) -> None:
    """Write an addon with a model, a field in another's table, views, rights and records; version 2 has more of all."""
    rows = "\n".join(
        f'  <record id="tree_{number}" model="{addon}.tree"><field name="name">Tree {number}</field></record>'
        for number in range(ROWS * version)
    )
    views = f"""
  <record id="view_tree" model="ir.ui.view"><field name="name">{addon}.tree.tree</field>
    <field name="model">{addon}.tree</field>
    <field name="arch" type="xml"><tree><field name="name"/><field name="height"/></tree></field></record>
  <record id="action" model="ir.actions.act_window"><field name="name">Trees</field>
    <field name="res_model">{addon}.tree</field><field name="view_mode">tree,form</field></record>
  <menuitem id="menu" name="Trees of {addon}" action="action"/>"""
    files = {
        "__manifest__.py": f"{{'name': '{addon}', 'version': '{version}.0', 'depends': ['base'],\n"
        " 'data': ['security/ir.model.access.csv', 'data.xml']}\n",
        "__init__.py": "",
        "models/__init__.py": "",
        "models/tree.py": _MODEL.format(addon=addon, more=_MORE if version > 1 else ""),
        "security/ir.model.access.csv": "id,name,model_id:id,group_id:id,perm_read,perm_write,perm_create,perm_unlink\n"
        f"access_tree,tree,model_{addon}_tree,base.group_user,1,1,1,1\n",
        "data.xml": f"<data>\n{rows}\n{views}\n</data>\n",
    }
    if version > 1:
        files["migrations/2.0/post_higher.py"] = _MIGRATION.format(addon=addon)
    for path, text in files.items():
        file = folder / addon / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
