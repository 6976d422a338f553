"""What the ORM asks of rooms above it, as one object that `core.module.wiring` fills in.

Each attribute has a harmless default, so that the ORM runs alone in its own tests.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from core.orm.domain import TRUE, Domain

if TYPE_CHECKING:
    from core.orm.env import Env
    from core.orm.fields.base import Field
    from core.orm.model import Model


class AccessGate(Protocol):
    """Decides what one user may do; asked by the ORM before every door opens."""

    def may(self, model: str, operation: str) -> bool:
        """May the user do `operation` (read, write, create, unlink) on the model?"""

    def rule_domain(self, model: str, operation: str) -> Domain:
        """The condition records must meet for this user; TRUE when there is none."""

    def field_open(self, field: Field[Any, Any]) -> bool:
        """May the user read and write a field that is limited to groups?"""

    def refuse_model(self, model: str, operation: str) -> Exception:
        """The error for a model that the user has no right to; it names the groups that have."""

    def refuse_records(self, model: str, operation: str, ids: Sequence[int]) -> Exception:
        """The error for records that a rule keeps from the user."""


class OpenGate:
    """A gate without rules: everything is allowed. Used for the superuser and before base is installed."""

    def may(self, model: str, operation: str) -> bool:
        return True

    def rule_domain(self, model: str, operation: str) -> Domain:
        return TRUE

    def field_open(self, field: Field[Any, Any]) -> bool:
        return True

    def refuse_model(self, model: str, operation: str) -> Exception:
        raise AssertionError(f"an open gate refuses nothing ({model} {operation})")

    def refuse_records(self, model: str, operation: str, ids: Sequence[int]) -> Exception:
        raise AssertionError(f"an open gate refuses nothing ({model} {operation} {list(ids)})")


def _keep(text: str) -> str:
    return text


def _source(_env: Env, text: str, _addon: str) -> str:
    return text


def _nothing(*_args: Any) -> None:
    return None


@dataclass
class Ports:
    """The calls upwards.

    Attributes:
        gate: makes the access gate of an environment.
        clean_html: sanitises formatted text.
        translate: gives a source text of an addon in the reader's language.
        created: told of new records, after their checks.
        written: told of a write, with the names of the fields.
        unlinking: told of records about to be deleted.
        transition: carries out the transition `name` for records (workflow); gives the method's answer.
        changed: keeps what `tracking` fields changed: (records, {field: {id: (old, new)}}).
        unlinked: told of ids that were deleted.
        states: the fields of a model that workflows move, with the values in which a record may begin.
        addon_folder: the folder of an addon on disk.
    """

    gate: Callable[[Env], AccessGate] = field(default=lambda _env: OpenGate())
    clean_html: Callable[[str], str] = _keep
    translate: Callable[[Env, str, str], str] = _source
    created: Callable[[Model], None] = _nothing
    written: Callable[[Model, frozenset[str]], None] = _nothing
    unlinking: Callable[[Model], None] = _nothing
    unlinked: Callable[[Env, str, Sequence[int]], None] = _nothing
    changed: Callable[[Model, dict[str, dict[int, tuple[Any, Any]]]], None] = _nothing
    states: Callable[[Env, str], Mapping[str, frozenset[str]]] = lambda _env, _model: {}
    addon_folder: Callable[[str], Path | None] = lambda _addon: None
    transition: Callable[[Model, str, Callable[..., Any], tuple[Any, ...]], Any] = lambda r, _n, act, args: act(
        r, *args
    )
