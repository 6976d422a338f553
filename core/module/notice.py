"""A sentence about what was done, told in English and kept so that it can be told in another language."""

from __future__ import annotations

from collections.abc import Callable

from core.errors import fill


class Notice(str):
    """The English sentence; `translated` gives it in the language of its reader."""

    template: str
    values: dict[str, object]

    def __new__(cls, template: str, /, **values: object) -> Notice:
        notice = super().__new__(cls, fill(template, values))
        notice.template = template
        notice.values = values
        return notice

    def translated(self, translate: Callable[[str], str]) -> str:
        """The sentence for a reader: `translate` turns the English template into his language."""
        return fill(translate(self.template), self.values, translate)
