"""The old shop: an addon in OpenERP 7's own way, checked without a database and loaded into one."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import addons
from core.check import Verdict, survey
from core.data import LoadOutcome, load_file
from core.view.resolve import Resolved, resolve

if TYPE_CHECKING:
    from core.orm.env import Env

FOLDER = Path(__file__).parent / "old_shop"


@cache
def verdicts() -> tuple[Verdict, ...]:
    """What the check says of every construct of the old shop."""
    return tuple(survey([FOLDER]).verdicts)


class OldShop:
    """The files of the old shop, and what became of them."""

    def __init__(self, env: Env) -> None:
        self.env = env

    def check(self, number: str) -> dict[tuple[int, str], str]:
        """The verdicts other than `ok` that the check gives the files of a number, by line and construct."""
        found = [one for one in verdicts() if Path(one.file).name.startswith(number)]
        assert found, f"no file {number}"
        return {(one.line, one.construct): one.kind for one in found if one.kind != "ok"}

    def constructs(self, number: str) -> set[str]:
        """The constructs that the check found in the files of a number."""
        return {one.construct for one in verdicts() if Path(one.file).name.startswith(number)}

    def load(self, name: str, **options: Any) -> LoadOutcome:
        """Load a file of the addon as `server.py import --addon old_shop` does."""
        outcome = load_file(self.env, "old_shop", f"{name}.xml", **{"imported": True, **options})
        self.env.flush()
        return outcome

    def kinds(self, name: str, **options: Any) -> list[str]:
        """The verdicts of loading a file."""
        return [verdict.kind for verdict in self.load(name, **options).verdicts]

    def ref(self, xmlid: str) -> Any:
        """The record behind an id of the addon, under OpenERP's name."""
        return self.env.ref(xmlid if "." in xmlid else f"old_shop.{xmlid}")

    def view(self, xmlid: str, kind: str = "form", model: str = "res.partner") -> Resolved:
        """A view with all its extensions."""
        return resolve(self.env, model, kind, f"old_shop.{xmlid}")

    def names(self, xmlid: str) -> list[str]:
        """The fields of a view, in order."""
        return [str(field.get("name")) for field in self.view(xmlid).arch.iter("field")]


@pytest.fixture
def old(env: Env, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OldShop:
    """The old shop on the addons path, and a database to load it into."""
    shutil.copytree(FOLDER, tmp_path / "addons" / "old_shop")
    monkeypatch.setattr(addons, "__path__", [*addons.__path__, str(tmp_path / "addons")])
    return OldShop(env)
