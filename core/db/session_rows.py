"""Finds who a session belongs to: every request asks it, so it is one statement, before any model is asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from core.db.columns import UtcDateTime
from core.db.engine import Connection


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session with what is needed of its user.

    Attributes:
        given_version: of the user's credentials, when the session was opened.
        version: of the user's credentials now.
        active: is the user not archived?
    """

    id: int
    uid: int
    opened: datetime
    seen: datetime
    given_version: int
    version: int
    active: bool
    lang: str
    tz: str


def _statement() -> sa.Select[tuple[object, ...]]:
    sessions = sa.table(
        "res_users_session", sa.column("id"), sa.column("user_id"), sa.column("opened", UtcDateTime()),
        sa.column("seen", UtcDateTime()), sa.column("credential_version"), sa.column("token_hash", sa.Text()),
    )  # fmt: skip
    users = sa.table(
        "res_users", sa.column("id"), sa.column("partner_id"), sa.column("credential_version"),
        sa.column("active", sa.Boolean()),
    )  # fmt: skip
    partners = sa.table("res_partner", sa.column("id"), sa.column("lang", sa.Text()), sa.column("tz", sa.Text()))
    joined = sessions.join(users, users.c.id == sessions.c.user_id).join(partners, partners.c.id == users.c.partner_id)
    s, u, p = sessions.c, users.c, partners.c
    return (
        sa.select(s.id, s.user_id, s.opened, s.seen, s.credential_version, u.credential_version, u.active, p.lang, p.tz)
        .select_from(joined)
        .where(s.token_hash == sa.bindparam("token_hash"))
    )


_FIND = _statement()


def find(connection: Connection, token_hash: str) -> SessionRow | None:
    """The session whose token has this hash, or None."""
    row = connection.execute(_FIND, {"token_hash": token_hash}).first()
    if row is None:
        return None
    number, uid, opened, seen, given, version, active, lang, tz = row
    return SessionRow(number, uid, opened, seen, given, version, bool(active), lang or "", tz or "")
