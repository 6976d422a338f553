"""Writes docs/hooks.md from the specs: `python -m tests.hooks_page`."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from core.kernel.hooks import HookManager, HookRow

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "hooks.md"

INTRODUCTION = """# Hooks

A hook is a place where an addon tells others that something has happened, or asks them. For what happens to a record,
extend its model instead; a hook is for what has no method of its own to override. How to declare, answer and fire one
is told in [developers.md](developers.md#hooks). `GRIAL_TRACE=hooks` prints each one that is fired, and who answers.

This page lists all of them; `python -m tests.hooks_page` writes it from the specs.
"""


def rows() -> list[HookRow]:
    """Every hook of core and of the addons in this repository."""
    hooks = HookManager()
    folders = sorted(path.parent for path in (ROOT / "addons").glob("*/__manifest__.py"))
    for part in ("hookspecs", "hooks"):
        for folder in folders:
            if (folder / f"{part}.py").is_file():
                hooks.register(folder.name, import_module(f"addons.{folder.name}.{part}"))
    return list(hooks.document())


def page() -> str:
    """The text of the page."""
    lines = [INTRODUCTION]
    addon = ""
    for row in rows():
        if row.addon != addon:
            addon = row.addon
            lines.append(f"## {addon}\n")
        lines.append(f"### `{row.signature}`\n\n{row.doc}\n")
        if row.implementations:
            lines.append(f"Answered by {', '.join(f'`{name}`' for name in row.implementations)}.\n")
    return "\n".join(lines)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
