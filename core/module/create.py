"""Makes a new database with `base` and other addons in it, or leaves nothing behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from core.db import addon_rows, admin, queue
from core.db.engine import begin
from core.errors import UnknownName
from core.kernel.hookspecs import database_created
from core.module.base_models import table_of
from core.module.finder import find_addons
from core.module.importer import forget_broken
from core.module.install import add_addons
from core.module.operation import WORK, Operation, Outcome, ProgressCallback
from core.module.plan import plan_install
from core.module.registries import Registries

if TYPE_CHECKING:
    from core.orm.env import Env


FIRST_LOGIN = "admin"
"""Of the first user, as the data files of `base` have it."""


def create_database(
    registries: Registries,
    name: str,
    *,
    demo: bool = False,
    lang: str = "",
    login: str = FIRST_LOGIN,
    admin_password: str = "",
    country: str = "",
    addons: Sequence[str] = (),
    progress: ProgressCallback | None = None,
) -> Outcome:
    """Create a database and install `base` and `addons` in it.

    Args:
        name: letters, digits, dots, dashes and underscores.
        demo: with demo data.
        lang: the language of the first users, such as es_ES; empty for English.
        login: of the first user.
        admin_password: of the first user; empty for none, and then nobody can log in with a password.
        country: of the company, in two letters; empty for none.
        addons: besides `base`, with all they need.
        progress: called with steps done, steps in all and what comes next.

    Raises:
        ValidationError: the name cannot be used; UserError: there is a database of that name.
        GrialError: an addon could not be installed; the database is gone again.
    """
    server = registries.server
    names = list(dict.fromkeys(["base", *addons]))
    forget_broken(names)
    plan_install(find_addons(), {}, names)
    with admin.building(server, name) as working:
        try:
            with begin(server.engine(working), write=True, schema=True) as connection:
                addon_rows.bootstrap(connection)
                queue.bootstrap(connection)
                operation = Operation(registries, working, f"Creating {name}", connection, progress)
                add_addons(operation, plan_install(operation.shelf, operation.rows, names), demo)
                user = {"lang": lang, "login": "" if login == FIRST_LOGIN else login, "password": admin_password}
                _set_up(operation, user, country)
                operation.finish()
            operation.after_commit()
        finally:
            registries.board.clear(working, WORK)
    registries.forget(name)
    return operation.outcome


def _set_up(operation: Operation, user: Mapping[str, str], country: str) -> None:
    """What is wanted of the first user and of the company; then the addons' own beginnings."""
    env = operation.env
    values = {name: value for name, value in user.items() if value}
    if "lang" in values:
        values["lang"] = activate_language(env, values["lang"])
    admin_user = env.ref("base.user_admin", raise_missing=False)
    if admin_user and values:
        admin_user.write(values)
    if country:
        found = table_of(env, "res.country").search([("code", "=", country.upper())], limit=1)
        env.ref("base.main_company").mapped("partner_id").write({"country_id": found.id or False})
    env.fire(database_created, env)
    operation.flush()


def activate_language(env: Env, lang: str) -> str:
    """Make a language choosable, and translate what the data files have created; gives its code.

    Args:
        lang: a code such as es_ES, or the short form es.

    Raises UnknownName for a language that `base` does not list.
    """
    table = table_of(env, "res.lang")
    found = table.search([("code", "=", lang)]) or table.search([("iso_code", "=", lang)])
    if not found:
        raise UnknownName("There is no language {name}.", name=lang, known=table.search([]).mapped("code"))
    found[:1].write({"active": True})
    env.flush()
    return str(found[:1].code)
