"""Whoever installs an addon is told where its Python breaks the rules of safe code."""

from __future__ import annotations

import logging

from core.kernel.i18n import mark
from core.lint import lint_folder
from core.module.manifest import Manifest
from core.module.operation import Operation

log = logging.getLogger(__name__)

SHOWN = 5
"""Places that a message names; `server.py check` tells all of them, with what to do."""


def tell_unsafe(operation: Operation, manifest: Manifest) -> None:
    """Say which lines of an addon break a rule; the addon is installed all the same: its Python was trusted already."""
    found = [one for one in lint_folder(manifest.folder, manifest.addon) if one.severity == "error"]
    for one in found:
        log.warning("%s", one)
    if found:
        operation.say(
            mark("{addon} breaks rules of safe code in {count} places: {places}. See server.py check {addon}."),
            addon=manifest.addon,
            count=len(found),
            places=[f"{one.file}:{one.line} [{one.code}]" for one in found[:SHOWN]],
        )
