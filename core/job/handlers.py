"""Marks what may run in the background, and finds it again: the job table holds names, and only marked names run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from core.errors import UnknownName

if TYPE_CHECKING:
    from core.orm.env import Env

F = TypeVar("F", bound=Callable[..., Any])

_MARK = "_job"


@dataclass(frozen=True, slots=True)
class Handling:
    """How a job is run.

    Attributes:
        tries: how often it is tried before it counts as failed.
        limit: seconds after which it counts as hanging; it is stopped at its next progress.
        pause: seconds before the second try; each further one waits twice as long.
        outside: it reaches people or systems outside: in a database that rests it waits.
    """

    tries: int = 5
    limit: float = 3600
    pause: float = 30
    outside: bool = False


def job(*, tries: int = 5, limit: float = 3600, pause: float = 30, outside: bool = False) -> Callable[[F], F]:
    """Let a method of a model run in the background and on a schedule.

    Args:
        tries: how often it is tried; what it did is undone before each further try.
        limit: seconds it may take.
        pause: seconds before the second try, doubled for each further one.
        outside: it sends something to people or systems outside. In the copy of a database it waits until an
            administrator wakes that.
    """

    def decorate(method: F) -> F:
        method.__dict__[_MARK] = Handling(tries, limit, pause, outside)
        return method

    return decorate


def handling(env: Env, model: str, method: str) -> Handling:
    """How this method is run in the background.

    Raises UnknownName when there is no such model or when the method was not marked with `@job`.
    """
    cls = env.registry[model].cls
    marked = marked_methods(cls)
    if method not in marked:
        raise UnknownName(
            "{model} has no method {name} that may run in the background.", model=model, name=method, known=marked
        )
    return marked[method]


def marked_methods(cls: type) -> dict[str, Handling]:
    """The background methods of a class; an override keeps the mark of what it overrides."""
    found: dict[str, Handling] = {}
    for base in reversed(cls.__mro__):
        for name, value in vars(base).items():
            mark = getattr(value, "__dict__", {}).get(_MARK) if callable(value) else None
            if isinstance(mark, Handling):
                found[name] = mark
    return found
