"""An addon of the tests of data files and views."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of an addon `shop` on the addons path."""
    import addons

    folder = tmp_path / "addons" / "shop"
    folder.mkdir(parents=True)
    monkeypatch.setattr(addons, "__path__", [*addons.__path__, str(folder.parent)])
    return folder
