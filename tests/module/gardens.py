"""An addon that tests of installing, upgrading and removing share."""

GARDEN = {
    "__manifest__.py": "{'data': ['data.xml'], 'demo': ['demo.xml'], 'version': '1.0'}",
    "models/tree.py": """
        from core import Model, fields
        from addons.base.models.all import Partner

        class Tree(Model):
            _name = "garden.tree"
            _description = "Tree"
            name = fields.Char("Name", required=True)
            owner_id = fields.Many2one(Partner, "Owner")
            height = fields.Integer("Height", default=2)
            neighbour_ids = fields.Many2many(lambda: Tree, "Neighbours", relation="tree_rel", column1="a", column2="b")

        class Gardener(Partner, extend=True):
            tree_ids = fields.One2many(lambda: Tree, "owner_id", "Trees")
            favourite_id = fields.Many2one(lambda: Tree, "Favourite")
            green_thumb = fields.Boolean("Green thumb", default=True)
            tree_count = fields.Integer("Number of trees")

            @tree_count.compute("tree_ids")
            def _compute_tree_count(self):
                for partner in self:
                    partner.tree_count = 40 + len(partner.tree_ids)
    """,
    "data.xml": """<data>
        <record id="oak" model="garden.tree"><field name="name">Oak</field></record>
        <record id="gardener" model="res.partner"><field name="name">Gardener</field></record>
    </data>""",
    "demo.xml": """<data><record id="elm" model="garden.tree"><field name="name">Elm</field></record></data>""",
}
