"""Which records a link may be set to: the domain of the view or of the field, with the values of the form put in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from core.errors import ExpressionError
from core.http.web.window import names_of
from core.kernel.expression import Expression, Values, compile_expression
from core.view import nodes
from core.view.modifiers import ENVIRONMENT

if TYPE_CHECKING:
    from core.orm.env import Env


def domain_source(env: Env, bound: Any, node: nodes.FieldNode | None) -> Expression | list[Any]:
    """The domain of a link: an expression still to be worked out, or a list."""
    if node is not None and node.domain is not None:
        return node.domain
    declared = bound.domain(env[bound.model]) if callable(bound.domain) else bound.domain
    if isinstance(declared, str):
        return compile_expression(" ".join(declared.split())) if declared.strip() else []
    if hasattr(declared, "as_list"):
        listed: list[Any] = declared.as_list()
        return listed
    return list(declared or ())


def needed(source: Expression | list[Any]) -> tuple[frozenset[str], frozenset[str]]:
    """The fields of the record, and of the record whose line it is, that a domain reads."""
    if isinstance(source, list):
        return frozenset(), frozenset()
    own = source.names - ENVIRONMENT
    parent = frozenset(path.split(".")[1] for path in source.paths if path.startswith("parent."))
    return own, parent


def domain_of(
    env: Env,
    bound: Any,
    node: nodes.FieldNode | None,
    values: Mapping[str, Any],
    parent: Mapping[str, Any] | None = None,
) -> list[Any]:
    """The domain of a link in a form with these values; one that cannot be worked out leaves the choice open.

    Args:
        values: of the record, as `core.view.modifiers.names_of` makes them.
        parent: of the record whose line it is.
    """
    source = domain_source(env, bound, node)
    if isinstance(source, list):
        return source
    names = {**dict.fromkeys(needed(source)[0], False), **names_of(env), **values}
    if parent is not None:
        names["parent"] = Values({**dict.fromkeys(needed(source)[1], False), **parent})
    try:
        found = source.evaluate(names)
    except ExpressionError:
        return []
    return list(found) if isinstance(found, (list, tuple)) else []


def context_of(env: Env, bound: Any, node: nodes.FieldNode | None, values: Mapping[str, Any]) -> dict[str, Any]:
    """The context in which the linked records are searched and made."""
    context = dict(getattr(bound, "context", {}) or {})
    if node is not None and node.context is not None:
        try:
            found = node.context.evaluate(
                {**dict.fromkeys(node.context.names - ENVIRONMENT, False), **names_of(env), **values}
            )
        except ExpressionError:
            return context
        context |= found if isinstance(found, dict) else {}
    return context


def all_nodes(view: nodes.View) -> Iterator[nodes.Node]:
    """Every part of a form or list."""
    if isinstance(view, nodes.FormView):
        for part in (view.header, view.footer):
            if part is not None:
                yield part
                yield from nodes.walk(part.children)
        yield from nodes.walk(view.children)
    elif isinstance(view, nodes.ListView):
        yield from view.columns
    elif isinstance(view, nodes.KanbanView):
        yield from view.fields
        yield from nodes.walk(view.card)


def field_nodes(view: nodes.View) -> dict[str, nodes.FieldNode]:
    """The fields of a view by name; of several with one name, the first that can be written to."""
    found: dict[str, nodes.FieldNode] = {}
    for node in all_nodes(view):
        if isinstance(node, nodes.FieldNode) and (node.name not in found or found[node.name].widget == "statusbar"):
            found[node.name] = node
    return found


def button_node(view: nodes.View, name: str) -> nodes.ButtonNode | None:
    """The button of this name."""
    return next((node for node in all_nodes(view) if isinstance(node, nodes.ButtonNode) and node.name == name), None)
