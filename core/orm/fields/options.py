"""The options that a declaration of a field may have."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from typing import TypedDict


class Options(TypedDict, total=False):
    """Options that every field takes."""

    readonly: bool
    index: bool
    default: object
    help: str
    groups: str
    copy: bool
    company_dependent: bool
    tracking: bool
    translate: bool
    aggregate: str
    oldname: str
    source: str


def options_of(kind: type) -> frozenset[str]:
    """What a kind of field takes: what all take, and what the constructors of the kind and its bases name."""
    known = {"string", "required", *Options.__annotations__}
    for cls in kind.__mro__[:-1]:
        if "__init__" in vars(cls):
            parameters = inspect.signature(vars(cls)["__init__"]).parameters.values()
            known.update(one.name for one in parameters if one.kind is not one.VAR_KEYWORD)
    if "fold" in known:
        known.add("folded")  # what it is called on the field
    return frozenset(known - {"self"})


def unknown_options(kind: type, given: Iterable[str]) -> tuple[str, ...]:
    """Those of the given options that the kind of field does not take."""
    own = [name for name in given if name not in Options.__annotations__]
    known = options_of(kind) if own else frozenset()
    return tuple(name for name in own if name not in known)
