"""Draws the templates: one Jinja environment, with the reader's language and the page's token in every macro."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import Any

import nh3
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from core.errors import fill
from core.http.static import static_url
from core.http.web.bundle import bundle_url
from core.http.web.pages.field import own_id
from core.http.web.pages.shell import hue, initials

Translate = Callable[[str], str]

_FRESH = 2.0
"""Seconds for which the address of a static file is not looked up again."""

_TEMPLATES = Path(__file__).parent.parent / "templates"
_translate: ContextVar[Translate] = ContextVar("translate", default=str)
_token: ContextVar[str] = ContextVar("csrf_token", default="")
_number: ContextVar[Callable[[int], str]] = ContextVar("number", default=str)


def render(name: str, /, **context: Any) -> str:
    """The text of a template. Call it inside `reader`, or it speaks English."""
    return _environment().get_template(name).render(**context)


def fragment(name: str, macro: str, /, *arguments: Any) -> str:
    """What one macro of a template gives: the part of a page that a script asks for."""
    return str(getattr(_environment().get_template(name).module, macro)(*arguments))


@contextmanager
def reader(translate: Translate, number: Callable[[int], str] = str, token: str = "") -> Iterator[None]:
    """Draw for this reader: their language, their way to write numbers, and the token of their forms."""
    resets = (_translate.set(translate), _number.set(number), _token.set(token))
    try:
        yield
    finally:
        _translate.reset(resets[0])
        _number.reset(resets[1])
        _token.reset(resets[2])


def say(source: str, /, **values: object) -> str:
    """A text of the client in the reader's language, with its values filled in."""
    translated = _translate.get()(source)
    return fill(translated, values) if values else translated


def asset(name: str) -> str:
    """The address of one of our static files; one that was not built has an address that answers with 404."""
    return _asset(name, int(time.monotonic() / _FRESH))


@lru_cache(maxsize=256)
def _asset(name: str, _moment: int) -> str:
    try:
        return static_url(f"web/{name}")
    except LookupError:
        return f"/web/static/{name}"


def safe_html(text: str) -> Markup:
    """HTML of a field, cleaned again before it is shown."""
    return Markup(nh3.clean(text, link_rel="noopener noreferrer"))


@lru_cache(maxsize=256)
def value_options(values: tuple[str, ...]) -> Markup:
    """The options of a list of suggestions; kept, since some are hundreds and the same on every page."""
    return Markup("").join(Markup('<option value="{}">').format(value) for value in values)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    from core.http.web.brief import brief  # they draw with what is declared here
    from core.http.web.drawn_rows import drawn_rows

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=False,
        auto_reload=True,
    )
    environment.globals.update(
        _=say,
        asset=asset,
        bundle=bundle_url,
        drawn_rows=drawn_rows,
        csrf_token=_token.get,
        own_id=own_id,
    )
    environment.filters.update(
        brief=brief,
        hue=hue,
        initials=initials,
        safe_html=safe_html,
        value_options=value_options,
        number=lambda value: _number.get()(value),
    )
    return environment
