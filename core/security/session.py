"""Server-side sessions: a random token for the browser, its SHA-256 and two expiry times in the database."""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from core.db import session_rows
from core.security import accounts

if TYPE_CHECKING:
    from core.orm.env import Env
    from core.orm.registry import Registry

SESSIONS = "res.users.session"
IDLE = timedelta(days=7)
ABSOLUTE = timedelta(days=30)
_SEEN_PRECISION = timedelta(minutes=10)
_TOKEN_LENGTH = 43
_OWNERS_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Session:
    """An open session. `stale` says that `touch` should note its use."""

    id: int
    uid: int
    token: str
    lang: str
    tz: str
    stale: bool
    face: Face


@dataclass(frozen=True, slots=True)
class Face:
    """What every page shows of its reader.

    Attributes:
        picture: changes with the user's picture; 0 where there is none.
        company: the id of the company he works in.
    """

    name: str
    picture: int
    company: int
    company_name: str


class Clock:
    """The latest time this process has seen, so that a clock set back does not bring an expired session back."""

    def __init__(self) -> None:
        self._latest = datetime.min
        self._lock = threading.Lock()

    def now(self, claimed: datetime) -> datetime:
        """`claimed`, or the latest time seen so far when that is later."""
        with self._lock:
            self._latest = max(self._latest, claimed)
            return self._latest


_clock = Clock()
_owners: dict[tuple[str, str], int] = {}


def open_session(env: Env, uid: int, *, network: str = "", agent: str = "") -> str:
    """Open a session for a user who has just proved who they are; give its token, which is stored nowhere."""
    token = secrets.token_urlsafe(32)
    account = accounts.by_id(env, uid)
    if account is None or not account.active:
        raise LookupError(f"user {uid} does not exist or is archived")
    now = _clock.now(env.now())
    with env.elevated("open a session", SESSIONS, accounts.USERS) as su:
        su[SESSIONS].create(
            {
                "user_id": uid,
                "token_hash": token_hash(token),
                "opened": now,
                "seen": now,
                "credential_version": account.version,
                "network": network[:64],
                "agent": agent[:200],
            }
        )
    return token


def resolve(env: Env, token: object) -> Session | None:
    """The open session with this token; None when it is unknown, expired, or the user's credentials changed since."""
    if not isinstance(token, str) or len(token) != _TOKEN_LENGTH:
        return None
    now = _clock.now(env.now())
    env.tx.flush_for((SESSIONS, accounts.USERS, accounts.PARTNERS, accounts.COMPANIES))
    found = session_rows.find(env.tx.connection, token_hash(token))
    if found is None or not found.active or found.version != found.given_version:
        return None
    if _expired(found.opened, found.seen, now):
        return None
    face = Face(found.name, found.picture, found.company, found.company_name)
    stale = now - found.seen > _SEEN_PRECISION
    return Session(found.id, found.uid, token, found.lang, found.tz, stale, face)


def owner(registry: Registry, token: str) -> int | None:
    """The user a token was made for, whether or not the session still holds; a token never changes its user."""
    if len(token) != _TOKEN_LENGTH:
        return None
    digest = (registry.name, token_hash(token))
    uid = _owners.get(digest)
    if uid is None:
        with registry.transaction(write=False) as env, env.elevated("find a session", SESSIONS) as su:
            rows: Any = su[SESSIONS].search([("token_hash", "=", digest[1])], limit=1)  # declared by an addon
            if not rows:
                return None
            uid = int(rows.user_id.id)
        if len(_owners) >= _OWNERS_KEPT:
            _owners.clear()
        _owners[digest] = uid
    return uid


def known_owner(database: str, token: str) -> int | None:
    """The owner of a token, where this process has asked for it lately; the database is left alone."""
    return _owners.get((database, token_hash(token)))


def touch(env: Env, session: Session) -> None:
    """Note that a session is in use, which moves its idle expiry."""
    now = _clock.now(env.now())
    with env.elevated("note the use of a session", SESSIONS) as su:
        su[SESSIONS].browse(session.id).exists().write({"seen": now})


def close(env: Env, token: str) -> None:
    """End the session with this token, if there is one."""
    _end(env, lambda rows: rows.search([("token_hash", "=", token_hash(token))]))


def close_all(env: Env, uid: int, keep: str = "") -> None:
    """End all sessions of a user, except the one with the token `keep`."""
    _end(env, lambda rows: rows.search([("user_id", "=", uid), ("token_hash", "!=", token_hash(keep))]))


def rotate(env: Env, session: Session) -> str:
    """Give a session a new token after its user's rights or credentials changed; the old token is dead."""
    token = secrets.token_urlsafe(32)
    account = accounts.by_id(env, session.uid)
    with env.elevated("renew a session", SESSIONS) as su:
        su[SESSIONS].browse(session.id).write(
            {"token_hash": token_hash(token), "credential_version": account.version if account else 0}
        )
    return token


def collect(env: Env) -> int:
    """Delete expired sessions; gives how many. A scheduled job calls it."""
    now = _clock.now(env.now())
    return _end(env, lambda rows: rows.search(["|", ("seen", "<", now - IDLE), ("opened", "<", now - ABSOLUTE)]))


def token_hash(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _expired(opened: datetime, seen: datetime, now: datetime) -> bool:
    return now - seen >= IDLE or now - opened >= ABSOLUTE


def _end(env: Env, find: Callable[[Any], Any]) -> int:
    with env.elevated("end sessions", SESSIONS) as su:
        rows = find(su[SESSIONS])
        count = len(rows)
        rows.unlink()
        return count
