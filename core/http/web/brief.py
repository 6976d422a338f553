"""How a value is read in a cell of a list, a line or a card. Made without a template: a page has hundreds of them."""

from __future__ import annotations

from collections.abc import Callable

from markupsafe import Markup, escape

from core.http.web.pages.field import FieldView
from core.http.web.pages.shell import hue, initials
from core.http.web.render import asset, say


def brief(shown: FieldView) -> Markup:
    """The markup of a value; forms have longer ones, in `values.html`."""
    draw = _WIDGETS.get(shown.widget)
    return escape(shown.text) if draw is None else draw(shown)


def icon(name: str, label: str = "") -> Markup:
    """An icon; one that says something has a label."""
    told = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    return Markup(f'<svg class="icon" {told}><use href="{escape(asset("vendor/icons.svg"))}#{name}"/></svg>')


def _number(shown: FieldView) -> Markup:
    return Markup(f'<span class="number">{escape(shown.text)}</span>')


def _phone(shown: FieldView) -> Markup:
    return _number(shown) if shown.text else Markup("")


def _boolean(shown: FieldView) -> Markup:
    if shown.raw:
        return icon("check2", say("Yes"))
    return Markup(f'<span class="visually-hidden">{escape(say("No"))}</span>')


def _person(shown: FieldView) -> Markup:
    if not shown.text:
        return Markup("")
    if shown.image:
        face = f'<img class="avatar " src="{escape(shown.image)}" alt="" loading="lazy">'
    else:
        face = f'<span class="avatar  hue-{hue(shown.text)}" aria-hidden="true">{escape(initials(shown.text))}</span>'
    clip = "visually-hidden" if shown.icon_only else "clip"
    return Markup(f'<span class="person">{face}<span class="{clip}">{escape(shown.text)}</span></span>')


def _tags(shown: FieldView) -> Markup:
    drawn = "".join(
        f'<span class="tag hue-{one.hue}"><span class="clip">{escape(one.label)}</span></span>' for one in shown.choices
    )
    return Markup(f'<span class="tags">{drawn}</span>')


def _badge(shown: FieldView) -> Markup:
    if not shown.text:
        return Markup("")
    look = f"tone-{shown.tone}" if shown.tone else f"hued hue-{shown.hue}" if shown.hue >= 0 else ""
    return Markup(f'<span class="badge {escape(look)}">{escape(shown.text)}</span>')


def _stars(shown: FieldView) -> Markup:
    lit = int(shown.raw) if shown.raw.isdigit() else 0
    drawn = "".join(
        f'<span class="on">{icon("star-fill")}</span>' if place <= lit else f"<span>{icon('star')}</span>"
        for place in range(1, len(shown.choices))
    )
    told = escape(f"{shown.label}: {shown.text}")
    return Markup(f'<span class="stars" role="img" aria-label="{told}">{drawn}</span>')


def _progress(shown: FieldView) -> Markup:
    bar = f'<progress max="100" value="{escape(shown.raw or 0)}" aria-label="{escape(shown.label)}"></progress>'
    return Markup(f'<span class="progress">{bar}<span class="number">{escape(shown.text)}</span></span>')


def _html(shown: FieldView) -> Markup:
    return escape(Markup(shown.text).striptags())


def _image(shown: FieldView) -> Markup:
    if not shown.url:
        return Markup("")
    told = escape(shown.label)
    return Markup(f'<img class="picture small" src="{escape(shown.url)}" alt="{told}" loading="lazy">')


def _file(shown: FieldView) -> Markup:
    if not shown.url:
        return Markup("")
    text = escape(shown.text or say("Download"))
    return Markup(f'<a class="file" href="{escape(shown.url)}" download>{icon("paperclip")}{text}</a>')


def _moment(shown: FieldView) -> Markup:
    if not shown.text:
        return Markup("")
    look = f"number due-{shown.tone}" if shown.tone else "number"
    return Markup(f'<time datetime="{escape(shown.raw)}" class="{escape(look)}">{escape(shown.text)}</time>')


def _handle(shown: FieldView) -> Markup:
    return Markup(f'<span class="handle" aria-hidden="true">{icon("grip-vertical")}</span>')


_WIDGETS: dict[str, Callable[[FieldView], Markup]] = {
    **dict.fromkeys(("integer", "float", "decimal", "monetary", "number", "float_time", "percent"), _number),
    "phone": _phone, "boolean": _boolean, "person": _person, "tags": _tags, "badge": _badge, "priority": _stars,
    "progressbar": _progress, "html": _html, "image": _image, "binary": _file, "date": _moment, "datetime": _moment,
    "handle": _handle,
}  # fmt: skip
