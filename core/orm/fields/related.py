"""A field that shows a value of a linked record as the record's own."""

from __future__ import annotations

from typing import Any, TypeVar, Unpack, overload

from core.orm.fields.base import Field
from core.orm.fields.options import Options

T = TypeVar("T")
S = TypeVar("S")


class RelatedField(Field[T, S]):
    """The declaration of a related field; at binding it becomes a copy of the field it shows."""

    type = "related"

    def __init__(self, string: str, steps: tuple[Any, ...], store: bool, **options: Any) -> None:
        super().__init__(string, **options)
        self.steps = steps
        self.store = store
        self.copy = False

    def path(self) -> tuple[str, ...]:
        """The names to follow, from this model to the value."""
        if len(self.steps) == 1 and isinstance(self.steps[0], str):
            return tuple(self.steps[0].split("."))
        return tuple(step.name for step in self.steps)


@overload
def Related(
    link: Field[Any, Any], value: Field[T, S], /, *, string: str = "", store: bool = False, **options: Unpack[Options]
) -> RelatedField[T, S]: ...
@overload
def Related(
    link: Field[Any, Any], middle: Field[Any, Any], value: Field[T, S], /, *, string: str = "", store: bool = False,
    **options: Unpack[Options],
) -> RelatedField[T, S]: ...  # fmt: skip
@overload
def Related(path: str, /, *, string: str = "", store: bool = False, **options: Unpack[Options]) -> Any: ...
def Related(*steps: Any, string: str = "", store: bool = False, **options: Any) -> Any:
    """A field that shows the value at the end of a chain of links.

    Args:
        steps: the link fields to follow and the field to show (`Lead.partner_id, Partner.email`), or one dotted path.
        string: the label; that of the shown field when empty.
        store: keep a copy in this model's table, kept up to date.
    """
    return RelatedField(string, steps, store, **options)
