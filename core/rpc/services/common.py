"""The service `common`: who is there, and may I come in."""

from __future__ import annotations

from typing import Any

from core.errors import UnknownName
from core.rpc import version as announced
from core.rpc.services.caller import Caller
from core.security.authenticate import authenticate as check_login


def version(_caller: Caller) -> dict[str, object]:
    """The version that clients are told."""
    return announced.version()


def about(_caller: Caller, extended: object = False) -> object:
    """One sentence about this server; with `extended`, also its version."""
    text = "Grial is a business platform that speaks the protocols of the OpenERP family."
    return [text, announced.SERVER_VERSION] if extended else text


def login(caller: Caller, database: object, login: object, password: object) -> int | bool:
    """The id of the user, or False. Raises Throttled after too many failures."""
    try:
        uid = caller.site.work(database, lambda registry: check_login(registry, login, password, caller.address))
    except UnknownName:
        return False
    return uid if uid is not None else False


def authenticate(
    caller: Caller, database: object, login_name: object, password: object, _agent: object = None
) -> int | bool:
    """As `login`; newer clients send a description of themselves, too."""
    return login(caller, database, login_name, password)


METHODS: dict[str, Any] = {"version": version, "about": about, "login": login, "authenticate": authenticate}
