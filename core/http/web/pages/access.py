"""The page that explains to an administrator why somebody may or may not."""

from __future__ import annotations

from dataclasses import dataclass

from core.http.web.pages.field import Choice
from core.security.explain import Explanation, Verdict


@dataclass(frozen=True, slots=True)
class AccessPage:
    """What is asked, and the answer once a person and a kind of record are chosen.

    Attributes:
        said: the answer in one sentence.
        verdict: about the operation that is asked.
        others: what may be asked of the same record next, as links.
        back_url: to the record, where the reader may see it.
    """

    title: str
    people: tuple[Choice, ...]
    models: tuple[Choice, ...]
    operations: tuple[Choice, ...]
    record: str = ""
    url: str = "/web/access"
    said: str = ""
    found: Explanation | None = None
    verdict: Verdict | None = None
    others: tuple[Choice, ...] = ()
    person_url: str = ""
    back_url: str = ""
