"""Makes a new database with `base` and other addons in it, or leaves nothing behind."""

from __future__ import annotations

from collections.abc import Sequence
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


def create_database(
    registries: Registries,
    name: str,
    *,
    demo: bool = False,
    lang: str = "",
    admin_password: str = "",
    addons: Sequence[str] = (),
    progress: ProgressCallback | None = None,
) -> Outcome:
    """Create a database and install `base` and `addons` in it.

    Args:
        name: letters, digits, dots, dashes and underscores.
        demo: with demo data.
        lang: the language of the first users, such as es_ES; empty for English.
        admin_password: of the user `admin`; empty for none, and then nobody can log in with a password.
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
    admin.create(server, name)
    try:
        with begin(server.engine(name), write=True, schema=True) as connection:
            addon_rows.bootstrap(connection)
            queue.bootstrap(connection)
            operation = Operation(registries, name, f"Creating {name}", connection, progress)
            add_addons(operation, plan_install(operation.shelf, operation.rows, names), demo)
            _set_up(operation, lang, admin_password)
            registry = operation.finish()
    except BaseException:
        registries.forget(name)
        admin.drop(server, name)
        raise
    finally:
        registries.board.clear(name, WORK)
    if registry is not None:
        registries.replace(name, registry)
    operation.after_commit()
    return operation.outcome


def _set_up(operation: Operation, lang: str, password: str) -> None:
    """Language and password of the first user; then the addons' own beginnings."""
    env = operation.env
    if lang:
        lang = activate_language(env, lang)
    user = env.ref("base.user_admin", raise_missing=False)
    if user:
        values = {**({"password": password} if password else {}), **({"lang": lang} if lang else {})}
        if values:
            user.write(values)
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
