import sys
import threading

import pytest

from core.kernel import limit
from core.module import importer
from core.module.finder import find_addons
from core.module.graph import in_order
from core.module.importer import import_addons, python_modules
from core.orm import declare


@pytest.fixture
def imported(addon_folder):
    """Import the named addons, dependencies first."""

    def run(*names):
        shelf = find_addons()
        depends = {name: [other for other in shelf.depends()[name] if other in names] for name in names}
        return import_addons(in_order(names, depends), shelf)

    return run


def test_the_python_of_an_addon_is_imported_in_order(addon_folder, imported):
    addon_folder.write_files(
        "garden",
        {
            "__manifest__.py": "{}",
            "models/tree.py": "from addons.garden.hookspecs import seen\nseen.append('tree')",
            "models/bed.py": "from addons.garden.hookspecs import seen\nseen.append('bed')",
            "wizards/plant.py": "from addons.garden.hookspecs import seen\nseen.append('plant')",
            "hookspecs.py": "seen = []",
            "hooks.py": "from addons.garden.hookspecs import seen\nseen.append('hooks')",
            "web.py": "from addons.garden.hookspecs import seen\nseen.append('web')",
            "tests/test_tree.py": "raise RuntimeError('tests are not imported')",
        },
    )
    assert imported("garden") == {}
    assert sys.modules["addons.garden.hookspecs"].seen == ["bed", "tree", "plant", "hooks", "web"]


@pytest.mark.case("K01")
@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("1 / 0", "garden/models/tree.py:1: ZeroDivisionError: division by zero"),
        ("def f(:\n    pass", "garden/models/tree.py:1: SyntaxError"),
        ("import sys\nsys.exit(3)", "it ends the program while it is imported"),
        ("import a_library_nobody_wrote", "ModuleNotFoundError"),
        ("import addons.garden.models.bush", "ModuleNotFoundError"),
        ("raise BaseException('odd')", "BaseException: odd"),
        ("def deep():\n    deep()\ndeep()", "RecursionError"),
    ],
)
def test_a_broken_addon_is_reported_and_leaves_nothing_behind(addon_folder, imported, source, reason):
    addon_folder.write_files("garden", {"__manifest__.py": "{}", "hookspecs.py": "x = 1", "models/tree.py": source})
    addon_folder.write_files("lawn", {"__manifest__.py": "{}", "models/grass.py": "fine = True"})
    broken = imported("garden", "lawn")
    assert reason in str(broken["garden"])
    assert "lawn" not in broken
    assert [name for name in sys.modules if name.startswith("addons.garden")] == []
    assert declare.declarations("garden") == []


@pytest.mark.case("K02")
def test_dependants_of_a_broken_addon_are_broken_for_the_same_reason(addon_folder, imported):
    addon_folder.write_files("garden", {"__manifest__.py": "{}", "models/tree.py": "1 / 0"})
    addon_folder.write("lawn", "{'depends': ['garden']}")
    addon_folder.write("mower", "{'depends': ['lawn']}", hooks_dot_py="raise RuntimeError('never imported')")
    broken = imported("garden", "lawn", "mower")
    assert "needs garden, which is broken" in str(broken["lawn"])
    assert "needs lawn, which is broken" in str(broken["mower"])
    assert str(broken["mower"]).endswith("ZeroDivisionError: division by zero")


# What sleeps is left behind asleep: it has a name of its own, so that no other test waits for it.
@pytest.mark.case("K01")
@pytest.mark.parametrize(
    ("name", "source"), [("spinner", "while True: pass"), ("sleeper", "import time; time.sleep(9999)")]
)
def test_an_import_that_never_ends_is_stopped(addon_folder, imported, monkeypatch, name, source):
    monkeypatch.setattr(importer, "LONGEST_IMPORT", 0.3)
    monkeypatch.setattr(importer, "PATIENCE", 2.0)
    addon_folder.write_files(name, {"__manifest__.py": "{}", "models/tree.py": source})
    outcome = {}

    def start():
        outcome.update(imported(name))

    thread = threading.Thread(target=start)
    thread.start()
    thread.join(60)
    assert "takes longer than" in str(outcome[name])


def test_a_broken_addon_is_tried_again_only_when_told_to(addon_folder, imported):
    folder = addon_folder.write_files("garden", {"__manifest__.py": "{}", "models/tree.py": "1 / 0"})
    assert "garden" in imported("garden")
    (folder / "models" / "tree.py").write_text("repaired = True\n\n")
    assert "garden" in imported("garden")
    importer.forget_broken(["garden"])
    assert imported("garden") == {}


def test_addons_of_one_name_in_two_folders_are_never_mixed(addon_folder, imported, tmp_path):
    addon_folder.write_files("garden", {"__manifest__.py": "{}", "models/tree.py": "from addons.garden import rest"})
    other = tmp_path / "other" / "garden"
    other.mkdir(parents=True)
    (other / "__manifest__.py").write_text("{}")
    (other / "rest.py").write_text("")
    importer.namespace().__path__ = [*importer.namespace().__path__, str(tmp_path / "other")]
    assert "ImportError" in str(imported("garden")["garden"])


def test_private_modules_and_packages_are_not_listed(addon_folder):
    addon_folder.write_files("garden", {"__manifest__.py": "{}", "models/__init__.py": "", "models/tree.py": ""})
    assert python_modules(find_addons().manifests["garden"]) == ["addons.garden.models.tree"]


def test_an_import_that_ends_in_time_is_left_alone(addon_folder, imported, monkeypatch):
    # Even a cleared exception would leave the interpreter looking for it at every step, for good.
    raised = []
    monkeypatch.setattr(limit.ctypes.pythonapi, "PyThreadState_SetAsyncExc", lambda *found: raised.append(found))
    addon_folder.write_files("garden", {"__manifest__.py": "{}", "models/tree.py": "planted = True"})
    assert imported("garden") == {}
    assert raised == []
