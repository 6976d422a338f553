"""Every way in which an addon can be wrong: it is refused, or left out, with its file and line; all others work."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.db import addon_rows
from core.db.engine import begin
from core.errors import GrialError
from core.module import finder, importer
from core.module.install import install
from core.module.upgrade import upgrade
from core.testing.records import Database
from tests.kill import addons
from tests.kill.snapshot import take
from tests.module.conftest import own_addons

Files = dict[str, str]

HEAD = "from addons.base.models.partner import Partner\nfrom core import Model, api, fields\n\n"
THING = """
class Thing(Model):
    _name = "bad.thing"
    _description = "Thing"
    name = fields.Char("Name")
    amount = fields.Char("Amount")
"""
GOOD: Files = {
    "__manifest__.py": "{'name': 'Bad', 'version': '1.0', 'depends': ['base'], 'data': ['data.xml']}\n",
    "models/thing.py": HEAD + THING,
    "data.xml": "<data>\n  <record id='one' model='bad.thing'><field name='name'>One</field>"
    "<field name='amount'>many</field></record>\n</data>\n",
}


def data(text: str) -> Files:
    return {"data.xml": f"<data>\n\n{text}\n</data>\n"}


def model(text: str) -> Files:
    return {"models/thing.py": HEAD + THING + text}


def manifest(text: str) -> Files:
    return {"__manifest__.py": text}


VIEW = (
    "<record id='v' model='ir.ui.view'><field name='name'>v</field><field name='model'>res.partner</field>"
    "<field name='inherit_id' ref='base.partner_form'/><field name='arch' type='xml'>\n"
    "<xpath expr=\"//field[@name='nowhere']\" position='after'><field name='ref'/></xpath></field></record>"
)

CODE: dict[str, tuple[Files, str]] = {
    "syntax error": (model("def broken(:\n    pass"), "bad/models/thing.py:10: SyntaxError"),
    "module that is missing": (model("import no_such_library"), "bad/models/thing.py:10: ModuleNotFoundError"),
    "error while it is imported": (model("1 / 0"), "bad/models/thing.py:10: ZeroDivisionError"),
    "end of the program": (model("raise SystemExit(3)"), "bad/models/thing.py:10: it ends the program"),
    "manifest that computes": (manifest("{'name': str(1)}\n"), "bad/__manifest__.py:1"),
    "manifest of another kind": (manifest("['name']\n"), "bad/__manifest__.py"),
    "manifest with a wrong value": (manifest("{'name': 'Bad',\n 'depends': 'base'}\n"), "bad/__manifest__.py:2"),
    "dependency that is missing": (manifest("{'depends': ['base', 'nowhere']}\n"), "bad → nowhere"),
    "dependencies in a circle": (manifest("{'depends': ['base', 'worse']}\n"), "bad → worse → bad"),
    "dependency on a broken one": (manifest("{'depends': ['base', 'broken']}\n"), "broken/models/thing.py:1"),
    "link to an unknown model": (
        model("    other_id = fields.Many2one('bad.nothing', 'Other')"), "bad.thing.other_id links to bad.nothing"),
    "compute of an unknown field": (
        model("    total = fields.Integer('Total')\n    @total.compute('nothing')\n    def _compute_total(self): ..."),
        "nothing"),
    "model declared twice": (
        model("class Again(Model):\n    _name = 'res.partner'\n    _description = 'Again'"), "res.partner"),
    "override with another signature": (
        model("class More(Partner, extend=True):\n    def write(self):\n        return True"), "write(self)"),
    "field of another kind": (
        model("class More(Partner, extend=True):\n    name = fields.Integer('Name')"), "res.partner.name"),
}  # fmt: skip
"""What is found in the code of an addon, also of one that was installed before it broke."""

DATA: dict[str, tuple[Files, str]] = {
    "XML that is not well-formed": ({"data.xml": "<data>\n<record id='a'>\n</data>"}, "bad/data.xml:3"),
    "unknown model": (data("<record id='a' model='bad.bush'/>"), "bad/data.xml:3"),
    "unknown field": (
        data("<record id='a' model='bad.thing'><field name='colour'>red</field></record>"), "bad/data.xml:3"),
    "unknown reference": (
        data("<record id='a' model='bad.thing'><field name='name' ref='no'/></record>"),
        "bad/data.xml:3"),
    "wrong value": (
        data("<record id='a' model='bad.thing'><field name='name' eval='1 +'/></record>"),
        "bad/data.xml:3"),
    "xpath that finds nothing": (data(VIEW), "nowhere"),
    "file that is missing": (
        manifest("{'name': 'Bad', 'version': '1.0', 'data': ['missing.xml']}\n"), "missing.xml"),
    "unknown group in the rights": (
        {**manifest("{'name': 'Bad', 'version': '1.0', 'data': ['ir.model.access.csv']}\n"),
         "ir.model.access.csv": "id,name,model_id:id,group_id:id,perm_read\na,a,model_bad_thing,base.nobody,1\n"},
        "bad/ir.model.access.csv:2"),
    "hook that fails": (
        {"hooks.py": "from core import hookimpl\n\n@hookimpl\ndef addon_installed(env, name):\n    1 / 0\n"},
        "bad/hooks.py:5: ZeroDivisionError"),
}  # fmt: skip
"""What is found when an addon is installed."""

SECOND = manifest("{'name': 'Bad', 'version': '2.0', 'depends': ['base'], 'data': ['data.xml']}\n")
UPGRADE: dict[str, tuple[Files, str]] = {
    "migration that fails": (
        {"migrations/2.0/post_all.py": "def migrate(m):\n    m.env['bad.thing'].search([])\n    1 / 0\n"},
        "bad/migrations/2.0/post_all.py:3"),
    "impossible change of a field": (
        {"models/thing.py": (HEAD + THING).replace("amount = fields.Char", "amount = fields.Integer")}, "amount"),
    "required field without a value": (
        model("    must = fields.Char('Must', required=True)"), "must"),
}  # fmt: skip
"""What is found when an addon is upgraded."""


class Shelf:
    """A folder of addons, and a database that has the sound ones."""

    def __init__(self, database: Database, path: Path) -> None:
        self.database = database
        self.path = path
        self.registries = database.databases.registries

    def write(self, addon: str, files: Files) -> None:
        for path, text in files.items():
            file = self.path / addon / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        importer.forget(addon)

    def message(self, addon: str) -> tuple[str, str]:
        """State and message of an addon in the database."""
        with begin(self.database.databases.server.engine(self.database.name), write=False) as connection:
            row = addon_rows.read_addons(connection)[addon]
            return row.state, row.message

    def refuses(self, files: Files, place: str) -> str:
        """Try to install `bad` with these files: it is refused, nothing is changed and all others work; the reason."""
        engine = self.database.databases.server.engine(self.database.name)
        self.write("bad", {**GOOD, **files})
        before = take(engine)
        with pytest.raises(GrialError) as refused:
            install(self.registries, self.database.name, ["bad"])
        assert place in str(refused.value)
        assert take(engine).differences(before) == []
        self.others_work()
        return str(refused.value)

    def new_process(self) -> None:
        """What a server does that starts on these files."""
        self.registries.forget(self.database.name)
        importer.forget("bad")
        self.registries.get(self.database.name)

    def others_work(self) -> None:
        """Records of base and of a sound addon are created, changed and deleted."""
        with self.database.transaction() as env:
            partner = env["res.partner"].create({"name": "Works"})
            tree = env["orchard.tree"].create({"name": "Works", "owner_id": partner.id})
            partner.write({"ref": "still"})
            env.flush()
            (tree + tree.create({"name": "Two"})).unlink()
            partner.unlink()


@pytest.fixture
def shelf(database: Database, tmp_path: Path) -> Iterator[Shelf]:
    path = tmp_path / "addons"
    addons.write(path, "orchard")
    with own_addons():
        finder.add_paths([path])
        found = Shelf(database, path)
        found.write("worse", manifest("{'depends': ['base', 'bad']}\n"))
        found.write("broken", {**manifest("{}"), "models/thing.py": "1 +\n"})
        install(found.registries, database.name, ["orchard"])
        yield found
        found.registries.forget(database.name)
        for addon in ("bad", "worse", "broken", "orchard"):
            importer.forget(addon)


@pytest.mark.case("K01")
@pytest.mark.case("K02")
@pytest.mark.case("K03")
@pytest.mark.case("K07")
@pytest.mark.parametrize("kind", CODE)
def test_broken_code_is_refused_at_first_and_left_out_later(shelf: Shelf, kind: str) -> None:
    files, place = CODE[kind]
    shelf.refuses(files, place)
    shelf.write("bad", GOOD)
    assert install(shelf.registries, shelf.database.name, ["bad"]).installed == ["bad"]
    shelf.write("bad", files)
    shelf.new_process()
    state, message = shelf.message("bad")
    assert state == "broken"
    assert place.removeprefix("bad → ").partition(" → ")[0].partition("/models/thing.py:1")[0] in message
    assert place in message or "→" in place or place.startswith("broken/"), (
        "only the addon it needs tells file and line"
    )
    shelf.others_work()
    shelf.write("bad", GOOD)
    shelf.new_process()
    assert shelf.message("bad")[0] == "installed"
    with shelf.database.transaction(write=False) as env:
        assert env["bad.thing"].search_count([]) == 1


@pytest.mark.case("K04")
@pytest.mark.case("K05")
@pytest.mark.case("K06")
@pytest.mark.parametrize("kind", DATA)
def test_broken_data_is_refused(shelf: Shelf, kind: str) -> None:
    files, place = DATA[kind]
    assert "bad" in shelf.refuses(files, place)
    (shelf.path / "bad" / "hooks.py").unlink(missing_ok=True)
    shelf.write("bad", GOOD)
    assert install(shelf.registries, shelf.database.name, ["bad"]).installed == ["bad"]


@pytest.mark.case("K14")
@pytest.mark.case("K17")
@pytest.mark.case("K20")
@pytest.mark.parametrize("kind", UPGRADE)
def test_a_broken_upgrade_is_refused(shelf: Shelf, kind: str) -> None:
    files, place = UPGRADE[kind]
    engine = shelf.database.databases.server.engine(shelf.database.name)
    shelf.write("bad", GOOD)
    install(shelf.registries, shelf.database.name, ["bad"])
    before = take(engine)
    shelf.write("bad", {**SECOND, **files})
    with pytest.raises(GrialError) as refused:
        upgrade(shelf.registries, shelf.database.name, ["bad"])
    assert place in str(refused.value)
    assert take(engine).differences(before) == []
    shelf.others_work()
    shelf.write("bad", GOOD)
    shelf.new_process()
    assert shelf.message("bad")[0] == "installed"
