"""What loading a data file did: one verdict a record, with its place and the reason."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

VerdictKind = Literal["ok", "updated", "skipped", "partial", "dropped", "rejected"]

_SAID: dict[VerdictKind, str] = {
    "partial": "was loaded, but this was left out",
    "dropped": "was left out",
    "rejected": "was not loaded",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one element of a file.

    `ok`: created or carried out. `updated`: written again. `skipped`: left as it is, since it is not to be updated.
    `partial`: loaded without the part that the message names. `dropped`: not loaded, since an older file speaks of a
    model, a method or an addon that is not here. `rejected`: not loaded, since something is wrong with it.
    """

    kind: VerdictKind
    line: int
    xmlid: str = ""
    model: str = ""
    message: str = ""


@dataclass(slots=True)
class LoadOutcome:
    """All verdicts of a file; `xmlids` are the external ids that the file still writes, for an upgrade to compare."""

    file: str
    verdicts: list[Verdict] = field(default_factory=list)
    xmlids: set[str] = field(default_factory=set)

    def count(self, kind: VerdictKind) -> int:
        """How many elements got this verdict."""
        return Counter(verdict.kind for verdict in self.verdicts)[kind]

    @property
    def rejected(self) -> list[Verdict]:
        """What was not loaded."""
        return [verdict for verdict in self.verdicts if verdict.kind == "rejected"]

    @property
    def messages(self) -> list[str]:
        """Every verdict that says something, with file, line and record."""
        return [
            f"{self.file}:{v.line}: {v.xmlid + ' ' if v.xmlid else ''}{_SAID.get(v.kind, v.kind)}: {v.message}"
            for v in self.verdicts
            if v.message
        ]
