"""A process that is killed in the middle of a change of addons leaves the database as it was."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import UserError
from tests.module.gardens import GARDEN

ROOT = Path(__file__).resolve().parents[2]

SCRIPT = """
import os, signal, sys
from core.db.engine import DatabaseServer
from core.kernel.config import Settings
from core.module import finder
from core.module.install import install
from core.module.registries import Registries
from core.module.uninstall import uninstall
from core.module.upgrade import upgrade

change, step, path, data_dir, url = sys.argv[1:]
finder.namespace().__path__ = [path]
settings = Settings.from_env({}, data_dir=data_dir, database_url=url)
registries = Registries(DatabaseServer(settings), settings)

def progress(done, total, message):
    if done >= int(step):
        os.kill(os.getpid(), signal.SIGKILL)

changes = {"install": install, "upgrade": upgrade, "uninstall": uninstall}
changes[change](registries, "shop", ["garden"], progress=progress)
"""


@pytest.mark.case("J01", "J02", "J03")
@pytest.mark.kill
@pytest.mark.parametrize(("change", "step"), [("install", 2), ("upgrade", 3), ("uninstall", 2)])
def test_a_killed_change_never_happened(garden, change, step):
    garden.create()
    if change != "install":
        garden.install("garden")
    if change == "upgrade":
        manifest = "{'data': ['data.xml'], 'version': '2.0'}"
        tree = GARDEN["models/tree.py"].replace(
            "height =", 'kind = fields.Char("Kind", default="leafy")\n            height ='
        )
        garden.folder.write_files("garden", {**GARDEN, "__manifest__.py": manifest, "models/tree.py": tree})
    before = garden.schema(), garden.counts(), garden.rows()
    server = garden.registries.server
    server.dispose("shop")
    url = server.url.render_as_string(hide_password=False) if server.url is not None else ""
    arguments = [change, str(step), str(garden.folder.path), str(server.data_dir), url]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    killed = subprocess.run([sys.executable, "-c", SCRIPT, *arguments], env=environment, cwd=ROOT, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert (garden.schema(), garden.counts(), garden.rows()) == before
    assert garden.registries.board.read("shop", "addons") is None
    if change == "install":
        assert garden.install("garden").changed
    elif change == "upgrade":
        assert garden.upgrade("garden").changed
    else:
        assert garden.uninstall("garden").changed
        with pytest.raises(UserError):
            garden.upgrade("garden")
