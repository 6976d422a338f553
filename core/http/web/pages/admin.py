"""Pages about the system itself: sign-in, home, apps, preferences, databases, errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from core.http.web.pages.field import Choice
from core.http.web.pages.shell import Menu


@dataclass(frozen=True, slots=True)
class LoginPage:
    """The sign-in page."""

    database: str
    databases: tuple[str, ...] = ()
    login: str = ""
    error: str = ""
    redirect: str = ""
    csrf: str = ""
    notice: str = ""
    manager_url: str = ""


@dataclass(frozen=True, slots=True)
class HomePage:
    """The start page: every app, and what was seen last."""

    greeting: str
    apps: tuple[Menu, ...]
    recent: tuple[Menu, ...] = ()


@dataclass(frozen=True, slots=True)
class App:
    """An addon on the Apps page."""

    name: str
    label: str
    summary: str
    state: Literal["installed", "uninstalled", "to upgrade", "to install", "broken", "disabled", "uninstallable"]
    category: str = ""
    version: str = ""
    icon: str = "puzzle"
    needs: tuple[str, ...] = ()
    message: str = ""
    is_app: bool = True
    installed_version: str = ""


@dataclass(frozen=True, slots=True)
class AppsPage:
    """The Apps page."""

    apps: tuple[App, ...]
    text: str = ""
    filters: tuple[Choice, ...] = ()
    url: str = "/web/apps"
    busy: str = ""
    can_manage: bool = True


@dataclass(frozen=True, slots=True)
class Removal:
    """What uninstalling an addon would take away."""

    addon: str
    label: str
    also: tuple[str, ...] = ()
    tables: tuple[tuple[str, int], ...] = ()
    columns: tuple[str, ...] = ()
    records: tuple[tuple[str, int], ...] = ()
    url: str = ""
    cancel_url: str = "/web/apps"


@dataclass(frozen=True, slots=True)
class Database:
    """A database in the manager."""

    name: str
    size: str = ""
    current: bool = False


@dataclass(frozen=True, slots=True)
class DatabasePage:
    """The database manager."""

    databases: tuple[Database, ...]
    enabled: bool
    languages: tuple[tuple[str, str], ...] = ()
    error: str = ""
    done: str = ""
    csrf: str = ""


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """A refusal or a fault, told to the person who met it."""

    status: int
    title: str
    text: str
    hint: str = ""
    reference: str = ""
    detail: tuple[str, ...] = ()
    back_url: str = "/web"
    retry_after: int = 0
