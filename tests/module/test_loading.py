import gc
import threading
import time
import weakref

import pytest

from core.db import addon_rows
from core.db.engine import begin
from core.errors import Busy, UnknownName, UserError
from core.job.workers import DatabaseWorker
from core.module import importer
from core.module.enable import disable, enable
from core.module.install import install
from core.module.loading import left_out
from core.module.operation import WORK, told_why
from core.module.registries import Registries, RegistryChanged, home_of
from tests.module import mini_base
from tests.module.gardens import GARDEN


@pytest.fixture
def planted(garden):
    garden.create()
    garden.install("garden")
    return garden


def another_worker(world):
    """The registries of a second worker process: they share nothing with the first but the database."""
    return Registries(world.registries.server, world.registries.settings)


def break_it(world, text="1 / 0"):
    world.folder.write_files("garden", {"models/tree.py": text})


def test_an_unknown_database_is_said_so(garden):
    with pytest.raises(UnknownName, match="There is no database shop"):
        garden.registries.get("shop")


@pytest.mark.case("K01")
def test_a_broken_addon_is_a_state_and_the_rest_works(planted):
    planted.folder.write("pond", "{'depends': ['garden']}")
    planted.install("pond")
    break_it(planted)
    worker = another_worker(planted)
    assert worker.get("shop").addons == ("base",)
    rows = planted.rows()
    assert (rows["garden"].state, rows["pond"].state) == ("broken", "broken")
    assert "garden/models/tree.py:1: ZeroDivisionError" in rows["garden"].message
    assert "It needs garden" in rows["pond"].message
    assert worker.run("shop", lambda env: env["res.partner"].create({"name": "Ana"}).name) == "Ana"


def test_a_repaired_addon_works_after_a_restart(planted):
    break_it(planted)
    another_worker(planted).get("shop")
    planted.folder.write_files("garden", GARDEN)
    assert another_worker(planted).get("shop").addons == ("base", "garden")
    assert planted.rows()["garden"].state == "installed"
    assert planted.rows()["garden"].message == ""


def test_a_broken_addon_can_be_upgraded_once_repaired_and_uninstalled_when_not(planted):
    break_it(planted)
    worker = another_worker(planted)
    worker.get("shop")
    with pytest.raises(UserError, match="garden cannot be upgraded"):
        planted.upgrade("garden")
    plan = planted.plan("garden")
    assert plan.tables == {"garden_tree": 1, "tree_rel": 0}
    planted.uninstall("garden")
    assert planted.rows()["garden"].state == "uninstalled"
    assert "garden_tree" not in planted.schema()
    planted.folder.write_files("garden", GARDEN)
    planted.install("garden")
    assert planted.read(lambda env: env.ref("garden.oak").name) == "Oak"


def test_a_broken_addon_does_not_stop_changes_of_others(planted):
    planted.folder.write("pond", "{'depends': ['base']}")
    for source in ("1 / 0", "from core import Model\nclass Tree(Model):\n    _name = 'res.partner'\n"):
        break_it(planted, source)
        another_worker(planted).get("shop")
        assert planted.rows()["garden"].state == "broken"
        assert planted.upgrade("base").upgraded == ["base"]
        assert planted.install("pond").installed == ["pond"]
        planted.uninstall("pond")
        assert planted.registries.get("shop").addons == ("base",)
        planted.folder.write_files("garden", GARDEN)
        another_worker(planted).get("shop")
        assert planted.rows()["garden"].state == "installed"


def test_addons_that_do_not_fit_together_break_one_only(planted):
    break_it(
        planted,
        GARDEN["models/tree.py"].replace(
            "height =", 'bed_id = fields.Many2one("garden.bed", "Bed")\n            height ='
        ),
    )
    worker = another_worker(planted)
    assert worker.get("shop").addons == ("base",)
    assert "garden.bed" in planted.rows()["garden"].message


def test_a_registry_that_left_something_out_is_forgotten_with_its_worker(planted, monkeypatch):
    monkeypatch.setattr("core.module.loading.log.disabled", True)  # what pytest has caught keeps the frames it came by
    break_it(
        planted,
        GARDEN["models/tree.py"].replace(
            "height =", 'bed_id = fields.Many2one("garden.bed", "Bed")\n            height ='
        ),
    )
    worker = another_worker(planted)
    registry = weakref.ref(worker.get("shop"))
    assert left_out(registry()).keys() == {"garden"}
    worker.forget("shop")
    gc.collect()
    assert registry() is None


