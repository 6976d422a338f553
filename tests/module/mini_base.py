"""A `base` of a few lines, so that tests of installing are quick and need nothing of the real one."""

MANIFEST = """{"name": "Base", "version": "1.0", "data": ["data.xml"]}"""

MODELS = """
from datetime import timedelta

from core import Model, fields


class Users(Model):
    _name = "res.users"
    _description = "User"
    name = fields.Char("Name", required=True)
    lang = fields.Char("Language")
    password = fields.Char("Password")
    active = fields.Boolean("Active", default=True)


class Partner(Model):
    _name = "res.partner"
    _description = "Partner"
    name = fields.Char("Name", required=True)
    country_id = fields.Many2one(lambda: Country, "Country")


class Country(Model):
    _name = "res.country"
    _description = "Country"
    name = fields.Char("Name", required=True, translate=True)


class Lang(Model):
    _name = "res.lang"
    _description = "Language"
    name = fields.Char("Name", required=True)
    code = fields.Char("Code", required=True)
    iso_code = fields.Char("ISO Code")
    active = fields.Boolean("Active", default=True)


class IrModel(Model):
    _name = "ir.model"
    _description = "Model"
    name = fields.Char("Name", required=True)
    model = fields.Char("Model", required=True, index=True)
    transient = fields.Boolean("Transient")


class IrModelFields(Model):
    _name = "ir.model.fields"
    _description = "Field"
    name = fields.Char("Name", required=True)
    model = fields.Char("Model", required=True, index=True)
    model_id = fields.Many2one(IrModel, "Model", required=True, ondelete="cascade")
    field_description = fields.Char("Label")
    ttype = fields.Char("Type")
    relation = fields.Char("Linked Model")
    relation_table = fields.Char("Link Table")


class ModelData(Model):
    _name = "ir.model.data"
    _description = "External ID"
    name = fields.Char("Name", required=True, index=True)
    module = fields.Char("Addon", required=True, index=True)
    model = fields.Char("Model", required=True)
    res_id = fields.Integer("Record")
    noupdate = fields.Boolean("Keep")
    _unique_name = fields.Unique("module", "name", message="Twice.")


class Module(Model):
    _name = "ir.module.module"
    _description = "Addon"
    name = fields.Char("Name", required=True)
    shortdesc = fields.Char("Title")
    state = fields.Selection(
        "State", {"uninstalled": "No", "uninstallable": "Never", "installed": "Yes", "broken": "Broken"}
    )
    latest_version = fields.Char("Version")
    installed_version = fields.Char("Version on disk")
    demo = fields.Boolean("Demo")
    enabled = fields.Boolean("Enabled", default=True)
    message = fields.Text("Message")


class Parameter(Model):
    _name = "ir.config_parameter"
    _description = "Parameter"
    key = fields.Char("Key", required=True)
    value = fields.Text("Value", required=True)


class Cron(Model):
    _name = "ir.cron"
    _description = "Scheduled Job"
    name = fields.Char("Name")
    active = fields.Boolean("Active", default=True)
    nextcall = fields.Datetime("Next")
    priority = fields.Integer("Priority")
    model = fields.Char("Model")
    function = fields.Char("Function")
    args = fields.Text("Arguments")
    user_id = fields.Many2one(Users, "User")
    failures = fields.Integer("Failures")

    def plan_next(self):
        self.write({"nextcall": self.env.now() + timedelta(hours=1)})


class Filters(Model):
    _name = "ir.filters"
    _description = "Filter"
    name = fields.Char("Name", required=True)
    model_id = fields.Char("Model", required=True)
    domain = fields.Text("Domain", default="[]")
    context = fields.Text("Context", default="{}")
"""

DATA = """<data>
  <record id="user_root" model="res.users"><field name="name">Root</field></record>
  <record id="user_admin" model="res.users"><field name="name">Admin</field></record>
  <record id="lang_en" model="res.lang"><field name="name">English</field><field name="code">en_US</field></record>
  <record id="lang_es" model="res.lang">
    <field name="name">Español</field><field name="code">es_ES</field><field name="iso_code">es</field>
    <field name="active" eval="False"/>
  </record>
  <record id="germany" model="res.country"><field name="name">Germany</field></record>
</data>
"""

CATALOGUE = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"

msgid "Germany"
msgstr "Alemania"
"""

FILES = {
    "__manifest__.py": MANIFEST,
    "models/all.py": MODELS,
    "data.xml": DATA,
    "i18n/es.po": CATALOGUE,
}
