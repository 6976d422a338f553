"""Texts in the reader's language: the `.po` files of the installed addons as one catalogue."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from core.kernel.po import key_of, read_po

_log = logging.getLogger(__name__)


def mark(text: str) -> str:
    """The text itself; tells the extraction that it is translated later, where it is shown."""
    return text


class _Table(NamedTuple):
    """The translations into one language: of all addons together, and of each on its own."""

    all: dict[str, str]
    by_addon: dict[str, dict[str, str]]


class Catalogue:
    """The translations of a database, read from the `i18n` folders of its addons when a language is first asked for.

    A text is looked up in the addon that shows it, then in all addons: the one nearest to base wins. A language such as
    `es_MX` falls back on `es`, and that on the English source.

    Args:
        addons: names and folders of the installed addons, dependencies first.
    """

    def __init__(self, addons: Iterable[tuple[str, Path]]) -> None:
        self._addons = tuple((name, folder / "i18n") for name, folder in addons)
        self._tables: dict[str, _Table | None] = {}
        self._found: frozenset[str] | None = None

    def translate(self, lang: str, source: str, context: str = "", addon: str = "") -> str:
        """The text in a language, or the source where nobody has translated it."""
        found = self.find(lang, source, context, addon)
        return source if found is None else found

    def find(self, lang: str, source: str, context: str = "", addon: str = "") -> str | None:
        """The text in a language, or None where nobody has translated it. A text without the context serves too."""
        table = self._tables[lang] if lang in self._tables else self._load(lang)
        if table is None or not source:
            return None
        key = key_of(source, context) if context else source
        own = table.by_addon.get(addon)
        found = own.get(key) if own else None
        if found is None:
            found = table.all.get(key)
        if found is None and context:
            return self.find(lang, source, "", addon)
        if found is None and "\n" in source:
            # A text of several lines in a view is extracted as one line.
            joined = " ".join(source.split())
            return self.find(lang, joined, "", addon) if joined != source else None
        return found

    def translator(self, lang: str, addon: str = "") -> Callable[[str], str]:
        """A function of the source alone, for `GrialError.translated` and templates."""

        def translate(source: str) -> str:
            return self.translate(lang, source, "", addon)

        return translate

    def languages(self) -> tuple[str, ...]:
        """The codes for which some addon has a file, sorted."""
        return tuple(sorted(self._codes()))

    def refresh(self) -> None:
        """Look at the files again: those that changed are read anew at the next look-up."""
        self._tables = {}
        self._found = None

    def _codes(self) -> frozenset[str]:
        if self._found is None:
            self._found = frozenset(path.stem for _, folder in self._addons for path in folder.glob("*.po"))
        return self._found

    def _load(self, lang: str) -> _Table | None:
        plain = lang.partition("@")[0]
        known = self._codes()
        chain = [code for code in dict.fromkeys((plain.partition("_")[0], plain, lang)) if code in known]
        if not chain:
            self._tables[lang] = None
            return None
        everything: dict[str, str] = {}
        by_addon: dict[str, dict[str, str]] = {}
        for addon, folder in self._addons:
            own: dict[str, str] = {}
            for path in (folder / f"{code}.po" for code in chain):
                if path.is_file():
                    own.update(_read(path))
            by_addon[addon] = {**by_addon.get(addon, {}), **own}
            everything = {**own, **everything}
        table = self._tables[lang] = _Table(everything, by_addon)
        return table


def _read(path: Path) -> dict[str, str]:
    """The messages of a file; one that cannot be read leaves its texts in English, and the pages as they are."""
    try:
        return read_po(path)
    except (OSError, UnicodeDecodeError) as error:
        _log.warning("%s cannot be read: %s", path, error)
        return {}
