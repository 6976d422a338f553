"""The frame around every page: menus, breadcrumbs, the user, and messages that outlive a redirect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Tone = Literal["info", "success", "warning", "danger"]


@dataclass(frozen=True, slots=True)
class Link:
    """A place to go to; `current` marks where the reader is."""

    label: str
    url: str = ""
    icon: str = ""
    current: bool = False
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Menu:
    """An entry of the sidebar; a folder has children and no address of its own."""

    label: str
    url: str = ""
    icon: str = ""
    current: bool = False
    children: tuple[Menu, ...] = ()

    @property
    def holds_current(self) -> bool:
        """Whether the reader stands somewhere below this entry."""
        return self.current or any(child.holds_current for child in self.children)


@dataclass(frozen=True, slots=True)
class Notice:
    """A message in a corner of the page that goes away by itself unless it is a refusal."""

    text: str
    tone: Tone = "info"
    url: str = ""
    action: str = ""


@dataclass(frozen=True, slots=True)
class Shell:
    """Everything around the content of a page of a signed-in user; `resting` says that he may wake this database."""

    title: str
    csrf: str = ""
    lang: str = "en"
    theme: Literal["auto", "light", "dark"] = "auto"
    database: str = ""
    user: str = ""
    user_image: str = ""
    company: str = ""
    app: Menu | None = None
    apps: tuple[Menu, ...] = ()
    crumbs: tuple[Link, ...] = ()
    notices: tuple[Notice, ...] = ()
    resting: bool = False


def initials(name: str) -> str:
    """One or two letters that stand for a person or a company without a picture."""
    words = [word for word in name.replace(".", " ").split() if word[:1].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


def hue(key: str | int) -> int:
    """A stable colour number from 0 to 11 for a name or an id."""
    if isinstance(key, int):
        return key % 12
    return sum(ord(letter) * (place + 1) for place, letter in enumerate(key)) % 12
