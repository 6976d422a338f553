"""Checks all views of a database before a change of addons is committed, so that none is found broken by a user."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from core.errors import DataFileError, UserError
from core.kernel.finding import Finding
from core.orm import xmlids
from core.view.library import Library, Row, combined, library_of
from core.view.validate import FieldFacts, Fields, validate

if TYPE_CHECKING:
    from core.orm.env import Env

LISTED = 10
"""How many faults a refusal lists."""


class RegistryModels:
    """What the check of a view asks about the models, answered by a registry."""

    def __init__(self, env: Env) -> None:
        self.env = env
        self._fields: dict[str, Fields] = {}
        self._signals: dict[str, set[str]] | None = None

    def fields(self, model: str) -> Fields | None:
        """The fields of a model; None for one that is not there."""
        if model not in self.env:
            return None
        if model not in self._fields:
            self._fields[model] = {
                name: FieldFacts(bound.type, getattr(bound, "comodel", "") or "")
                for name, bound in self.env.registry[model].fields.items()
            }
        return self._fields[model]

    def actions(self, model: str) -> frozenset[str]:
        """The methods of a model that a button may call."""
        info = self.env.registry[model]
        return info.actions | info.transitions

    def transitions(self, model: str) -> frozenset[str]:
        """The methods that act for a transition."""
        return self.env.registry[model].transitions

    def signals(self, model: str) -> frozenset[str]:
        """The signals of the model's workflows, those that are switched off included."""
        if self._signals is None:
            self._signals = {}
            if "workflow.transition" in self.env:
                rows: Any = self.env.super_env["workflow.transition"]
                for way in rows.search([("signal", "!=", False)]):
                    self._signals.setdefault(way.act_from.wkf_id.osv, set()).add(way.signal)
        return frozenset(self._signals.get(model, ()))

    def has_id(self, xmlid: str) -> bool | None:
        """Is there a record of that external id?"""
        return "." in xmlid and xmlids.resolve(self.env, xmlid) is not None


def view_faults(env: Env, changed: Collection[str]) -> tuple[list[Finding], list[Finding]]:
    """Combine and check every view.

    Args:
        changed: the addons that were installed or upgraded.

    Gives the faults of views that one of them ships or extends, and remarks: faults of other views, and of extensions
    that people have made in this database. A screen does without those until somebody repairs them.
    """
    if "ir.ui.view" not in env:
        return [], []
    library = library_of(env)
    models = RegistryModels(env)
    everybody = frozenset(group for row in library.rows.values() for group in row.groups)
    faults: list[Finding] = []
    remarks: list[Finding] = []
    for row in library.rows.values():
        if not row.primary or not row.model:
            continue
        plan = library.plan(row, everybody)
        concerned = any(_addon(library.rows[view]) in changed for view in plan)
        own = {library.rows[view].xmlid or library.rows[view].name for view in plan if not _is_shipped(library, view)}
        for finding in _check(env, row, plan, models):
            if finding.severity == "error":
                (faults if concerned and finding.file not in own else remarks).append(finding)
    return [*dict.fromkeys(faults)], [*dict.fromkeys(remarks)]


def refuse(faults: Sequence[Finding]) -> None:
    """Raise UserError with file and line of these faults, when there is one."""
    if faults:
        listed = "\n".join(str(finding) for finding in faults[:LISTED])
        more = len(faults) - LISTED
        raise UserError(
            "Views that do not work ({count}):\n{faults}",
            count=len(faults),
            faults=listed + ("\n…" if more > 0 else ""),
        )


def _is_shipped(library: Library, view: int) -> bool:
    """Has an addon brought the view, and not a person or an import?"""
    return _addon(library.rows[view]) not in ("", xmlids.IMPORTED)


def _check(env: Env, row: Row, plan: tuple[int, ...], models: RegistryModels) -> list[Finding]:
    try:
        whole = combined(env, plan)
    except DataFileError as error:
        return [Finding(error.file or row.name, error.line, "view-xml", str(error))]
    return [*whole.findings, *validate(whole.root, row.model, models, whole.origin)]


def _addon(row: Row) -> str:
    return row.xmlid.partition(".")[0]
