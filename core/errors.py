"""The errors that Grial raises; each carries an English template and its values, so that the edge can translate it.

`code` is the fault code that OpenERP clients know (1 other, 2 business refusal, 3 login, 4 access); `status` is the
HTTP status.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import ClassVar, Self

_PLACEHOLDER = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")


def fill(template: str, values: Mapping[str, object], translate: Callable[[str], str] | None = None) -> str:
    """The template with every `{name}` replaced by its value.

    Only plain names are replaced, never attributes or items, so that a translation cannot reach into a value. A name
    without a value stays as it is. Several values in a list, tuple or set are joined by commas.
    """

    def shown(value: object) -> str:
        if isinstance(value, GrialError):
            return value.translated(translate) if translate else str(value)
        if isinstance(value, (list, tuple)):
            return ", ".join(map(shown, value))
        if isinstance(value, (set, frozenset)):
            return ", ".join(sorted(map(shown, value)))
        return str(value)

    def replace(match: re.Match[str]) -> str:
        name = match[1]
        return shown(values[name]) if name in values else match[0]

    return _PLACEHOLDER.sub(replace, template)


class GrialError(Exception):
    """The root of all errors of Grial.

    `message` is an English template with `{name}` places, `values` fills them. `str(error)` is the filled English text.
    """

    code: ClassVar[int] = 1
    status: ClassVar[int] = 500

    def __init__(self, message: str, /, **values: object) -> None:
        super().__init__(message)
        self.message = message
        self.values: dict[str, object] = values

    def __str__(self) -> str:
        return fill(self.message, self.values)

    def translated(self, translate: Callable[[str], str]) -> str:
        """The text for a reader: `translate` turns the English template into their language."""
        return fill(translate(self.message), self.values, translate)

    def kept(self) -> Self:
        """This error, fit to be kept: without the traces of where it was raised, which hold all that was there."""
        self.__traceback__ = self.__cause__ = self.__context__ = None
        for value in self.values.values():
            if isinstance(value, GrialError):
                value.kept()
        return self


class UserError(GrialError):
    """Grial refuses something for a reason of the business; the text tells the person what to do."""

    code = 2
    status = 422


class ValidationError(UserError):
    """A value or a record breaks a rule. `fields` names the fields to mark in a form."""

    def __init__(self, message: str, /, *, fields: Iterable[str] = (), **values: object) -> None:
        self.fields = tuple(fields)
        super().__init__(message, fields=self.fields, **values)


class MissingError(UserError):
    """The record does not exist, or is hidden from this user: from outside both look the same."""

    status = 404


class ConflictError(UserError):
    """Somebody else saved the record in between; `conflicts` has my value and theirs of each field."""

    status = 409

    def __init__(
        self, message: str, /, *, conflicts: Mapping[str, tuple[object, object]] | None = None, **values: object
    ) -> None:
        self.conflicts = dict(conflicts or {})
        super().__init__(message, **values)


class AccessError(GrialError):
    """The user may not do this operation on this model or field; names the groups that may."""

    code = 4
    status = 403

    def __init__(
        self, message: str, /, *, model: str = "", operation: str = "", groups: Iterable[str] = (), **values: object
    ) -> None:
        self.model = model
        self.operation = operation
        self.groups = tuple(groups)
        super().__init__(message, model=model, operation=operation, groups=self.groups, **values)


class AccessDenied(GrialError):
    """The login, the password or the key is wrong; never says which."""

    code = 3
    status = 401

    def __init__(self, message: str = "Wrong login or password.", /, **values: object) -> None:
        super().__init__(message, **values)


class UnknownName(GrialError):
    """A model, field, method or option that does not exist; suggests the nearest of `known`."""

    status = 404

    def __init__(self, message: str, /, *, name: str = "", known: Iterable[str] = (), **values: object) -> None:
        self.name = name
        self.known = tuple(known)
        near = get_close_matches(name, self.known, n=1)
        self.suggestion = near[0] if near else ""
        super().__init__(message, name=name, known=self.known, suggestion=self.suggestion, **values)

    def __str__(self) -> str:
        return self._with_hint(super().__str__(), "Did you mean {suggestion}?")

    def translated(self, translate: Callable[[str], str]) -> str:
        return self._with_hint(super().translated(translate), translate("Did you mean {suggestion}?"))

    def _with_hint(self, text: str, hint: str) -> str:
        return f"{text} {fill(hint, self.values)}" if self.suggestion else text


class AddonNotInstalled(GrialError):
    """The class belongs to an addon that this database has not installed."""


class ManifestError(GrialError):
    """An addon's manifest cannot be used."""


class ExpressionError(GrialError):
    """An expression uses something that the language does not have, or fails on its values."""

    status = 422


class DataFileError(GrialError):
    """A data file cannot be loaded; `file` and `line` say where."""

    status = 422

    def __init__(self, message: str, /, *, file: str = "", line: int = 0, **values: object) -> None:
        self.file = file
        self.line = line
        super().__init__(message, file=file, line=line, **values)

    def __str__(self) -> str:
        return self._placed(super().__str__())

    def translated(self, translate: Callable[[str], str]) -> str:
        return self._placed(super().translated(translate))

    def _placed(self, text: str) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {text}" if place else text


class Busy(GrialError):
    """The database is being changed or is overloaded; try again after `retry_after` seconds."""

    status = 503

    def __init__(self, message: str, /, *, retry_after: float = 5, **values: object) -> None:
        self.retry_after = retry_after
        super().__init__(message, retry_after=retry_after, **values)


class TookTooLong(GrialError):
    """The work was stopped because its time was over, and rolled back; the same again would take as long."""

    status = 504

    def __init__(
        self, message: str = "This took too long and was stopped. Nothing was saved. Ask for less at once.", /
    ) -> None:
        super().__init__(message)


class Throttled(GrialError):
    """Too many tries; try again after `retry_after` seconds."""

    status = 429

    def __init__(self, message: str, /, *, retry_after: float = 60, **values: object) -> None:
        self.retry_after = retry_after
        super().__init__(message, retry_after=retry_after, **values)
