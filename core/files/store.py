"""The content-addressed store: a file lies under the hash of its bytes, never overwritten, never deleted in passing.

Order matters: a file is on the disk before the row that names it is committed. A crash may leave a file that no row
names; `collect` removes those once they are so old that no running transaction can be about to name them.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import re
import secrets
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from io import BufferedReader, BytesIO
from pathlib import Path
from typing import BinaryIO

from core.errors import GrialError, MissingError, ValidationError

_DIGEST = re.compile(r"[0-9a-f]{64}")
_CHUNK = 1 << 20
_DRAFT = "draft-"
_LOCK = "lock"


@dataclass(frozen=True, slots=True)
class Blob:
    """A stored file: the SHA-256 of its bytes in hexadecimal digits, and its size in bytes."""

    digest: str
    size: int


class FileStore:
    """The files of one database, below one folder that is made when the first file comes.

    Any number of processes may use the same folder.
    """

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)

    def put(self, data: bytes | BinaryIO, most: int = 0) -> Blob:
        """Store bytes, or what is left of a stream, and return only when they are safely on the disk.

        Args:
            most: the largest size in bytes; 0 for no limit.

        Raises:
            ValidationError: there is more than `most`.
            GrialError: the disk is full or fails; nothing was stored.
        """
        source = BytesIO(data) if isinstance(data, bytes) else data
        if isinstance(data, bytes):
            known = hashlib.sha256(data).hexdigest()
            if self._renewed(known):
                return Blob(known, len(data))
        try:
            self._folder(self.folder)
            draft = self.folder / f"{_DRAFT}{secrets.token_hex(12)}"
            try:
                blob = _write(draft, source, most)
                self._place(draft, blob.digest)
            finally:
                with suppress(OSError):
                    draft.unlink(missing_ok=True)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
                raise GrialError("The disk is full: the file was not saved.") from error
            raise GrialError("The file could not be saved: {reason}.", reason=error.strerror or error) from error
        return blob

    def read(self, digest: str) -> bytes:
        """The bytes of a file, checked against its hash.

        Raises MissingError when it is not there, GrialError when it is damaged.
        """
        with self._opened(digest) as file:
            data = file.read()
        if hashlib.sha256(data).hexdigest() != digest:
            raise _damaged(digest)
        return data

    def open(self, digest: str) -> BufferedReader:
        """A file to read from, checked against its hash before the first byte is given; the caller closes it.

        Raises MissingError when it is not there, GrialError when it is damaged.
        """
        file = self._opened(digest)
        try:
            if hashlib.file_digest(file, "sha256").hexdigest() != digest:
                raise _damaged(digest)
            file.seek(0)
        except BaseException:
            file.close()
            raise
        return file

    def exists(self, digest: str) -> bool:
        """Is there a file of this hash? False for what is no hash."""
        return bool(_DIGEST.fullmatch(digest)) and self.path(digest).is_file()

    def path(self, digest: str) -> Path:
        """Where a file lies, for a web server that sends it by itself. Raises ValidationError for what is no hash."""
        if not _DIGEST.fullmatch(digest):
            raise ValidationError("{digest} does not name a stored file.", digest=repr(digest)[:80])
        return self.folder / digest[:2] / digest

    def digests(self) -> Iterator[str]:
        """The hashes of all files, in no order."""
        if self.folder.is_dir():
            for part in self.folder.iterdir():
                if part.is_dir():
                    yield from (file.name for file in part.iterdir() if _DIGEST.fullmatch(file.name))

    def collect(self, live: Iterable[str], older_than: timedelta = timedelta(hours=24)) -> int:
        """Delete the files that nothing names any more; gives their number.

        Args:
            live: the hashes in all committed rows, read after this moment minus `older_than`.
            older_than: younger files stay, since a transaction may be about to name them.
        """
        named = set(live)
        end = time.time() - older_than.total_seconds()
        removed = 0
        for digest in list(self.digests()):
            if digest not in named:
                removed += self._remove(self.path(digest), end)
        if self.folder.is_dir():
            for draft in self.folder.glob(f"{_DRAFT}*"):
                self._remove(draft, end)
        return removed

    def _remove(self, path: Path, end: float) -> bool:
        # Under the lock, so that nobody is told at this moment that the file is there already.
        with self._locked(fcntl.LOCK_EX), suppress(FileNotFoundError):
            if path.stat().st_mtime < end:
                path.unlink()
                return True
        return False

    def _renewed(self, digest: str) -> bool:
        """Is the file there already? It counts as new from now on, so that it is not collected meanwhile."""
        path = self.path(digest)
        if not path.is_file():
            return False
        with self._locked(fcntl.LOCK_SH):
            try:
                os.utime(path)
            except FileNotFoundError:
                return False
        return True

    def _place(self, draft: Path, digest: str) -> None:
        if self._renewed(digest):
            return
        path = self.path(digest)
        self._folder(path.parent)
        draft.replace(path)
        _sync_folder(path.parent)

    def _opened(self, digest: str) -> BufferedReader:
        try:
            return self.path(digest).open("rb")
        except FileNotFoundError:
            raise MissingError("The file {digest} is not in the store.", digest=digest) from None

    def _folder(self, folder: Path) -> None:
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
            _sync_folder(folder.parent)

    @contextmanager
    def _locked(self, kind: int) -> Iterator[None]:
        handle = os.open(self.folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, kind)
            yield
        finally:
            os.close(handle)


def _write(path: Path, source: BinaryIO, most: int) -> Blob:
    digest, size = hashlib.sha256(), 0
    with path.open("xb") as file:
        while chunk := source.read(_CHUNK):
            size += len(chunk)
            if most and size > most:
                raise ValidationError("The file is larger than {most} bytes.", most=most)
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return Blob(digest.hexdigest(), size)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _damaged(digest: str) -> GrialError:
    return GrialError("The file {digest} is damaged. Restore it from a backup.", digest=digest)
