"""Away from–to and acting for another with dates (外出、委托), and who stands in meanwhile."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from storage import audit
from storage.errors import Conflict, NotFound, RuleBroken
from storage.instants import shanghai_date
from storage.people.queries import default_talker, first_principals, in_force, names_of, open_postings
from storage.people.rules import Actor
from storage.people.tables import Absence, Delegation, Posting

LONGEST_DAYS = 400


@dataclass(frozen=True)
class AwayView:
    """A stay away, from and until included."""

    id: int
    from_on: date
    until_on: date
    note: str


@dataclass(frozen=True)
class DelegationView:
    """Who acts for whom, from and until included."""

    id: int
    principal_id: int
    principal: str
    delegate_id: int
    delegate: str
    from_on: date
    until_on: date


def _check_days(from_on: date, until_on: date, today: date) -> None:
    if until_on < from_on:
        raise RuleBroken("结束日期早于开始日期，请核对。")
    if until_on < today:
        raise RuleBroken("这段时间已经过去，请核对日期。")
    if (until_on - from_on).days > LONGEST_DAYS:
        raise RuleBroken("时间过长，请核对结束日期。")


def go_away(
    session: Session, *, from_on: date, until_on: date, note: str = "", actor: Actor, now: datetime
) -> tuple[int, int | None]:
    """Record that the actor is away; gives the record's id and who stands in on the first day (None: nobody).

    Errors: RuleBroken for days in the wrong order or already over; Conflict when a stay overlaps another.
    """
    _check_days(from_on, until_on, shanghai_date(now))
    clash = session.exec(
        select(Absence.id).where(
            Absence.person_id == actor.person_id,
            col(Absence.ended_at).is_(None),
            col(Absence.from_on) <= until_on,
            col(Absence.until_on) >= from_on,
        )
    ).first()
    if clash is not None:
        raise Conflict("这段时间与已登记的外出重叠。请先结束原来的登记，再重新填写。")
    row = Absence(person_id=actor.person_id, from_on=from_on, until_on=until_on, note=note, at=now)
    session.add(row)
    session.flush()
    audit.record(
        session, action="person.away", subject="absence", subject_id=row.id or 0, actor_id=actor.person_id, now=now,
        fields={"from_on": (None, from_on), "until_on": (None, until_on)},
    )  # fmt: skip
    return row.id or 0, stand_ins(session, [actor.person_id], from_on).get(actor.person_id)


def come_back(session: Session, *, absence_id: int, actor: Actor, now: datetime) -> None:
    """End a stay away before its time. NotFound for somebody else's."""
    row = session.exec(
        select(Absence).where(
            Absence.id == absence_id, Absence.person_id == actor.person_id, col(Absence.ended_at).is_(None)
        )
    ).first()
    if row is None:
        raise NotFound()
    row.ended_at = now
    session.add(row)
    audit.record(
        session, action="person.back", subject="absence", subject_id=absence_id, actor_id=actor.person_id, now=now
    )


def own_absences(session: Session, actor: Actor, today: date) -> list[AwayView]:
    """The actor's stays away that are not over."""
    rows = session.exec(
        select(Absence)
        .where(Absence.person_id == actor.person_id, col(Absence.ended_at).is_(None), col(Absence.until_on) >= today)
        .order_by(col(Absence.from_on))
    )
    return [AwayView(row.id or 0, row.from_on, row.until_on, row.note) for row in rows]


def delegate(
    session: Session, *, delegate_id: int, from_on: date, until_on: date, note: str = "", actor: Actor, now: datetime
) -> int:
    """Let somebody act for the actor; gives the delegation's id.

    Errors: RuleBroken for oneself, wrong days, or somebody outside the actor's own units.
    """
    _check_days(from_on, until_on, shanghai_date(now))
    if delegate_id == actor.person_id:
        raise RuleBroken("不能委托给自己。")
    if delegate_id not in possible_delegates(session, actor, shanghai_date(now)):
        raise RuleBroken("只能委托给联络员或本单位人员。")
    row = Delegation(
        principal_id=actor.person_id, delegate_id=delegate_id, from_on=from_on, until_on=until_on, note=note, at=now
    )
    session.add(row)
    session.flush()
    audit.record(
        session, action="person.delegate", subject="delegation", subject_id=row.id or 0, actor_id=actor.person_id,
        now=now, fields={"delegate": (None, delegate_id), "from_on": (None, from_on), "until_on": (None, until_on)},
    )  # fmt: skip
    return row.id or 0