def test_an_addon_that_left_the_disk_is_broken_and_can_go(planted):
    import shutil

    shutil.rmtree(planted.folder.path / "garden")
    importer.forget("garden")
    worker = another_worker(planted)
    assert worker.get("shop").addons == ("base",)
    assert "There is no addon garden" in planted.rows()["garden"].message
    planted.uninstall("garden")
    assert planted.rows()["garden"].state == "uninstalled"


@pytest.mark.case("K21")
def test_files_older_than_the_database_are_not_loaded(planted):
    planted.folder.write_files("garden", {"__manifest__.py": "{'version': '0.5'}"})
    worker = another_worker(planted)
    assert worker.get("shop").addons == ("base",)
    assert "has version 1.0 of garden" in planted.rows()["garden"].message


def test_a_broken_base_is_refused_with_its_reason(planted):
    planted.folder.write_files("base", {"models/bad.py": "import nothing_of_that_name"})
    with pytest.raises(UserError, match=r"shop cannot be opened: base/models/bad\.py:1: ModuleNotFoundError"):
        another_worker(planted).get("shop")


def test_two_databases_of_one_process_have_their_own_addons(planted):
    planted.create("office")
    assert "garden.tree" in planted.registries.get("shop")
    assert "garden.tree" not in planted.registries.get("office")
    assert planted.read(lambda env: env["res.partner"].create) is not None
    assert "green_thumb" not in planted.registries.get("office")["res.partner"].fields


@pytest.mark.case("J25")
def test_another_worker_notices_at_its_next_transaction(garden):
    garden.create()
    worker = another_worker(garden)
    old = worker.get("shop")
    garden.install("garden")
    with pytest.raises(RegistryChanged), old.transaction():
        pytest.fail("a transaction began on an outdated registry")
    assert worker.run("shop", lambda env: env.ref("garden.oak").name) == "Oak"
    assert worker.get("shop") is not old
    garden.uninstall("garden")
    assert worker.run("shop", lambda env: "garden.tree" in env) is False


def test_a_job_worker_rebuilds_before_anybody_asks(garden):
    garden.create()
    other = another_worker(garden)
    old = other.get("shop")
    worker = DatabaseWorker(other, "shop")
    worker.start()
    garden.install("garden")
    deadline = time.monotonic() + 60
    while other._ready["shop"] is old and time.monotonic() < deadline:
        time.sleep(0.02)
    worker.stop()
    worker.join()
    assert "garden.tree" in other._ready["shop"]


def test_workers_forget_what_rows_no_longer_say(planted):
    worker = another_worker(planted)
    worker.run("shop", lambda env: env.registry.cache("menus").update(kept=True))
    assert worker.run("shop", lambda env: env.registry.cache("menus")) == {"kept": True}
    with begin(planted.registries.server.engine("shop"), write=True) as connection:
        addon_rows.bump_caches(connection)
    assert worker.run("shop", lambda env: env.registry.cache("menus")) == {}


def test_an_external_id_is_found_under_the_older_name_of_its_addon(garden):
    garden.folder.write_files("garden", {"__manifest__.py": "{'data': ['data.xml'], 'aliases': ['crm_garden']}"})
    garden.create(addons=["garden"])
    assert garden.read(lambda env: env.ref("crm_garden.oak").name) == "Oak"


def test_a_disabled_addon_keeps_its_data_and_is_not_loaded(planted):
    planted.folder.write("pond", "{'depends': ['garden']}")
    planted.install("pond")
    outcome = disable(planted.registries, "shop", ["garden"])
    assert outcome.removed == ["garden", "pond"]
    assert planted.registries.get("shop").addons == ("base",)
    assert another_worker(planted).get("shop").addons == ("base",)
    planted.write(lambda env: env["res.partner"].create({"name": "Ana"}).id)
    planted.folder.write("shed", "{'depends': ['garden']}")
    with pytest.raises(UserError, match="must be enabled"):
        planted.install("shed")
    assert enable(planted.registries, "shop", ["pond"]).installed == ["garden", "pond"]
    assert planted.read(lambda env: env.ref("garden.oak").name) == "Oak"
    with pytest.raises(UserError, match="everything stands on it"):
        disable(planted.registries, "shop", ["base"])


