"""Accounts as an administrator keeps them: who is reachable where, codes given out, everything of a person closed.

An administrator keeps the accounts of the people posted in their subtree, of nobody else.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, update
from sqlmodel import Session, col, select

from storage import audit
from storage.errors import NotFound
from storage.people.actions import IssuedCode, issue_code
from storage.people.queries import open_postings, within_any
from storage.people.rules import Actor
from storage.people.sessions import close_sessions_of
from storage.people.tables import BindingCode, ChannelAccount, Person, Posting, Unit, WebSession


@dataclass(frozen=True)
class AccountView:
    """A person and how the bot reaches them. `code_until`: an unused code is out, valid until then."""

    person_id: int
    code: str
    name: str
    unit: str
    title: str
    channels: tuple[str, ...]
    code_until: datetime | None
    browsers: int


def accounts_for(
    session: Session,
    actor: Actor,
    *,
    today: date,
    now: datetime,
    wall: datetime,
    search: str = "",
    limit: int = 50,
    offset: int = 0,
) -> tuple[int, list[AccountView]]:
    """How many people match, and a page of them, for their administrator; nothing for others.

    `search` is part of a name, a 编号 or a unit's name. `now` dates codes, `wall` (the real instant) browser sessions.
    """
    if not actor.administrator_paths:
        return 0, []
    wanted = _administered(actor, today)
    if search.strip():
        word = search.strip()
        wanted = wanted.where(
            or_(
                col(Person.name).contains(word, autoescape=True),
                col(Person.code) == word,
                col(Unit.name).contains(word, autoescape=True),
            )
        )
    total = session.exec(select(func.count()).select_from(wanted.subquery())).one()
    rows = session.execute(wanted.order_by(col(Unit.path), col(Person.id)).limit(limit).offset(offset)).all()
    ids = [row[0] for row in rows]
    channels, codes, browsers = _channels(session, ids), _codes(session, ids, now), _browsers(session, ids, wall)
    views = [
        AccountView(
            person_id,
            code,
            name,
            unit,
            title,
            tuple(channels.get(person_id, ())),
            codes.get(person_id),
            browsers.get(person_id, 0),
        )
        for person_id, code, name, unit, title in rows
    ]
    return total, views


def give_code(session: Session, *, person_id: int, actor: Actor, today: date, now: datetime) -> IssuedCode:
    """A new one-time code for somebody in the administrator's subtree. NotFound for anybody else."""
    _require_administered(session, actor, person_id, today)
    return issue_code(session, person_id=person_id, now=now, issued_by=actor.person_id)


def revoke_codes(session: Session, *, person_id: int, actor: Actor, today: date, now: datetime) -> None:
    """Make every unused code of a person worthless. NotFound for anybody outside the subtree."""
    _require_administered(session, actor, person_id, today)
    session.execute(
        update(BindingCode)
        .where(_is_unused(), col(BindingCode.person_id) == person_id)
        .values(revoked_at=now)
        .execution_options(synchronize_session=False)
    )
    _note(session, "person.revoke_codes", person_id, actor, now)


def release_person(
    session: Session, *, person_id: int, actor: Actor, today: date, now: datetime, wall: datetime
) -> None:
    """Close every account and browser session of a person, as when a phone is lost. NotFound outside the subtree."""
    revoke_codes(session, person_id=person_id, actor=actor, today=today, now=now)
    session.execute(
        update(ChannelAccount)
        .where(col(ChannelAccount.person_id) == person_id, col(ChannelAccount.closed_at).is_(None))
        .values(closed_at=now, closed_reason="管理员解除绑定")
        .execution_options(synchronize_session=False)
    )
    close_sessions_of(session, person_id, now=wall)
    _note(session, "person.release_accounts", person_id, actor, now)


def _administered(actor: Actor, today: date) -> "Select[Any]":
    """(person id, 编号, name, unit, title), one row a person: the latest open posting in the subtree."""
    latest = (
        select(func.max(Posting.id))
        .join(Unit, col(Unit.id) == col(Posting.unit_id))
        .where(open_postings(today), within_any(col(Unit.path), actor.administrator_paths))
        .group_by(col(Posting.person_id))
    )
    rows: Select[Any] = (
        select(Person.id, Person.code, Person.name, Unit.name, Posting.title)  # type: ignore[call-overload]
        .join(Posting, col(Posting.person_id) == col(Person.id))
        .join(Unit, col(Unit.id) == col(Posting.unit_id))
        .where(col(Posting.id).in_(latest))
    )
    return rows


def _require_administered(session: Session, actor: Actor, person_id: int, today: date) -> None:
    if not actor.administrator_paths:
        raise NotFound()
    if session.execute(_administered(actor, today).where(col(Person.id) == person_id)).first() is None:
        raise NotFound()


def _is_unused() -> ColumnElement[bool]:
    return col(BindingCode.used_at).is_(None) & col(BindingCode.revoked_at).is_(None)


def _channels(session: Session, persons: list[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    rows = session.exec(
        select(ChannelAccount.person_id, ChannelAccount.channel)
        .where(col(ChannelAccount.person_id).in_(persons), col(ChannelAccount.closed_at).is_(None))
        .order_by(col(ChannelAccount.id))
    )
    for person_id, channel in rows:
        found[person_id].append(channel)
    return found


def _codes(session: Session, persons: list[int], now: datetime) -> dict[int, datetime]:
    rows = session.exec(
        select(BindingCode.person_id, BindingCode.expires_at).where(
            col(BindingCode.person_id).in_(persons), _is_unused(), col(BindingCode.expires_at) > now
        )
    )
    return dict(rows.all())


def _browsers(session: Session, persons: list[int], wall: datetime) -> dict[int, int]:
    rows = session.exec(
        select(WebSession.person_id, func.count())
        .where(
            col(WebSession.person_id).in_(persons),
            col(WebSession.revoked_at).is_(None),
            col(WebSession.expires_at) > wall,
        )
        .group_by(col(WebSession.person_id))
    )
    return dict(rows.all())


def _note(session: Session, action: str, person_id: int, actor: Actor, now: datetime) -> None:
    audit.record(session, action=action, subject="person", subject_id=person_id, actor_id=actor.person_id, now=now)
