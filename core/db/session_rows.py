"""Finds who a session belongs to: every request asks it, so it is one statement, before any model is asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from core.db.columns import UtcDateTime


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session with what is needed of its user.

    Attributes:
        given_version: of the user's credentials, when the session was opened.
        version: of the user's credentials now.
        active: is the user not archived?
        picture: the version of the user's picture; 0 where there is none.
        company: the id of the company the user works in.
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
    name: str
    picture: int
    company: int
    company_name: str


def _statement() -> sa.Select[Any]:  # Any: columns of tables that the models declare
    sessions = sa.table(
        "res_users_session", sa.column("id"), sa.column("user_id"), sa.column("opened", UtcDateTime()),
        sa.column("seen", UtcDateTime()), sa.column("credential_version"), sa.column("token_hash", sa.Text()),
    )  # fmt: skip
    users = sa.table(
        "res_users", sa.column("id"), sa.column("partner_id"), sa.column("company_id"),
        sa.column("credential_version"), sa.column("active", sa.Boolean()),
    )  # fmt: skip
    partners = sa.table(
        "res_partner", sa.column("id"), sa.column("lang", sa.Text()), sa.column("tz", sa.Text()),
        sa.column("name", sa.Text()), sa.column("image", sa.Text()), sa.column("row_version"),
    )  # fmt: skip
    companies = sa.table("res_company", sa.column("id"), sa.column("name", sa.Text()))
    s, u, p, c = sessions.c, users.c, partners.c, companies.c
    joined = sessions.join(users, u.id == s.user_id).join(partners, p.id == u.partner_id)
    return (
        sa.select(
            s.id, s.user_id, s.opened, s.seen, s.credential_version, u.credential_version, u.active, p.lang, p.tz,
            p.name, sa.case((p.image.is_not(None), p.row_version + 1), else_=0), u.company_id, c.name,
        )
        .select_from(joined.outerjoin(companies, c.id == u.company_id))
        .where(s.token_hash == sa.bindparam("token_hash"))
    )  # fmt: skip


_FIND = _statement()


def find(connection: Connection, token_hash: str) -> SessionRow | None:
    """The session whose token has this hash, or None."""
    row = connection.execute(_FIND, {"token_hash": token_hash}).first()
    if row is None:
        return None
    number, uid, opened, seen, given, version, active, lang, tz, name, picture, company, company_name = row
    return SessionRow(
        number, uid, opened, seen, given, version, bool(active), lang or "", tz or "", name or "", picture,
        company or 0, company_name or "",
    )  # fmt: skip
