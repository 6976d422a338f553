"""An addon of the tests of data files and views."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from core.data import LoadOutcome, load_file

if TYPE_CHECKING:
    from core.orm.env import Env


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of an addon `shop` on the addons path."""
    import addons

    folder = tmp_path / "addons" / "shop"
    folder.mkdir(parents=True)
    monkeypatch.setattr(addons, "__path__", [*addons.__path__, str(folder.parent)])
    return folder


class Loader:
    """Writes a file of the addon and loads it."""

    def __init__(self, env: Env, folder: Path) -> None:
        self.env = env
        self.folder = folder

    def __call__(self, text: str, name: str = "data.xml", **options: Any) -> LoadOutcome:
        (self.folder / name).write_text(text, encoding="utf-8")
        return load_file(self.env, "shop", name, **options)

    def old(self, inside: str, noupdate: str = "0", **options: Any) -> LoadOutcome:
        """An OpenERP file."""
        return self(f'<openerp>\n<data noupdate="{noupdate}">\n{inside}\n</data>\n</openerp>', **options)

    def ref(self, xmlid: str) -> Any:
        return self.env.ref(xmlid if "." in xmlid else f"shop.{xmlid}")


@pytest.fixture
def load(env: Env, shop: Path) -> Loader:
    return Loader(env, shop)
