"""Texts that no other field takes are kept in the notes of a record, so that nothing of a file is lost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import escape


def with_notes(bound: Any, base: str, lines: Sequence[str]) -> str:
    """The notes with these lines after them; lines that stand there already are not written twice.

    Args:
        bound: the field of the notes; in formatted text each line is a paragraph.
        base: the notes so far.
    """
    html = bound.type == "html"
    shown = [f"<p>{escape(line)}</p>" if html else line for line in lines]
    fresh = [line for line in shown if line not in base]
    return ("" if html else "\n").join([*([base] if base else []), *fresh])
