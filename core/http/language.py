"""Chooses the language of a request, and translates core's own texts into it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from core.http.request import SOURCE_LANGUAGE

if TYPE_CHECKING:
    from core.http.request import Request
    from core.orm.env import Env

_CACHE = "http.languages"


def language_of(env: Env, request: Request) -> str:
    """The user's own language; for people who have not logged in, the best of the installed ones."""
    offered = languages(env)
    if request.session is not None and request.session.lang in offered:
        return request.session.lang
    return request.negotiated_lang(offered)


def languages(env: Env) -> tuple[str, ...]:
    """The codes of the installed languages, English first."""
    cache = env.registry.cache(_CACHE)
    found = cache.get("codes")
    if found is None:
        codes: list[str] = []
        if "res.lang" in env.registry:
            with env.elevated("list the languages", "res.lang") as su:
                codes = [row["code"] for row in su["res.lang"].search_read([("active", "=", True)], ["code"])]
        found = cache["codes"] = tuple(dict.fromkeys([SOURCE_LANGUAGE, *sorted(codes)]))
    return tuple(found)


def translator(request: Request) -> Callable[[str], str]:
    """Turns core's English texts into the language of a request."""
    lang = request.lang
    registry = request.registry
    if registry is None or lang.startswith("en"):
        return lambda source: source
    return lambda source: registry.translate(lang, source)
