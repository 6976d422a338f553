"""A database whose addons are disabled or archived goes on: records come and go as without them."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import UserError
from core.module import finder, importer
from core.module.enable import disable, enable
from core.module.install import install
from core.module.uninstall import uninstall
from core.testing.records import Database
from tests.module.conftest import own_addons

SLEEPER = """
    from addons.base.models.country import Country
    from addons.base.models.partner import Partner
    from core import Model, fields

    class Note(Model):
        _name = "sleeper.note"
        _description = "Note"
        name = fields.Char("Name", required=True)
        about_id = fields.Many2one(Partner, "About", required=True, ondelete="cascade")
        author_id = fields.Many2one(Partner, "Author", ondelete="set null")
        keeper_id = fields.Many2one(Partner, "Keeper", ondelete="restrict")
        reader_ids = fields.Many2many(Partner, "Readers", relation="sleeper_note_reader")

    class Person(Partner, extend=True):
        badge = fields.Char("Badge", required=True, default="none")
        vip = fields.Boolean("Important")
        visits = fields.Integer("Visits", required=True)
        seen = fields.Date("Seen", required=True, default="2026-01-01")
        birth_country_id = fields.Many2one(Country, "Born in", ondelete="restrict")
        favourite_id = fields.Many2one(lambda: Note, "Favourite")
"""


@pytest.fixture
def sleeper(database: Database, tmp_path: Path) -> Iterator[Database]:
    """The database with an addon that adds a required column to partners, and a table with links of every kind."""
    folder = tmp_path / "addons" / "sleeper"
    (folder / "models").mkdir(parents=True)
    (folder / "__manifest__.py").write_text("{'name': 'Sleeper', 'depends': ['base']}")
    (folder / "models" / "note.py").write_text(textwrap.dedent(SLEEPER))
    with own_addons():
        finder.add_paths([tmp_path / "addons"])
        install(database.databases.registries, database.name, ["sleeper"])
        yield database
        importer.forget("sleeper")


def fill(database: Database) -> dict[str, int]:
    """A note with links of every kind; gives the partners by the kind of their link."""
    with database.transaction() as env:
        kinds = ("about", "author", "keeper", "reader")
        found = {kind: env["res.partner"].create({"name": kind}).id for kind in kinds}
        links = {f"{kind}_id": found[kind] for kind in kinds[:3]}
        note = env["sleeper.note"].create({"name": "N", **links, "reader_ids": [(6, 0, [found["reader"]])]})
        country = env["res.country"].create({"name": "Nowhere", "code": "ZZ"})
        env["res.partner"].browse(found["author"]).write({"favourite_id": note.id, "birth_country_id": country.id})
        found["country"] = country.id
        return found


def delete(database: Database, model: str, record: int) -> None:
    with database.transaction() as env:
        env[model].browse(record).unlink()
    with database.transaction(write=False) as env:
        assert not env[model].browse(record).exists()


def create_and_delete(database: Database) -> None:
    """A company with its people, and a user: what people do all day."""
    with database.transaction() as env:
        company = env["res.partner"].create({"name": "Firm", "child_ids": [(0, 0, {"name": "Person"})]})
        user = env["res.users"].create({"name": "New", "login": "new@example.com"})
        env.flush()
        ids = company.id, company.child_ids.id, user.id
    with database.transaction() as env:
        env["res.users"].browse(ids[2]).unlink()
        env["res.partner"].browse(ids[:2]).unlink()


def test_a_disabled_addon_is_in_nobodys_way(sleeper: Database) -> None:
    links = fill(sleeper)
    disable(sleeper.databases.registries, sleeper.name, ["sleeper"])
    create_and_delete(sleeper)
    # What its rows need is kept for the day when it is enabled.
    with pytest.raises(UserError, match=r"addon sleeper, which is disabled, still use keeper.* enable the addon"):
        delete(sleeper, "res.partner", links["keeper"])
    with pytest.raises(UserError, match="addon sleeper, which is disabled, still use Nowhere"):
        delete(sleeper, "res.country", links["country"])
    for kind in ("about", "author", "reader", "keeper"):
        delete(sleeper, "res.partner", links[kind])
    delete(sleeper, "res.country", links["country"])
    enable(sleeper.databases.registries, sleeper.name, ["sleeper"])
    with sleeper.transaction() as env:
        assert not env["sleeper.note"].search([])
        assert env["res.partner"].create({"name": "Again"}).badge == "none"


def test_a_broken_addon_is_in_nobodys_way(sleeper: Database, tmp_path: Path) -> None:
    links = fill(sleeper)
    note = tmp_path / "addons" / "sleeper" / "models" / "note.py"
    note.write_text("1 / 0\n" + note.read_text())
    importer.forget("sleeper")
    sleeper.databases.registries.forget(sleeper.name)
    create_and_delete(sleeper)
    with pytest.raises(UserError, match=r"addon sleeper, which is broken, still use keeper.* works again"):
        delete(sleeper, "res.partner", links["keeper"])
    for kind in ("about", "author", "reader", "keeper"):
        delete(sleeper, "res.partner", links[kind])


def test_an_archived_addon_is_in_nobodys_way(sleeper: Database) -> None:
    links = fill(sleeper)
    uninstall(sleeper.databases.registries, sleeper.name, ["sleeper"])
    create_and_delete(sleeper)
    for kind in ("keeper", "about", "author", "reader"):
        delete(sleeper, "res.partner", links[kind])
    delete(sleeper, "res.country", links["country"])
    outcome = install(sleeper.databases.registries, sleeper.name, ["sleeper"])
    assert any("sleeper_note" in line for line in outcome.messages), "links that lead nowhere by now are told"
    create_and_delete(sleeper)
