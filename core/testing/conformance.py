"""What every addon is tested for without a line of its own, but this: `class TestConformance(Conformance): ...`"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from core.errors import GrialError
from core.orm.kept import kept
from core.testing.samples import sample, samples, unique_fields
from core.testing.users import ADMIN_LOGIN, find_user
from core.testing.wanted import addon_folder_of

if TYPE_CHECKING:
    from core.kernel.finding import Finding
    from core.orm.env import Env
    from core.orm.registry import ModelInfo
    from core.testing.clients import WebClient
    from core.testing.databases import Databases
    from core.testing.records import Database

FEW, MANY = 10, 1_000
SLACK = 20
"""Statements that a large write may take more than a small one: long lists of ids go to the database in portions."""

PLAIN = frozenset(["char", "text", "integer", "float", "decimal", "monetary", "boolean"])
"""Types of fields whose values many records may share without asking what they mean."""

RULES: dict[str, tuple[str, ...]] = {
    "the manifest has known keys, and what it needs is there": ("manifest", "depends"),
    "every file is listed, and every listed file is there": ("manifest-file", "manifest-unlisted", "file"),
    "the XML and CSV files are valid": ("xml", "csv", "schema"),
    "every model has access rows": ("access",),
    "the models fit together, dependency paths exist": ("python", "models"),
    "the code names models, fields and values that exist": (
        "code-model", "code-field", "code-value", "code-domain", "code-link"),
    "views name what exists": ("view", "view-field", "view-name", "view-group", "view-model", "view-inherit"),
    "every button names an action": ("view-button", "view-action", "transition"),
    "every state exists and can be reached": ("workflow",),
    "references and values of records are right": ("model", "field", "reference", "value", "expression", "domain"),
}  # fmt: skip
"""What is tested, and the codes of the findings of `server.py check` that are against it."""
REST = "nothing else is found"
_NAMED = frozenset(code for codes in RULES.values() for code in codes)


class Conformance:
    """The tests. An addon's test file inherits them in one line, in a class whose name begins with `Test`."""

    unwritten: ClassVar[Mapping[str, str]] = {}
    """Models whose records nobody makes or writes a thousand of, and why."""

    unopened: ClassVar[Mapping[str, str]] = {}
    """Models without screens of their own, and why."""

    def values(self, env: Env, model: str, number: int) -> Mapping[str, Any]:  # Any: a field's own type
        """Values for a new record of a model; needed where a rule of the model refuses those that are guessed."""
        return {}

    @pytest.fixture
    def addon(self, request: pytest.FixtureRequest) -> str:
        """The addon in whose folder the test is."""
        folder = addon_folder_of(request.node.path)
        assert folder is not None, f"{request.node.path} is not in the tests of an addon"
        return folder.name

    @pytest.mark.parametrize("rule", [*RULES, REST])
    def test_the_files_are_right(self, rule: str, addon: str) -> None:
        codes = RULES.get(rule, ())
        found = [one for one in _findings(addon) if (one.code in codes if codes else one.code not in _NAMED)]
        assert [str(one) for one in found] == [], rule

    def test_it_installs_alone(self, addon: str, databases: Databases) -> None:
        """With demo data, and with nothing but the addons that it needs."""
        from core.module.finder import find_addons
        from core.module.graph import closure

        registry = databases.installed(addon, demo=True)
        assert set(registry.addons) >= closure(find_addons(), [addon])
        assert _own_models(registry.models, addon) or not _declares(addon)

    def test_a_second_upgrade_changes_nothing(self, addon: str, databases: Databases) -> None:
        from core.module.upgrade import upgrade
        from core.testing.snapshot import differences, snapshot

        name = databases.copy(addon, demo=True)
        try:
            assert addon in upgrade(databases.registries, name, [addon]).upgraded
            before = snapshot(databases.server.engine(name))
            assert addon in upgrade(databases.registries, name, [addon]).upgraded
            assert differences(before, snapshot(databases.server.engine(name))) == []
        finally:
            databases.drop(name)

    def test_it_uninstalls_and_comes_back(self, addon: str, databases: Databases) -> None:
        from core.module.install import install
        from core.module.uninstall import uninstall

        if addon == "base":
            pytest.skip("base is what a database consists of: nobody uninstalls it")
        name = databases.copy(addon, demo=True)
        try:
            registries = databases.registries
            own = _own_models(registries.get(name).models, addon)
            assert addon in uninstall(registries, name, [addon], dependants=True).removed
            assert not own & registries.get(name).models.keys()
            with registries.transaction(name) as env:
                left = env["ir.model.data"].search([("module", "=", addon)])
                assert left.mapped("name") == []
            assert addon in install(registries, name, [addon]).installed
            assert own <= registries.get(name).models.keys()
        finally:
            databases.drop(name)

    @pytest.mark.addons(demo=True)
    def test_every_list_and_form_opens(self, addon: str, client: WebClient, database: Database) -> None:
        with database.transaction(write=False) as env:
            addresses = list(_addresses(env, addon, self.unopened))
        failed = {address: answer.status for address in addresses if (answer := client.get(address)).status_code != 200}
        assert failed == {}, "these pages do not open"

    def test_every_view_is_whole(self, addon: str, env: Env) -> None:
        """No part of a view of the addon, and no extension by it, has to be left out."""
        from core.view import resolve
        from core.view.library import library_of

        library = library_of(env)
        found = []
        for row in library.rows.values():
            base = library.base_of(row.id)
            if row.xmlid.startswith(f"{addon}.") and base is not None and base.model in env:
                found += [str(one) for one in resolve(env, base.model, base.type, base.id).findings]
        assert found == []

    @pytest.mark.slow
    def test_a_write_takes_as_many_statements_for_many_records(self, addon: str, env: Env) -> None:
        """Of each model: an override or a hook that looks at one record after the other is found here."""
        own = _own_models(env.registry.models, addon)
        assert self.unwritten.keys() <= own, "a model is left out that the addon does not bring"
        grown, refused = {}, {}
        for model in sorted(own - self.unwritten.keys()):
            if not env.registry[model].stored:
                continue
            try:
                with env.tx.savepoint():
                    few, many = self._statements(env, model)
            except GrialError as error:
                refused[model] = str(error)
                continue
            if many > few + SLACK:
                grown[model] = f"{few} statements for {FEW} records, {many} for {MANY}"
        assert refused == {}, "give other values for these models, in the method `values` of this class"
        assert grown == {}

    def _statements(self, env: Env, model: str) -> tuple[int, int]:
        """How many statements the same write takes for few and for many new records."""
        records = samples(env, model, MANY, self.values)
        env.flush()
        values = _written(env, model, sample(env, model, MANY + 1, self.values))
        env.flush()
        counts = []
        for size in (FEW, FEW, MANY):  # the first time fills caches
            env.tx.invalidate()
            before = env.tx.statements
            records[:size].write(values)
            env.flush()
            counts.append(env.tx.statements - before)
        return counts[1], counts[2]


