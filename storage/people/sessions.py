"""Browser sessions (网页会话): opened by a one-time code, closed by the person or an administrator.

A session lives by the clock on the wall, never by a clock set for a trial: whoever calls passes the real instant.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import Session, col, select

from storage import audit
from storage.people.tables import WebSession

LASTING = timedelta(days=14)
NOTED_EVERY = timedelta(minutes=5)


@dataclass(frozen=True)
class OpenedSession:
    """A new session: the token for the cookie, kept nowhere else, and until when it is good."""

    token: str
    expires_at: datetime


@dataclass(frozen=True)
class LiveSession:
    """Whose a session is, and whether its last use should be noted."""

    id: int
    person_id: int
    is_stale: bool


def open_session(session: Session, *, person_id: int, now: datetime) -> OpenedSession:
    """A new session of a person who has just proved who they are."""
    token = secrets.token_urlsafe(32)
    expires_at = now + LASTING
    session.add(
        WebSession(person_id=person_id, digest=_digest(token), created_at=now, last_seen_at=now, expires_at=expires_at)
    )
    audit.record(session, action="person.sign_in", subject="person", subject_id=person_id, actor_id=person_id, now=now)
    return OpenedSession(token, expires_at)


def live_session(session: Session, token: str, *, now: datetime) -> LiveSession | None:
    """The session behind a cookie; None when there is none, or it is over."""
    if not token:
        return None
    row = session.exec(
        select(WebSession).where(
            WebSession.digest == _digest(token),
            col(WebSession.revoked_at).is_(None),
            col(WebSession.expires_at) > now,
        )
    ).first()
    if row is None:
        return None
    return LiveSession(row.id or 0, row.person_id, now - row.last_seen_at > NOTED_EVERY)


def note_use(session: Session, session_id: int, *, now: datetime) -> None:
    """The session was used at `now`."""
    session.execute(update(WebSession).where(col(WebSession.id) == session_id).values(last_seen_at=now))


def close_session(session: Session, token: str, *, now: datetime) -> None:
    """Sign one browser out; nothing happens where it is signed out already."""
    session.execute(
        update(WebSession)
        .where(col(WebSession.digest) == _digest(token), col(WebSession.revoked_at).is_(None))
        .values(revoked_at=now)
        .execution_options(synchronize_session=False)
    )


def close_sessions_of(session: Session, person_id: int, *, now: datetime) -> None:
    """Sign a person out of every browser."""
    session.execute(
        update(WebSession)
        .where(col(WebSession.person_id) == person_id, col(WebSession.revoked_at).is_(None))
        .values(revoked_at=now)
        .execution_options(synchronize_session=False)
    )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
