"""Fetches the source archives of OpenERP 7 from the package index that pip uses, and unpacks them into a folder.

Their licence is AGPL: they are read to check that Grial understands them, and are never a part of it. Nothing of them
is run: only regular files of a bounded size are unpacked.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tarfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

VERSION = "7.0.406"
LIST = Path(__file__).with_suffix(".txt")
"""Names of packages, each with the SHA-256 of its archive."""
WANTED = frozenset({".xml", ".csv", ".yml", ".py"})
LARGEST_ARCHIVE = 64 * 1024 * 1024
LARGEST_FILE = 16 * 1024 * 1024
MOST_FILES = 20_000
JSON = "application/vnd.pypi.simple.v1+json"


class Refused(Exception):
    """An archive that is not the one that is meant, or that would write outside of its folder."""


def main(target: Path) -> None:
    """Fetch what is missing, and unpack it into `target`, a folder an addon. Raises Refused."""
    packages = [line.split() for line in LIST.read_text(encoding="ascii").splitlines() if line.strip()]
    archives = target / "archives"
    archives.mkdir(parents=True, exist_ok=True)
    for number, (package, digest) in enumerate(packages, 1):
        archive = archives / f"{package}-{VERSION}.tar.gz"
        if not archive.is_file() or _digest(archive.read_bytes()) != digest:
            sys.stderr.write(f"{number}/{len(packages)} {package}\n")
            archive.write_bytes(fetch(package, digest))
        unpack(archive, target / "addons", package.removeprefix("openerp-").replace("-", "_"))
    sys.stderr.write(f"{len(packages)} packages are in {target / 'addons'}\n")


def index() -> str:
    """The address of the package index, as pip is set up to use it."""
    said = (
        os.environ.get("PIP_INDEX_URL")
        or subprocess.run(
            [sys.executable, "-m", "pip", "config", "get", "global.index-url"],
            capture_output=True,
            text=True,
            check=False,
        ).stdout.strip()
    )
    if said:
        return said.rstrip("/")
    from pip._internal.models.index import PyPI  # pip's own default, which it tells nowhere else

    return PyPI.simple_url.rstrip("/")


def fetch(package: str, digest: str) -> bytes:
    """The source archive of a package. Raises Refused when the index has none, or another one."""
    request = urllib.request.Request(f"{index()}/{package}/", headers={"Accept": JSON})
    with urllib.request.urlopen(request, timeout=60) as answer:
        files = json.load(answer)["files"]
    name = f"{package}-{VERSION}.tar.gz"
    found = next((file for file in files if file["filename"] == name), None)
    if found is None:
        raise Refused(f"The package index has no {name}.")
    with urllib.request.urlopen(found["url"], timeout=60) as answer:
        content: bytes = answer.read(LARGEST_ARCHIVE + 1)
    if _digest(content) != digest:
        raise Refused(f"{name} is not the archive that is meant: its SHA-256 is another.")
    return content


def unpack(archive: Path, target: Path, addon: str) -> None:
    """Write the data files and manifests of an archive into the folders of its addons. Raises Refused."""
    with tarfile.open(archive, "r:gz") as opened:
        for member, inside in _members(opened):
            place = target / _addon_path(inside, addon)
            place.parent.mkdir(parents=True, exist_ok=True)
            reader = opened.extractfile(member)
            if reader is not None:
                place.write_bytes(reader.read(LARGEST_FILE))


def _members(opened: tarfile.TarFile) -> Iterator[tuple[tarfile.TarInfo, PurePosixPath]]:
    """The regular files that are wanted, with their paths below the root of the archive."""
    for number, member in enumerate(opened):
        path = PurePosixPath(member.name)
        if path.is_absolute() or ".." in path.parts or number > MOST_FILES:
            raise Refused(f"{member.name} is no path for a file of an addon.")
        wanted = path.suffix in WANTED and (path.suffix != ".py" or path.name.startswith("__openerp__"))
        if member.isreg() and wanted and len(path.parts) > 1:
            if member.size > LARGEST_FILE:
                raise Refused(f"{member.name} is too large.")
            yield member, PurePosixPath(*path.parts[1:])


def _addon_path(inside: PurePosixPath, addon: str) -> PurePosixPath:
    """Where a file goes: the server's own package brings addons inside it, each other package is one."""
    parts = inside.parts
    if "addons" in parts[:-1] and addon == "core":
        return PurePosixPath(*parts[parts.index("addons") + 1 :])
    return PurePosixPath(addon, *parts)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "data/openerp7"))
