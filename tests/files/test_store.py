"""Files are stored whole or not at all, once, under their hash; damage is seen; only what nobody names is collected."""

from __future__ import annotations

import errno
import hashlib
import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import GrialError, MissingError, ValidationError
from core.files import store as module
from core.files.store import Blob, FileStore

DAY = 86_400


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "a" / "files")


def content(store: FileStore) -> list[Path]:
    return sorted(path for path in store.folder.rglob("*") if path.is_file() and path.name != "lock")


def age(store: FileStore, digest: str, seconds: float) -> None:
    moment = time.time() - seconds
    os.utime(store.path(digest), (moment, moment))


def test_bytes_and_streams_come_back(store: FileStore) -> None:
    for data in (b"", b"text", os.urandom(3_000_000)):
        digest = hashlib.sha256(data).hexdigest()
        assert store.put(data) == store.put(BytesIO(data)) == Blob(digest, len(data))
        assert store.exists(digest)
        assert store.read(digest) == data
        with store.open(digest) as file:
            assert file.read() == data


@pytest.mark.case("E10")
@given(data=st.lists(st.binary(max_size=50), max_size=5))
def test_the_same_file_is_stored_once(tmp_path_factory: pytest.TempPathFactory, data: list[bytes]) -> None:
    store = FileStore(tmp_path_factory.mktemp("files"))
    for item in data:
        store.put(item)
        store.put(BytesIO(item))
    assert len(content(store)) == len(set(data)) == len(set(store.digests()))


def test_an_empty_store(store: FileStore) -> None:
    assert list(store.digests()) == []
    assert store.collect([]) == 0
    assert not store.folder.exists()


def test_what_is_not_there(store: FileStore) -> None:
    missing = "0" * 64
    assert not store.exists(missing)
    for call in (store.read, store.open):
        with pytest.raises(MissingError):
            call(missing)


@pytest.mark.case("E01", "E02")
@pytest.mark.parametrize("digest", ["", "../../etc/passwd", "0" * 63, "G" * 64, "A" * 64, "0" * 64 + "\n", "lock"])
def test_a_name_is_a_hash(store: FileStore, digest: str) -> None:
    store.put(b"x")
    assert not store.exists(digest)
    for call in (store.read, store.open, store.path):
        with pytest.raises(ValidationError):
            call(digest)


def test_damage_is_seen(store: FileStore) -> None:
    blob = store.put(b"good")
    store.path(blob.digest).write_bytes(b"evil")
    for call in (store.read, store.open):
        with pytest.raises(GrialError, match="damaged"):
            call(blob.digest)


def test_a_file_may_be_too_large(store: FileStore) -> None:
    with pytest.raises(ValidationError, match="larger than 10"):
        store.put(BytesIO(b"x" * 11), most=10)
    assert store.put(BytesIO(b"x" * 10), most=10).size == 10
    assert len(content(store)) == 1


class Broken(BytesIO):
    def read(self, *_: Any) -> bytes:
        raise OSError(errno.EIO, "the other side is gone")


@pytest.mark.case("J13")
@pytest.mark.parametrize("call", ["fsync", "replace", "write"])
def test_a_failing_disk_leaves_nothing(store: FileStore, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    def fail(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    store.put(b"first")
    with monkeypatch.context() as patch:
        if call == "fsync":
            patch.setattr(os, "fsync", fail)
        elif call == "replace":
            patch.setattr(Path, "replace", fail)
        else:
            patch.setattr(module, "_write", fail)
        with pytest.raises(GrialError, match="disk is full"):
            store.put(b"second")
    assert len(content(store)) == 1
    assert store.put(b"second").size == 6


def test_a_broken_stream_leaves_nothing(store: FileStore) -> None:
    with pytest.raises(GrialError, match="the other side is gone"):
        store.put(Broken())
    assert content(store) == []


@pytest.mark.case("J06", "J13")
def test_the_order_on_the_disk(store: FileStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bytes, then the name, then the folder: a crash between them leaves no name without its bytes."""
    store.put(b"first")
    steps: list[str] = []
    sync, replace = os.fsync, Path.replace

    def note_sync(handle: int) -> None:
        steps.append("folder" if Path(f"/proc/self/fd/{handle}").resolve().is_dir() else "file")
        sync(handle)

    def note_replace(path: Path, target: Path) -> Path:
        steps.append("name")
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", note_sync)
    monkeypatch.setattr(Path, "replace", note_replace)
    store.put(b"second")
    assert [step for step in steps if step != "folder"] == ["file", "name"]
    assert steps[-1] == "folder"
    steps.clear()
    store.put(b"second")
    assert steps == []


@pytest.mark.case("E10")
def test_only_old_files_without_a_name_are_collected(store: FileStore) -> None:
    named, old, young = (store.put(data).digest for data in (b"named", b"old", b"young"))
    for digest in (named, old):
        age(store, digest, 2 * DAY)
    age(store, young, DAY / 2)
    (store.folder / "draft-left-behind").write_bytes(b"x")
    os.utime(store.folder / "draft-left-behind", (0, 0))
    (store.folder / "draft-in-use").write_bytes(b"x")
    assert store.collect([named]) == 1
    assert set(store.digests()) == {named, young}
    assert {path.name for path in content(store)} == {named, young, "draft-in-use"}
    assert store.collect([named], timedelta(0)) == 1


@pytest.mark.case("E10")
def test_a_file_that_is_put_again_is_young_again(store: FileStore) -> None:
    blob = store.put(b"x")
    age(store, blob.digest, 2 * DAY)
    store.put(b"x")
    assert store.collect([]) == 0


@pytest.mark.case("E10")
def test_nobody_is_promised_a_file_that_is_just_being_collected(store: FileStore) -> None:
    with ThreadPoolExecutor(4) as pool:
        collecting = [pool.submit(store.collect, [], timedelta(hours=24)) for _ in range(50)]
        putting = [pool.submit(lambda n: store.read(store.put(bytes([n])).digest), n % 2) for n in range(200)]
        assert all(len(future.result()) == 1 for future in putting)
        for future in collecting:
            future.result()


SCRIPT = """
import os, sys
from core.files.store import FileStore
store = FileStore(sys.argv[1])
while True:
    data = os.urandom(200_000)
    print(store.put(data).digest, flush=True)
"""


@pytest.mark.case("J06")
@pytest.mark.kill
def test_a_killed_process_leaves_no_half_file(store: FileStore) -> None:
    for pause in (0.3, 0.35, 0.4):
        process = Popen([sys.executable, "-c", SCRIPT, str(store.folder)], stdout=PIPE, text=True)
        assert process.stdout is not None
        promised = [process.stdout.readline().strip()]
        time.sleep(pause)
        process.send_signal(signal.SIGKILL)
        promised += [line.strip() for line in process.stdout.read().splitlines() if len(line.strip()) == 64]
        process.stdout.close()
        process.wait()
        for digest in promised:
            assert len(store.read(digest)) == 200_000
    for digest in store.digests():
        store.read(digest)
