"""Chooses the language of a request, and translates core's own texts into it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from core.http.request import SOURCE_LANGUAGE
from core.kernel.i18n import Catalogue
from core.module.finder import find_addons

if TYPE_CHECKING:
    from core.http.request import Request
    from core.orm.env import Env
    from core.orm.registry import Registry

_CACHE = "http.languages"
_catalogues: WeakKeyDictionary[Registry, Catalogue] = WeakKeyDictionary()


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
    """Turns core's English texts into the language of a request, with the catalogues of its database or of base."""
    lang = request.lang
    if lang.startswith("en"):
        return _as_it_is
    registry = request.registry
    if registry is None:
        return _catalogue(["base"]).translator(lang)
    if registry not in _catalogues:
        _catalogues[registry] = _catalogue(registry.addons)
    return _catalogues[registry].translator(lang)


def addon_texts(lang: str) -> Callable[[str, str], str]:
    """Translates what the addons on disk, installed or not, say of themselves: text and name of the addon."""
    catalogue = _catalogue(list(find_addons().manifests))
    return lambda text, addon: catalogue.translate(lang, text, "", addon)


def _catalogue(addons: Sequence[str]) -> Catalogue:
    manifests = find_addons().manifests
    return Catalogue((name, manifests[name].folder) for name in addons if name in manifests)


def _as_it_is(source: str) -> str:
    return source