@cache
def _findings(addon: str) -> list[Finding]:
    """What `server.py check` says about an addon."""
    from core.check import run

    return run([addon])


def _written(env: Env, model: str, values: Mapping[str, Any]) -> dict[str, Any]:  # Any: a field's own type
    """Of the values for a new record, those that many records may share."""
    info = env.registry[model]
    alone = unique_fields(info)
    plain = {name for name in values if info.fields[name].type in PLAIN} - alone
    if plain:
        return {name: values[name] for name in plain}
    shut = kept(env, info).keys() | alone
    empty = (name for name, field in info.fields.items() if field.stored and not field.required and name not in shut)
    return {name: False for name in empty if not info.fields[name].to_many}


def _own_models(models: Mapping[str, ModelInfo], addon: str) -> set[str]:
    return {name for name, info in models.items() if info.addon == addon and not info.abstract}


def _declares(addon: str) -> bool:
    from core.orm.declare import declarations

    return any(not cls._extend and not cls._abstract for cls in declarations(addon))


def _addresses(env: Env, addon: str, unopened: Mapping[str, str]) -> Iterator[str]:
    """The pages of the addon's models and of its actions, each in every view that is shown."""
    admin = env.with_user(find_user(env, ADMIN_LOGIN).id)
    for model in sorted(_own_models(env.registry.models, addon) - unopened.keys()):
        info = env.registry[model]
        if not info.transient and admin.may(model, "read"):
            yield f"/web/{model}"
            found = env[model].search([], limit=1)
            if found:
                yield f"/web/{model}/{found.id}"
        if info.stored and admin.may(model, "create"):
            yield f"/web/{model}/new"
    rows: Any = env["ir.model.data"].search([("module", "=", addon), ("model", "=", "ir.actions.act_window")])
    for row in rows:
        action: Any = env["ir.actions.act_window"].browse(row.res_id)
        if action.res_model not in unopened and action.target != "new":
            for kind in action.view_mode.split(","):
                yield f"/web/action/{addon}.{row.name}?view={kind.replace('tree', 'list')}"
