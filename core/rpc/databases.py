"""Creates, copies, drops, dumps and restores databases for the doors that hold the master password."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.db import admin
from core.errors import UnknownName
from core.module.create import create_database
from core.module.upgrade import upgrade as upgrade_addons

if TYPE_CHECKING:
    from core.http.site import Site


def create(
    site: Site,
    name: str,
    *,
    demo: bool = False,
    lang: str = "",
    password: str = "",
    login: str = "admin",
    country: str = "",
) -> None:
    """Make a database with base.

    Args:
        demo: with demo data.
        lang: of the first user; empty for English.
        password: of the first user.
        login: of the first user.
        country: two letters; of the company.
    """
    registries = site.registries
    create_database(registries, name, demo=demo, lang="" if lang.startswith("en") else lang, admin_password=password)
    site.forget_names()
    if login == "admin" and not country:
        return

    def complete(env: Any) -> None:
        if login != "admin":
            env.ref("base.user_admin").write({"login": login})
        found = env["res.country"].search([("code", "=", country.upper())], limit=1) if country else None
        if found:
            env.ref("base.main_company").partner_id.write({"country_id": found.id})

    registries.get(name).run(complete)


def copy(site: Site, source: str, target: str) -> None:
    """Copy a database with its files."""
    _check_known(site, source)
    admin.copy(site.registries.server, source, target)
    site.forget_names()


def drop(site: Site, name: str) -> bool:
    """Delete a database with its files; False when there is none of that name."""
    if not site.exists(name):
        return False
    site.registries.forget(name)
    admin.drop(site.registries.server, name)
    site.forget_names()
    return True


def dump(site: Site, name: str) -> bytes:
    """A database and its files as a zip file."""
    _check_known(site, name)
    with tempfile.TemporaryDirectory(prefix="grial-dump-") as folder:
        file = Path(folder, "dump.zip")
        admin.dump(site.registries.server, name, file)
        return file.read_bytes()


def restore(site: Site, name: str, content: bytes) -> None:
    """Make a database of that name from a zip file."""
    with tempfile.TemporaryDirectory(prefix="grial-restore-") as folder:
        file = Path(folder, "dump.zip")
        file.write_bytes(content)
        admin.restore(site.registries.server, file, name)
    site.forget_names()


def rename(site: Site, name: str, new_name: str) -> None:
    """Give a database another name: a copy under the new one, then the old one goes."""
    copy(site, name, new_name)
    drop(site, name)


def upgrade(site: Site, name: str) -> None:
    """Upgrade the addons of a database whose files are newer."""
    _check_known(site, name)
    upgrade_addons(site.registries, name)


def _check_known(site: Site, name: str) -> None:
    if not site.exists(name):
        raise UnknownName("There is no such database.")
