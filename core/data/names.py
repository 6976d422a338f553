"""The names that an `eval`, a `search` or a test of a data file may use."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from core.errors import GrialError, UnknownName
from core.kernel.expression import expression_helpers
from core.kernel.vocabulary import Helper
from core.kernel.zones import to_utc
from core.security.record_view import RecordView

if TYPE_CHECKING:
    from core.orm.env import Env

VERSION = "7.0"
"""What older files read as `version`: the generation of the format."""

COMMAND = Helper(
    "Command",
    {
        "create": lambda values: (0, 0, values),
        "update": lambda record, values: (1, record, values),
        "delete": lambda record: (2, record, False),
        "unlink": lambda record: (3, record, False),
        "link": lambda record: (4, record, False),
        "clear": lambda: (5, False, False),
        "set": lambda records: (6, 0, records),
    },
)


def _timezone(name: str) -> Helper:
    """A zone as `pytz` gives it: `localize` takes a clock of that zone and gives the moment, in UTC as all moments."""
    return Helper("timezone", {"localize": lambda clock: to_utc(clock, name)})


PYTZ = Helper("pytz", {"timezone": _timezone})

HELPERS: Final = frozenset(expression_helpers(datetime(2000, 1, 1))) | {
    "ref",
    "uid",
    "version",
    "Command",
    "context",
    "pytz",
    "obj",
}
"""Names that an `eval` may use beside external ids."""


class EvalNames(dict[str, Any]):
    """Helpers and functions by name; any other name is an external id of the addon and stands for its database id."""

    def __init__(self, env: Env, id_of: Callable[[str], int], now: datetime) -> None:
        super().__init__(expression_helpers(now, env.tz))
        self._id_of = id_of

        def ref(xmlid: str) -> int:
            return id_of(xmlid)

        self.update(
            ref=ref,
            uid=env.uid,
            version=VERSION,
            Command=COMMAND,
            pytz=PYTZ,
            context=dict(env.context),
            true=True,
            false=False,
        )

    def __missing__(self, name: str) -> int:
        try:
            return self._id_of(name)
        except GrialError as error:
            raise KeyError(name) from error

    def of_model(self, env: Env, model: str) -> EvalNames:
        """The same names with `obj`, which reads records of a model."""
        if model not in env.registry:
            raise UnknownName("There is no model {name}.", name=model, known=env.registry.models)

        def obj(ids: Any) -> RecordView:
            return RecordView(env[model].browse(ids))

        names = EvalNames.__new__(EvalNames)
        dict.__init__(names, self)
        names._id_of = self._id_of
        names["obj"] = obj
        return names