def test_a_transaction_knows_the_registries_it_belongs_to(planted):
    assert home_of(planted.registries.get("shop")) is planted.registries


@pytest.mark.case("K10")
def test_two_installations_at_once_both_arrive(garden):
    garden.folder.write("pond", "{'depends': ['garden']}")
    garden.folder.write("shed", "{'depends': ['base']}")
    garden.create()
    other = another_worker(garden)
    failures = []

    def go(registries, name):
        try:
            install(registries, "shop", [name])
        except Busy as error:
            failures.append(error)

    threads = [
        threading.Thread(target=go, args=(garden.registries, "pond")),
        threading.Thread(target=go, args=(other, "shed")),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    states = {name: row.state for name, row in garden.rows().items()}
    installed = {name for name, state in states.items() if state == "installed"}
    assert failures == []
    assert installed == {"base", "garden", "pond", "shed"}
    assert set(another_worker(garden).get("shop").addons) == installed


@pytest.mark.case("K10")
def test_the_same_addon_installed_twice_at_once_is_there_once(garden):
    garden.create()
    other = another_worker(garden)
    outcomes = []
    threads = [
        threading.Thread(target=lambda home=home: outcomes.append(install(home, "shop", ["garden"])))
        for home in (garden.registries, other)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcome.changed for outcome in outcomes) == [False, True]
    assert garden.read(lambda env: env["garden.tree"].search_count([])) == 1


def grow(world, addon="garden", path="models/tree.py", before='height = fields.Integer("Height", default=2)'):
    """Newer files of an addon, with one more column."""
    source = {"garden": GARDEN, "base": mini_base.FILES}[addon][path]
    assert before in source
    world.folder.write_files(addon, {path: source.replace(before, f'width = fields.Integer("Width"); {before}')})
    world.registries.forget("shop")


def test_an_addon_whose_files_are_newer_rests_until_it_is_upgraded(planted):
    planted.folder.write("pond", "{'depends': ['garden']}")
    planted.install("pond")
    grow(planted)
    assert planted.registries.get("shop").addons == ("base",)
    assert planted.read(lambda env: env["res.partner"].search_count([])) > 0
    row = planted.rows()["garden"]
    assert row.state == "broken"
    assert row.message == "Its files are newer than the database, which has no garden_tree.width yet. Upgrade it."
    assert planted.rows()["pond"].state == "broken"
    planted.folder.write("lawn")
    assert planted.install("lawn").installed == ["lawn"]
    assert planted.upgrade("garden").upgraded == ["garden"]
    assert planted.read(lambda env: env["garden.tree"].search([]).mapped("width")) == [0]
    planted.registries.forget("shop")
    assert planted.registries.get("shop").addons == ("base", "garden", "lawn", "pond")
    assert {row.state for row in planted.rows().values() if row.installed} == {"installed"}


def test_an_addon_whose_files_are_newer_can_be_removed(planted):
    grow(planted)
    planted.registries.get("shop")
    assert planted.uninstall("garden").removed == ["garden"]


def test_a_base_whose_files_are_newer_says_how_to_upgrade_it(planted):
    grow(planted, "base", "models/all.py", 'lang = fields.Char("Language")')
    with pytest.raises(UserError, match="grial addon upgrade base -d shop"):
        planted.registries.get("shop")
    assert planted.upgrade("base").upgraded == ["base", "garden"]
    assert planted.read(lambda env: env["res.users"].search([]).mapped("width"))


def test_people_find_addons_that_are_new_on_disk(planted):
    planted.folder.write("fountain", "{'name': 'Fountain'}")
    assert "fountain" not in planted.rows()
    planted.registries.forget("shop")
    planted.registries.get("shop")
    assert planted.rows()["fountain"].state == "uninstalled"


def test_whoever_must_wait_is_told_which_addons_are_being_changed(planted):
    planted.registries.board.report("shop", WORK, "Installing pond")
    error = told_why(planted.registries, "shop", Busy("The database is busy."))
    assert str(error) == "Installing pond at this moment. Please wait, and try again."
    planted.registries.board.clear("shop", WORK)
    assert str(told_why(planted.registries, "shop", Busy("The database is busy."))) == "The database is busy."
