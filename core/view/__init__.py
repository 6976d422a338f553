"""Views: arches of data files, extended by addons, fitted to a reader, and their typed parts for renderers."""

from __future__ import annotations

from core.view.arch import Parsed, parse
from core.view.bindings import bound_actions
from core.view.classic import fields_view_get
from core.view.inherit import apply
from core.view.library import forget
from core.view.markup import Origin, parse_arch
from core.view.resolve import Resolved, resolve
from core.view.validate import FieldFacts, Models, validate

__all__ = [
    "FieldFacts",
    "Models",
    "Origin",
    "Parsed",
    "Resolved",
    "apply",
    "bound_actions",
    "fields_view_get",
    "forget",
    "parse",
    "parse_arch",
    "resolve",
    "validate",
]
