"""The settings of a running Grial: every `GRIAL_*` variable with its type, default and meaning."""

from __future__ import annotations

import math
import os
import secrets
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from core.errors import GrialError, UnknownName
from core.kernel.trace import parse_kinds

PREFIX = "GRIAL_"


class Documented(NamedTuple):
    """One setting for the documentation: the variable, its default as one writes it, and what it does."""

    variable: str
    default: str
    help: str


def _folder(text: str) -> Path:
    return Path(text).expanduser()


def _folders(text: str) -> tuple[Path, ...]:
    return tuple(_folder(part) for part in text.split(os.pathsep) if part)


def _words(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _flag(text: str) -> bool:
    if text.lower() in {"1", "true", "yes", "on"}:
        return True
    if text.lower() in {"", "0", "false", "no", "off"}:
        return False
    raise ValueError("write 1 or 0")


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ValueError("write a whole number") from None


def _count(text: str) -> int:
    number = _whole(text)
    if number < 1:
        raise ValueError("write a whole number from 1")
    return number


def _seconds(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1
    if not 0 <= number < math.inf:
        raise ValueError("write a number of seconds, or 0 for no limit")
    return number


def _port(text: str) -> int:
    number = _whole(text)
    if not 0 <= number <= 65535:
        raise ValueError("write a number from 0 to 65535")
    return number


def _server(text: str) -> str:
    if text not in {"granian", "waitress"}:
        raise ValueError("write granian or waitress")
    return text


def _about(help: str, parse: Callable[[str], object] = str, *, variable: str = "") -> dict[str, object]:
    return {"help": help, "parse": parse, "variable": variable}


@dataclass(frozen=True)
class Settings:
    """All settings of one run. Made by `from_env`; never changed afterwards."""

    data_dir: Path = field(
        default=Path("data"),
        metadata=_about("Folder of the SQLite databases, the stored files and the server's secret.", _folder),
    )
    database_url: str = field(
        default="",
        repr=False,
        metadata=_about("Address of the PostgreSQL server; empty for SQLite files in the data folder."),
    )
    database: str = field(
        default="", metadata=_about("The database of every visitor; empty lets them choose where there are several.")
    )
    host: str = field(default="127.0.0.1", metadata=_about("Address to listen on; 0.0.0.0 for every network."))
    port: int = field(default=8069, metadata=_about("Port to listen on; 0 takes a free one.", _port))
    workers: int = field(default=1, metadata=_about("Number of processes that answer requests.", _count))
    server: str = field(default="granian", metadata=_about("The web server: granian or waitress.", _server))
    addons_path: tuple[Path, ...] = field(
        default=(), metadata=_about(f"More folders called addons, separated by `{os.pathsep}`.", _folders)
    )
    master_password: str = field(
        default="",
        repr=False,
        metadata=_about("Opens the database manager and the `db` service of RPC; both are closed while it is empty."),
    )
    given_secret: str = field(
        default="",
        repr=False,
        metadata=_about(
            "Key that signs sessions and links, the same on all machines; empty keeps one in the data folder.",
            variable="GRIAL_SECRET",
        ),
    )
    base_url: str = field(
        default="",
        metadata=_about("The address that people type, such as https://erp.example.com; links in mails need it."),
    )
    allowed_hosts: tuple[str, ...] = field(
        default=(), metadata=_about("Host names to answer to besides the one of the base URL, with commas.", _words)
    )
    trusted_proxies: tuple[str, ...] = field(
        default=(),
        metadata=_about("Networks whose X-Forwarded headers are believed, such as 10.0.0.0/8, with commas.", _words),
    )
    time_limit: float = field(
        default=60,
        metadata=_about("Seconds that a request, or one statement of other work, may take; 0 for no limit.", _seconds),
    )
    max_body: int = field(default=64 * 1024 * 1024, metadata=_about("Largest request in bytes.", _count))
    dev: bool = field(
        default=False,
        metadata=_about("For developers: reread Python, XML and templates on change, show errors in full.", _flag),
    )
    trace: frozenset[str] = field(
        default=frozenset(),
        metadata=_about("Print what happens inside: sql, hooks and compute, with commas, or all.", parse_kinds),
    )

    @classmethod
    def from_env(cls, environ: Mapping[str, str], **overrides: Any) -> Settings:
        """Read the settings from the environment; overrides win, and an override of None does not count.

        Any: an override is either the setting's text or its value.

        Raises:
            UnknownName: an override does not exist, or a variable is a misspelt setting.
            GrialError: a value is not of the setting's type.
        """
        known = {one.name: one for one in fields(cls)}
        for name in overrides:
            if name not in known:
                raise UnknownName("There is no setting called {name}.", name=name, known=known)
        variables = {_variable(one.name, one.metadata): one for one in known.values()}
        for variable in environ:
            if (
                variable.startswith(PREFIX)
                and variable not in variables
                and get_close_matches(variable, variables, 1, 0.9)
            ):
                raise UnknownName("There is no setting called {name}.", name=variable, known=variables)
        values: dict[str, Any] = {}
        for variable, one in variables.items():
            given = overrides.get(one.name)
            if given is None:
                given = environ.get(variable)
            if given is None:
                continue
            if isinstance(given, str):
                try:
                    given = one.metadata["parse"](given.strip())
                except ValueError as error:
                    raise GrialError(
                        "The setting {variable} cannot be {value}: {reason}.",
                        variable=variable,
                        value=repr(given) if one.repr else "this",
                        reason=str(error),
                    ) from None
            values[one.name] = given
        return cls(**values)

    @classmethod
    def documented(cls) -> Iterator[Documented]:
        """Every setting, in the order of the documentation."""
        for one in fields(cls):
            assert one.default is not MISSING
            yield Documented(_variable(one.name, one.metadata), _written(one.default), one.metadata["help"])

    @cached_property
    def secret(self) -> bytes:
        """The key that signs sessions and links: the given one, or the one in the data folder, made when absent."""
        if self.given_secret:
            return self.given_secret.encode()
        path = self.data_dir / "secret"
        if not path.exists():
            _write_once(path, secrets.token_hex(32).encode())
        return path.read_bytes().strip()


def _variable(name: str, metadata: Mapping[str, Any]) -> str:
    return metadata["variable"] or PREFIX + name.upper()


def _written(default: object) -> str:
    if isinstance(default, bool):
        return "1" if default else "0"
    if isinstance(default, (tuple, frozenset)):
        return ",".join(map(str, sorted(default)))
    return str(default)


def _write_once(path: Path, content: bytes) -> None:
    """Create the file in one step, readable by its owner alone; keep what another process wrote first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, scratch = tempfile.mkstemp(dir=path.parent, prefix=".secret")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(scratch, path)
    except FileExistsError:
        pass
    finally:
        os.unlink(scratch)
