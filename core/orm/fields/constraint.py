"""Rules that the database itself keeps, each with the addon's own message."""

from __future__ import annotations

from typing import Any


class SqlConstraint:
    """What checks and unique rules share: a name, a message for the person who breaks the rule."""

    name: str = ""
    addon: str = ""

    def __init__(self, message: str) -> None:
        self.message = message

    def __set_name__(self, owner: Any, name: str) -> None:
        self.name = name.strip("_")
        self.addon = getattr(owner, "_addon", "")


class Check(SqlConstraint):
    """A condition every row meets, written in the expression language over the model's own fields.

    Args:
        condition: for example `"date_deadline >= date"`; a comparison with an empty value holds.
        message: told to the person whose record breaks it.
    """

    def __init__(self, condition: str, message: str) -> None:
        super().__init__(message)
        self.condition = condition


class Unique(SqlConstraint):
    """No two rows have the same values in these fields; rows with an empty one do not count.

    Args:
        fields: names of fields of the model.
        message: told to the person whose record breaks it.
    """

    def __init__(self, *fields: str, message: str) -> None:
        super().__init__(message)
        self.fields = fields
