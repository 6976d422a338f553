"""Decorators that mark methods of a model: callable from outside, buttons, transitions, checks, on-changes."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar, cast

F = TypeVar("F", bound=Callable[..., Any])


def exported(method: F) -> F:
    """Let programs call the method over RPC. Nothing else is callable from outside."""
    method.__dict__["_exported"] = True
    return method


def action(method: F) -> F:
    """Let people press a button for it; also callable over RPC. It may return an action to open."""
    method.__dict__["_exported"] = True
    method.__dict__["_action"] = True
    return method


def transition(method: F) -> F:
    """The act of a workflow transition of the same name.

    Pressing the button, or calling the method from outside, sends the signal: the workflow checks state, condition
    and group, runs the method and moves the record, or refuses and says why.
    """
    name = method.__name__

    @functools.wraps(method)
    def send(self: Any, *args: Any) -> Any:
        running = self.env.tx.memo.setdefault("transitions running", set())
        key = (self._name, name, self._ids)
        if key in running:
            return method(self, *args)
        running.add(key)
        try:
            return self.env.registry.ports.transition(self, name, functools.partial(_act, name), args)
        finally:
            running.discard(key)

    send.__dict__.update(_exported=True, _action=True, _transition=True)
    return cast(F, send)


def _act(name: str, records: Any, *args: Any) -> Any:
    """Run the whole chain of the method's overrides; the outermost has already been announced as running."""
    return getattr(records, name)(*args)


def constrains(*fields: str) -> Callable[[F], F]:
    """Run the method after records were created or these fields written; it raises ValidationError to refuse."""

    def decorate(method: F) -> F:
        method.__dict__["_constrains"] = fields
        return method

    return decorate


def on_change(*fields: str) -> Callable[[F], F]:
    """Run the method on the unsaved record when a person changes one of these fields (dotted for lines)."""

    def decorate(method: F) -> F:
        method.__dict__["_on_change"] = fields
        return method

    return decorate


def readonly(method: F) -> F:
    """The exported method changes nothing, so that it may run in a read-only transaction."""
    method.__dict__["_readonly"] = True
    return method
