"""`/web/<model>/m2o`: the records that a link of a form may be set to, as one types; making one from its name alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.errors import GrialError, UnknownName
from core.http.request import Request, Response
from core.http.web.choosing import context_of, domain_of, field_nodes
from core.http.web.lines import line_views
from core.http.web.opened import form_of
from core.http.web.page import fragment, told
from core.http.web.pages.field import Choice
from core.http.web.query import link
from core.http.web.refusal import screen
from core.http.web.typed import parse
from core.view import nodes

if TYPE_CHECKING:
    from core.orm.env import Env

SHOWN = 9


@dataclass(frozen=True, slots=True)
class Asked:
    """What a search for records is about."""

    env: Env
    bound: Any
    node: nodes.FieldNode | None
    domain: list[Any]

    @property
    def creates(self) -> bool:
        """May a record be made from what was typed?"""
        options = self.node.options if self.node is not None else {}
        refused = options.get("no_create") or options.get("no_quick_create")
        return (
            not refused and self.env.registry[self.bound.comodel].stored and self.env.may(self.bound.comodel, "create")
        )


@screen("/web/<model>/m2o", write=False)
def search(request: Request, model: str) -> Response:
    """The first records that fit, and what else may be done with the text."""
    asked = _asked(request, model)
    text = request.args.get("q", "").strip()[:200]
    comodel = asked.bound.comodel
    pairs = asked.env[comodel].name_search(text, asked.domain, limit=SHOWN)
    more = len(pairs) == SHOWN
    found = _choices(asked, pairs[: SHOWN - 1])
    creates = asked.creates and not any(choice.label.casefold() == text.casefold() for choice in found)
    info = asked.env.registry[comodel]
    form = ""
    if creates and text and info.fields[info.rec_name].type == "char" and not info.transient:
        form = link(f"/web/{comodel}/new", dialog="1", **{f"default_{info.rec_name}": text})
    return fragment(request, "options.html", "options", found, text, creates, more, form)


@screen("/web/<model>/m2o", methods=("POST",))
def create(request: Request, model: str) -> Response:
    """Make a record from its name alone; the answer is the option that stands for it, or why it cannot be."""
    asked = _asked(request, model)
    name = request.form.get("name", "").strip()[:500]
    try:
        with asked.env.savepoint():
            key, label = asked.env[asked.bound.comodel].name_create(name)
            asked.env.flush()
    except GrialError as error:
        return Response(told(request, error), status=422, mimetype="text/plain")
    return fragment(request, "options.html", "options", _choices(asked, [(key, label)]), "")


def _choices(asked: Asked, pairs: list[tuple[int, str]]) -> list[Choice]:
    table: Any = asked.env[asked.bound.comodel]
    coloured = "color" in table._info.fields
    return [
        Choice(
            str(key),
            label,
            hue=int(table.browse(key).color or 0) % 12 if coloured and table.browse(key).color else key % 11 + 1,
        )
        for key, label in pairs
    ]


def _asked(request: Request, model: str) -> Asked:
    """The field, its node in the form, and its domain with the values that were sent along.

    Raises:
        UnknownName: no such link.
    """
    env, args = request.env, request.args
    path = args.get("field", "")
    first, _, rest = path.partition(".")
    info = env.registry[model]
    outer: Any = info.field(first)
    view = args.get("view", "")
    known = field_nodes(form_of(env, model, int(view) if view.isdigit() else None).view)
    node = known.get(first)
    prefix = args.get("prefix", "")
    sent = {key[2:]: value for key, value in args.items() if key.startswith("v.")}
    parent: dict[str, Any] | None = None
    bound = outer
    if rest:
        listed, formed = line_views(env, node or nodes.FieldNode(name=first), outer)
        bound = env.registry[outer.comodel].field(rest)
        node = {**field_nodes(formed.view), **field_nodes(listed.view)}.get(rest)
        parent = _values(env, model, {k: v for k, v in sent.items() if "." not in k})
        sent = {key.removeprefix(prefix): value for key, value in sent.items() if prefix and key.startswith(prefix)}
    if not bound.relational or bound.type == "reference" or not env.field_open(bound):
        raise UnknownName("{model} has no link {name}.", model=model, name=path)
    values = _values(env, bound.model, sent)
    record = args.get("id", "")
    values.setdefault("id", int(record) if record.isdigit() else False)
    return Asked(
        env.with_context(**context_of(env, bound, node, values)),
        bound,
        node,
        domain_of(env, bound, node, values, parent),
    )


def _values(env: Env, model: str, sent: dict[str, str]) -> dict[str, Any]:
    """The values of other fields that the domain needs; what cannot be read is empty."""
    fields = env.registry[model].fields
    values: dict[str, Any] = {}
    for name, text in sent.items():
        bound: Any = fields.get(name)
        if bound is None:
            continue
        if bound.to_many:
            values[name] = [int(text)] if text.isdigit() else []
            continue
        try:
            found = parse(env, bound, text)
        except GrialError:
            found = False
        values[name] = found.isoformat() if hasattr(found, "isoformat") else found
    return values
