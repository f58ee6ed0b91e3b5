"""Keeping obligations level with the facts, set-based: only what differs is read; and marking them done by hand."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, Subquery, and_, insert
from sqlmodel import Session, col, select

from storage import audit
from storage.calendar import working_days
from storage.duties.queries import obligation_in_charge
from storage.duties.rules import dates_of, deadline_of
from storage.duties.tables import Obligation
from storage.errors import Conflict
from storage.instants import shanghai_date
from storage.outbox.actions import cancel_waiting
from storage.outbox.tables import OutgoingMessage
from storage.people.rules import Actor
from storage.rulebooks.queries import InForce, all_rulebooks, default_rulebook
from storage.rulebooks.rules import Ladder

COLUMNS = ("ref_id", "period", "unit_id", "person_id", "talk_id", "finding_id", "base_on", "base_at")
"""What a rule's facts are selected as."""
COPIED = ("unit_id", "person_id", "talk_id", "finding_id", "base_on", "base_at")


@dataclass(frozen=True)
class Levelled:
    """How many obligations were opened, moved and closed."""

    opened: int = 0
    moved: int = 0
    closed: int = 0


def level(session: Session, rule: str, facts: "Select[Any]", in_force: InForce, *, now: datetime) -> Levelled:
    """Open, move and close the obligations of one rule so that they say what `facts` (see COLUMNS) say."""
    wanted = facts.subquery()
    same = and_(
        col(Obligation.rule) == rule,
        col(Obligation.ref_id) == wanted.c.ref_id,
        col(Obligation.period) == wanted.c.period,
    )
    closed = _close(session, rule, wanted, same)
    moved = _move(session, wanted, same, now)
    if not any(rule in rulebook.duties for rulebook in in_force.all):
        return Levelled(0, moved, closed)
    return Levelled(_open(session, rule, wanted, same, in_force, now), moved, closed)


def _open(session: Session, rule: str, wanted: Subquery, same: Any, in_force: InForce, now: datetime) -> int:
    today, calendar = shanghai_date(now), working_days(session)
    known = select(Obligation.id).where(same).exists()
    rows = []
    for fact in session.execute(select(wanted).where(~known)).mappings():  # type: ignore[call-overload]
        rulebook = in_force.for_unit(fact["unit_id"])
        ladder = rulebook.duties.get(rule)
        if ladder is None or not _is_round_of(ladder, fact["base_on"], today):
            continue
        dates = dates_of(
            ladder, deadline_of(ladder, fact["base_on"], fact["base_at"]), calendar, _settled(ladder, today)
        )
        rows.append(
            {**dict(fact), **dates.__dict__, "rule": rule, "known_on": today, "is_open": True, "note": "",
             "rulebook": rulebook.name}
        )  # fmt: skip
    if rows:
        session.execute(insert(Obligation), rows)
    return len(rows)


def _settled(ladder: Ladder, today: date) -> date:
    """The day from which stages count: whoever has just seen to a thing is not reminded of it at once."""
    return today + timedelta(days=ladder.grace_days)


def _is_round_of(ladder: Ladder, base_on: date | None, today: date) -> bool:
    """Whether a duty that comes round with the calendar comes on this day here, and is still to come."""
    return not ladder.due or (base_on is not None and base_on >= today and f"{base_on:%m-%d}" in ladder.due)


def _move(session: Session, wanted: Subquery, same: Any, now: datetime) -> int:
    """Facts that changed: the deadline counts anew. An obligation closed by the facts opens again with them."""
    differs = col(Obligation.is_open).is_(False) & col(Obligation.done_on).is_(None)
    for name in COPIED:
        differs |= getattr(Obligation, name).is_distinct_from(wanted.c[name])
    rows = session.execute(
        select(Obligation, wanted).join(wanted, same).where(differs, col(Obligation.done_on).is_(None))  # type: ignore[call-overload]
    ).all()
    if not rows:
        return 0
    rulebooks, calendar, today = all_rulebooks(session), working_days(session), shanghai_date(now)
    for row in rows:
        obligation = row[0]
        ladder = rulebooks.get(obligation.rulebook, default_rulebook()).duties.get(obligation.rule)
        if ladder is None:
            continue
        for name in COPIED:
            setattr(obligation, name, getattr(row, name))
        before, reopened = obligation.deadline_on, not obligation.is_open
        deadline = deadline_of(ladder, obligation.base_on, obligation.base_at)
        obligation.is_open, obligation.note = True, ""
        if deadline != before or reopened:
            for name, value in dates_of(ladder, deadline, calendar, _settled(ladder, today)).__dict__.items():
                setattr(obligation, name, value)
            cancel(session, obligation, "时限变更")
        session.add(obligation)
    session.flush()
    return len(rows)


def _close(session: Session, rule: str, wanted: Subquery, same: Any) -> int:
    still = select(wanted.c.ref_id).where(same).correlate(Obligation).exists()
    rows = session.scalars(
        select(Obligation).where(col(Obligation.rule) == rule, col(Obligation.is_open).is_(True), ~still)
    ).all()
    for obligation in rows:
        obligation.is_open, obligation.next_stage_on, obligation.note = False, None, "已办结"
        session.add(obligation)
        cancel(session, obligation, "已办结")
    session.flush()
    return len(rows)


def cancel(session: Session, obligation: Obligation, reason: str) -> None:
    """Cancel what waits unsent about an obligation."""
    cancel_waiting(
        session,
        col(OutgoingMessage.rule) == obligation.rule,
        col(OutgoingMessage.occurrence_id) == obligation.id,
        reason=reason,
    )


def complete(session: Session, obligation_id: int, *, note: str, actor: Actor, now: datetime) -> Obligation:
    """Whoever is in charge marks an obligation as done (办结). NotFound when it is not theirs, Conflict when it is done."""
    obligation = obligation_in_charge(session, actor, obligation_id)
    if not obligation.is_open:
        raise Conflict("这项任务已经办结。")
    obligation.is_open, obligation.next_stage_on = False, None
    obligation.done_on, obligation.done_by, obligation.note = shanghai_date(now), actor.person_id, note
    session.add(obligation)
    cancel(session, obligation, "已办结")
    audit.record(
        session, action="obligation.complete", subject="obligation", subject_id=obligation_id,
        actor_id=actor.person_id, now=now, fields={"done_on": (None, obligation.done_on), "note": ("", note)},
    )  # fmt: skip
    return obligation
