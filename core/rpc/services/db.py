"""The service `db`: lists, creates, copies, drops, dumps and restores databases, for holders of the master password."""

from __future__ import annotations

import base64
import binascii
import io
from typing import Any

from babel import Locale

from core.errors import AccessDenied, UnknownName, UserError, ValidationError
from core.module import databases
from core.module.create import create_database as make_database
from core.module.upgrade import upgrade
from core.rpc.services.caller import Caller
from core.rpc.version import SERVER_VERSION
from core.security import authenticate

LANGUAGES = [["en_US", "English (US)"], ["es_ES", "Spanish / Español"]]


def server_version(_caller: Caller) -> str:
    """The version that clients are told."""
    return SERVER_VERSION


def list_databases(caller: Caller, _document: object = False) -> list[str]:
    """The names of the databases; refused while the server has no master password."""
    _require_open(caller)
    return list(caller.site.names(freshness=0))


def db_exist(caller: Caller, name: object) -> bool:
    """Is there a database of that name? Refused while the server has no master password."""
    _require_open(caller)
    return caller.site.exists(name)


def list_lang(_caller: Caller) -> list[list[str]]:
    """The languages a new database can have."""
    return [list(language) for language in LANGUAGES]


def list_countries(_caller: Caller, _password: object = None) -> list[list[str]]:
    """Codes and names of the countries."""
    territories = Locale("en").territories
    named = [[code.lower(), name] for code, name in territories.items() if len(code) == 2 and code.isalpha()]
    return sorted(named, key=lambda row: row[1])


def create_database(
    caller: Caller,
    password: object,
    name: object,
    demo: object = False,
    lang: object = "en_US",
    admin_password: object = "admin",
    login: object = "admin",
    country: object = None,
    _phone: object = None,
) -> bool:
    """Make a database with base, and its admin."""
    require_master(caller, password)
    lang = _text(lang or "")
    make_database(
        caller.site.registries,
        _text(name),
        demo=bool(demo),
        lang="" if lang.startswith("en") else lang,
        login=_text(login or "admin"),
        admin_password=_text(admin_password),
        country=_text(country or ""),
    )
    caller.site.forget_names()
    return True


def create(
    caller: Caller, password: object, name: object, demo: object, lang: object, admin_password: object = "admin"
) -> int:
    """As `create_database`, for clients that ask for progress afterwards; it is done when it answers."""
    create_database(caller, password, name, demo, lang, admin_password)
    return 1


def get_progress(caller: Caller, password: object, _creation: object) -> list[Any]:
    """How far a creation is: always at its end."""
    require_master(caller, password)
    return [1.0, [{"name": "Administrator", "login": "admin", "password": ""}]]


def duplicate_database(caller: Caller, password: object, name: object, new_name: object) -> bool:
    """Copy a database with its files."""
    require_master(caller, password)
    databases.copy(caller.site.registries, _known(caller, name), _text(new_name))
    caller.site.forget_names()
    return True


def drop(caller: Caller, password: object, name: object) -> bool:
    """Delete a database with its files; False when there is none of that name."""
    require_master(caller, password)
    if not caller.site.exists(name):
        return False
    databases.drop(caller.site.registries, _text(name))
    caller.site.forget_names()
    return True


def dump(caller: Caller, password: object, name: object, _format: object = "zip") -> str:
    """A database and its files as a zip file in base64."""
    return base64.b64encode(dump_bytes(caller, password, name)).decode("ascii")


def dump_bytes(caller: Caller, password: object, name: object) -> bytes:
    """A database and its files as a zip file."""
    require_master(caller, password)
    file = io.BytesIO()
    databases.dump(caller.site.registries, _known(caller, name), file)
    return file.getvalue()


def restore(caller: Caller, password: object, name: object, data: object, _copy: object = False) -> bool:
    """Make a database from a dump."""
    require_master(caller, password)
    try:
        content = base64.b64decode(_text(data), validate=False)
    except (binascii.Error, ValueError):
        raise ValidationError("The dump is not valid base64.") from None
    return restore_bytes(caller, password, name, content)


def restore_bytes(caller: Caller, password: object, name: object, content: bytes) -> bool:
    """Make a database from a zip file."""
    require_master(caller, password)
    databases.restore(caller.site.registries, io.BytesIO(content), _text(name))
    caller.site.forget_names()
    return True


def rename(caller: Caller, password: object, name: object, new_name: object) -> bool:
    """Give a database another name."""
    require_master(caller, password)
    databases.rename(caller.site.registries, _known(caller, name), _text(new_name))
    caller.site.forget_names()
    return True


def change_admin_password(caller: Caller, password: object, _new: object) -> bool:
    """Refused: the master password is a setting of the server."""
    require_master(caller, password)
    raise UserError("The master password is the setting GRIAL_MASTER_PASSWORD of the server; change it there.")


def migrate_databases(caller: Caller, password: object, names: object) -> bool:
    """Upgrade the addons of these databases."""
    require_master(caller, password)
    if not isinstance(names, (list, tuple)):
        raise ValidationError("The databases to upgrade are a list of names.")
    for name in names:
        upgrade(caller.site.registries, _known(caller, name))
    return True


def require_master(caller: Caller, password: object) -> None:
    """Raise AccessDenied unless this is the configured master password; Throttled after too many failures."""
    _require_open(caller)
    if not authenticate.master(caller.site.settings.master_password, password, caller.address):
        raise AccessDenied("Wrong master password.")


def _require_open(caller: Caller) -> None:
    if not caller.site.settings.master_password:
        raise AccessDenied("The database service is closed: this server has no master password.")


def _known(caller: Caller, name: object) -> str:
    if not caller.site.exists(name):
        raise UnknownName("There is no such database.")
    return _text(name)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValidationError("A text was expected, not {value}.", value=repr(value)[:80])
    return value


METHODS: dict[str, Any] = {
    "server_version": server_version,
    "list": list_databases,
    "db_exist": db_exist,
    "list_lang": list_lang,
    "list_countries": list_countries,
    "create_database": create_database,
    "create": create,
    "get_progress": get_progress,
    "duplicate_database": duplicate_database,
    "drop": drop,
    "dump": dump,
    "restore": restore,
    "rename": rename,
    "change_admin_password": change_admin_password,
    "migrate_databases": migrate_databases,
}
