"""Which column goes into which fields: proposed from labels in any language, corrected by the person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from core.errors import UnknownName, UserError
from core.kernel.i18n import mark
from core.kernel.text import fold
from core.orm.domain import Leaf

if TYPE_CHECKING:
    from core.orm.env import Env
    from core.orm.fields.base import Field

Columns = dict[int, tuple[str, ...]]
REFUSED = mark("Refused because")
"""Title of the last column of a file of refused rows."""
LINKS = ("many2one", "many2many")
XMLID, DATABASE_ID = "id", ".id"
NOTES = ("description", "comment", "note", "notes")
REMARKS = ("Notes", "Note", "Remarks", "Comments", "Notas", "Nota", "Observaciones", "Comentarios")
"""What people call the column for remarks."""
_FILLERS = frozenset(["de", "la", "el", "los", "las", "del", "the", "of", "a", "name", "nombre"])


def importable(env: Env, model: str) -> list[Field[Any, Any]]:
    """The fields a file may fill: those the user may write, without lines and pictures."""
    info = env.registry[model]
    return [
        field
        for field in info.fields.values()
        if (field.stored or field.inverse_method)
        and not (field.readonly and not field.inverse_method)
        and field.type not in ("one2many", "binary", "image", "json")
        and (not field.groups or env.field_open(field))
    ]


def notes_field(env: Env, model: str) -> str:
    """The field for remarks of a model, where texts are kept that no other field takes; empty where it has none."""
    open_fields = {one.name for one in importable(env, model) if one.type in ("text", "html")}
    return next((name for name in NOTES if name in open_fields), "")


def propose(env: Env, model: str, header: Sequence[str]) -> Columns:
    """A mapping from the titles of the columns.

    A title fits a field by its technical name or its label in any active language; failing that, by the words they
    share. When the name a record needs has no column of its own, the first text column feeds it too. The reasons in a
    file of refused rows feed nothing.
    """
    readers = languages(env)
    reasons = reason_titles(env)
    exact: dict[str, str] = {"external id": XMLID}
    words: dict[str, list[frozenset[str]]] = {}
    for field in importable(env, model):
        labels = [field.string, *(reader.translate_term(field.string, field.addon) for reader in readers)]
        for label in dict.fromkeys([field.name, *labels]):
            exact.setdefault(_plain(label), field.name)
            words.setdefault(field.name, []).append(_words(label))
            if field.type in LINKS:
                exact.setdefault(_plain(f"{label} External ID"), f"{field.name}/{XMLID}")
    if notes := notes_field(env, model):
        for title in REMARKS:
            exact.setdefault(_plain(title), notes)
    paths = id_paths(env, model)
    ours = {_plain(label) for f in env.registry[model].fields.values() for label in (f.name, f.string)}
    found: Columns = {}
    taken: set[str] = set()
    for column, title in enumerate(header):
        name = paths.get(title.replace(":", "/")) or (title not in paths and exact.get(_plain(title)))
        if name and name.partition("/")[0] not in taken:
            found[column] = (name,)
            taken.add(name.partition("/")[0])
    for column, title in enumerate(header):
        other = title.partition("/")[0] in env.registry[model].fields  # an exported path that no file may fill
        if column in found or title in reasons or other or _plain(title) in ours:
            continue
        best = _closest(_words(title), {n: w for n, w in words.items() if n not in taken})
        if best:
            found[column] = (best,)
            taken.add(best)
    own = any(names[0] in (XMLID, DATABASE_ID) for names in found.values())
    return found if own else _with_name(env, model, found)


def id_paths(env: Env, model: str) -> dict[str, str]:
    """The targets that name records: `id` and `.id`, and the same behind links."""
    links = [field.name for field in importable(env, model) if field.type in LINKS]
    names = [XMLID, DATABASE_ID, *(f"{link}/{by}" for link in links for by in (XMLID, DATABASE_ID))]
    return {name: name for name in names}


def _with_name(env: Env, model: str, found: Columns) -> Columns:
    info = env.registry[model]
    name = info.fields[info.rec_name]
    mapped = {field for names in found.values() for field in names}
    if not name.required or name.name in mapped or name.computed:
        return found
    for column in sorted(found):
        if info.fields[found[column][0]].type == "char":
            return {**found, column: (name.name, *found[column])}
    return found


def languages(env: Env) -> list[Env]:
    """The environment in every active language."""
    active: Any = env.super_env["res.lang"].search(Leaf("active", "=", True))
    return [env.with_context(lang=lang.code) for lang in active]


def reason_titles(env: Env) -> frozenset[str]:
    """What the column of reasons in a file of refused rows is called, in every active language."""
    return frozenset([REFUSED, *(reader.translate_term(REFUSED, "base") for reader in languages(env))])


def _plain(text: str) -> str:
    return " ".join(fold(text).replace("_", " ").replace("/", " ").split())


def _words(text: str) -> frozenset[str]:
    return frozenset(word for word in _plain(text).split() if word not in _FILLERS)


def _closest(title: frozenset[str], words: Mapping[str, list[frozenset[str]]]) -> str:
    """The field whose label shares all its words with the title, or the title with it."""
    if not title:
        return ""
    best, score = "", 0.0
    for name, listed in words.items():
        for label in listed:
            if label and (label <= title or title <= label):
                fit = len(label & title) / len(label | title)
                if fit > score:
                    best, score = name, fit
    return best if score >= 0.5 else ""


def from_choices(env: Env, model: str, header: Sequence[str], choices: Sequence[str]) -> Columns:
    """The proposed mapping with choices `COLUMN=FIELD` in place of what was proposed for those columns.

    A column named in several choices feeds several fields; `COLUMN=` leaves a column out.

    Raises:
        UserError: for a choice that is not `COLUMN=FIELD`.
        UnknownName: for a column or field that does not exist.
    """
    found = propose(env, model, header)
    known = {field.name for field in importable(env, model)} | set(id_paths(env, model))
    chosen: Columns = {}
    for choice in choices:
        title, equals, name = choice.partition("=")
        name = name.replace(":", "/")
        if not equals:
            raise UserError("{choice} is not COLUMN=FIELD.", choice=choice)
        if title not in header:
            raise UnknownName("The file has no column {name}.", name=title, known=header)
        if name and name not in known:
            raise UnknownName("{model} has no field {name} that a file may fill.", model=model, name=name, known=known)
        column = list(header).index(title)
        chosen[column] = (*chosen.get(column, ()), name) if name else chosen.get(column, ())
    named = {name for names in chosen.values() for name in names}
    kept = {c: tuple(n for n in names if n not in named) for c, names in found.items() if c not in chosen}
    return {column: names for column, names in {**kept, **chosen}.items() if names}