def revoke_delegation(session: Session, *, delegation_id: int, actor: Actor, now: datetime) -> int:
    """End a delegation the actor gave; gives the delegate. NotFound for somebody else's."""
    row = session.exec(
        select(Delegation).where(
            Delegation.id == delegation_id,
            Delegation.principal_id == actor.person_id,
            col(Delegation.revoked_at).is_(None),
        )
    ).first()
    if row is None:
        raise NotFound()
    row.revoked_at = now
    session.add(row)
    audit.record(
        session, action="person.revoke", subject="delegation", subject_id=delegation_id, actor_id=actor.person_id,
        now=now,
    )  # fmt: skip
    return row.delegate_id


def own_delegations(session: Session, actor: Actor, today: date) -> list[DelegationView]:
    """The delegations the actor gave or was given that are not over."""
    rows = session.exec(
        select(Delegation)
        .where(
            (col(Delegation.principal_id) == actor.person_id) | (col(Delegation.delegate_id) == actor.person_id),
            col(Delegation.until_on) >= today,
            col(Delegation.revoked_at).is_(None),
        )
        .order_by(col(Delegation.from_on), col(Delegation.id))
    ).all()
    names = names_of(session, {person for row in rows for person in (row.principal_id, row.delegate_id)})
    return [
        DelegationView(
            row.id or 0, row.principal_id, names[row.principal_id], row.delegate_id, names[row.delegate_id],
            row.from_on, row.until_on,
        )
        for row in rows
    ]  # fmt: skip


def possible_delegates(session: Session, actor: Actor, today: date) -> list[int]:
    """The actor's liaison first, then the colleagues of their units, in listed order."""
    liaisons = session.exec(
        select(Posting.liaison_id).where(
            Posting.person_id == actor.person_id, col(Posting.liaison_id).is_not(None), open_postings(today)
        )
    ).all()
    colleagues = session.exec(
        select(Posting.person_id)
        .where(col(Posting.unit_id).in_(actor.unit_ids), open_postings(today))
        .order_by(col(Posting.position), col(Posting.id))
    ).all()
    found = [person for person in (*liaisons, *colleagues) if person is not None and person != actor.person_id]
    return list(dict.fromkeys(found))


def away_on(session: Session, persons: Collection[int], day: date) -> set[int]:
    """Which of these persons are away on `day`."""
    return set(
        session.exec(
            select(Absence.person_id).where(
                col(Absence.person_id).in_(list(persons)),
                col(Absence.ended_at).is_(None),
                col(Absence.from_on) <= day,
                col(Absence.until_on) >= day,
            )
        )
    )


def stand_ins(session: Session, persons: Collection[int], day: date) -> dict[int, int]:
    """Who is reminded instead of those of `persons` who are away on `day`, by person away.

    The delegate in force, else the liaison, else the unit's next principal, else the person's own talker; somebody
    who is away too does not stand in. Nobody found: no entry.
    """
    away = away_on(session, persons, day)
    found: dict[int, int] = {}
    for person in sorted(away):
        candidates = _candidates(session, person, day)
        gone = away_on(session, candidates, day)
        stand_in = next((one for one in candidates if one not in gone and one != person), None)
        if stand_in is not None:
            found[person] = stand_in
    return found


def _candidates(session: Session, person: int, day: date) -> list[int]:
    delegates = session.exec(
        select(Delegation.delegate_id)
        .where(Delegation.principal_id == person, in_force(day))
        .order_by(col(Delegation.id).desc())
    ).all()
    postings = session.exec(select(Posting).where(Posting.person_id == person, open_postings(day))).all()
    units = {posting.unit_id for posting in postings}
    talking = {posting.talking_unit_id for posting in postings if posting.talking_unit_id is not None}
    principals = first_principals(session, units | talking, day)
    listed = [*delegates, *(posting.liaison_id for posting in postings)]
    listed += [other for unit in units for other in principals.get(unit, ())]
    listed += [posting.talker_id or default_talker(principals, posting.talking_unit_id, person) for posting in postings]
    return [one for one in dict.fromkeys(listed) if one is not None]
