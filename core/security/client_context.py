"""Which context keys a caller from outside may set, and of what type; none of them raises rights."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

_DEFAULT = re.compile(r"(search_)?default_[a-z][a-z0-9_]{0,62}\Z")
_LANG = re.compile(r"[a-z]{2,3}(_[A-Z]{2})?(@[a-z]+)?\Z")
_TIMEZONE = re.compile(r"[A-Za-z0-9_+/-]{1,64}\Z")


def _is_id(value: object) -> bool:
    return type(value) is int and 0 <= value < 2**31


def _is_ids(value: object) -> bool:
    return isinstance(value, (list, tuple)) and len(value) <= 10_000 and all(map(_is_id, value))


def _is_flag(value: object) -> bool:
    return isinstance(value, bool) or value in (0, 1)


def _matches(pattern: re.Pattern[str]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, str) and pattern.match(value) is not None


_KEYS: dict[str, Callable[[object], bool]] = {
    "lang": _matches(_LANG),
    "tz": _matches(_TIMEZONE),
    "active_test": _is_flag,
    "bin_size": _is_flag,
    "active_id": _is_id,
    "active_ids": _is_ids,
    "active_model": _matches(re.compile(r"[a-z][a-z0-9_.]{0,100}\Z")),
    "allowed_company_ids": _is_ids,
    "company_id": _is_id,
    "no_reset_password": _is_flag,
    "show_address": _is_flag,
    "show_email": _is_flag,
    "tracking_disable": _is_flag,
    "mail_create_nolog": _is_flag,
    "mail_create_nosubscribe": _is_flag,
    "mail_notrack": _is_flag,
}


def declare_context_key(name: str, accepts: Callable[[object], bool]) -> None:
    """Let callers from outside set one more key, when `accepts` says yes to its value.

    An addon calls it for a key that its methods read and that gives nobody more rights.
    """
    _KEYS[name] = accepts


def client_context(given: object) -> dict[str, Any]:
    """What is taken from a context that came from outside; everything else is left out."""
    if not isinstance(given, Mapping):
        return {}
    taken: dict[str, Any] = {}
    for name, value in given.items():
        if not isinstance(name, str):
            continue
        accepts = _KEYS.get(name)
        if accepts is not None:
            if accepts(value):
                taken[name] = tuple(value) if isinstance(value, list) else value
        elif _DEFAULT.match(name):
            taken[name] = value
    return taken
