"""Keeping the yearly duties level with postings, meetings and talks: set-based, over what changed.

`refresh_duties` opens, moves and closes duties; `satisfy_duties` ties counted talks to them. Both are called by the
actions that change a posting, a meeting or a talk, in the same transaction.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Date, Row, Select, bindparam, func, insert, update
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from storage.calendar import WorkingDays, working_days
from storage.database import chunks, read_numbers
from storage.instants import shanghai_date
from storage.outbox.actions import cancel_waiting
from storage.outbox.tables import OutgoingMessage
from storage.people.tables import Posting
from storage.rulebooks.queries import all_rulebooks, default_rulebook, rulebooks_in_force
from storage.rulebooks.rules import ANNUAL_TALK, Ladder, Rulebook, next_stage, passed_before
from storage.talks.rules import DutyStatus, TalkStatus, TalkType, counts_for_duty, deadline_before, may_satisfy
from storage.talks.tables import LinkChange, Meeting, Talk, TalkSubject, TalkYear

LEFT = "已离任"


@dataclass(frozen=True)
class DutyChanges:
    """How many duties were opened, moved, closed and satisfied."""

    opened: int = 0
    moved: int = 0
    closed: int = 0
    satisfied: int = 0


@dataclass(frozen=True)
class _Wanted:
    posting_id: int
    person_id: int
    unit_id: int
    talking_unit_id: int
    meeting_id: int
    deadline_on: date
    known_on: date
    """Today, or the day a posting yet to come begins: stages before it count as passed."""


class Schedule:
    """The stage dates of duties, remembered by (rulebook, deadline, passed): many duties share few of them."""

    def __init__(self, calendar: WorkingDays, rulebooks: dict[str, Rulebook]) -> None:
        self.calendar = calendar
        self.rulebooks = rulebooks
        self._next: dict[tuple[str, date, int | None], tuple[date, bool]] = {}
        self._passed: dict[tuple[str, date, date], int | None] = {}

    def ladder(self, rulebook: str) -> Ladder:
        """The annual-talk ladder of a rulebook by name; a version no longer known falls back to the default."""
        return self.rulebooks.get(rulebook, default_rulebook()).annual_talk

    def passed_before(self, rulebook: str, deadline: date, day: date) -> int | None:
        """The last stage that counts as sent for a duty known since `day`."""
        key = (rulebook, deadline, day)
        if key not in self._passed:
            self._passed[key] = passed_before(self.ladder(rulebook), deadline, self.calendar, day)
        return self._passed[key]

    def next_stage_on(self, rulebook: str, deadline: date, passed: int | None) -> tuple[date, bool]:
        """The day of the next stage, and whether that day is only provisional (暂定)."""
        key = (rulebook, deadline, passed)
        if key not in self._next:
            stage = next_stage(self.ladder(rulebook), deadline, self.calendar, passed)
            # Moved across New Year the day itself may be published, and the day it stands for not yet.
            counted_on = deadline + timedelta(days=stage.number)
            known = self.calendar.is_known(stage.send_on) and self.calendar.is_known(counted_on)
            self._next[key] = (stage.send_on, not known)
        return self._next[key]


def schedule(session: Session) -> Schedule:
    """The calendar and rulebooks in force, ready to date stages."""
    return Schedule(working_days(session), all_rulebooks(session))


def refresh_duties(session: Session, *, now: datetime, units: Collection[int] | None = None) -> DutyChanges:
    """Bring the yearly duties of `units` (None: of all) level with their postings and meetings, then tie in talks."""
    session.flush()
    today, plan = shanghai_date(now), schedule(session)
    wanted = {(want.posting_id, want.meeting_id): want for want in _wanted(session, units, today)}
    known = select(TalkYear) if units is None else select(TalkYear).where(col(TalkYear.unit_id).in_(units))
    existing = {(duty.posting_id, duty.meeting_id): duty for duty in session.exec(known)}
    opened = _open(session, [want for key, want in wanted.items() if key not in existing], plan, today)
    unwanted = [duty for key, duty in existing.items() if key not in wanted and duty.status == DutyStatus.OPEN]
    cancelled: dict[str, list[int]] = defaultdict(list)
    _close(session, unwanted, cancelled)
    moved = sum(_adjust(duty, wanted[key], plan, today, cancelled) for key, duty in existing.items() if key in wanted)
    session.flush()
    for reason, duties in cancelled.items():
        cancel_unsent(session, ANNUAL_TALK, duties, reason)
    return DutyChanges(opened, moved, len(unwanted), satisfy_duties(session, now=now))


def _wanted(session: Session, units: Collection[int] | None, today: date) -> Iterable[_Wanted]:
    rows = select(Posting, Meeting).join(Meeting, col(Meeting.unit_id) == col(Posting.unit_id))
    rows = rows.where(col(Posting.talking_unit_id).is_not(None))
    rows = rows.where(col(Posting.until_on).is_(None) | (col(Posting.until_on) > today))
    rows = rows.where(col(Posting.from_on).is_(None) | (col(Meeting.held_on) >= col(Posting.from_on)))
    if units is not None:
        rows = rows.where(col(Posting.unit_id).in_(units))
    for posting, meeting in session.exec(rows.order_by(col(Posting.position), col(Posting.id))):
        yield _Wanted(
            posting.id or 0, posting.person_id, posting.unit_id, posting.talking_unit_id or 0, meeting.id or 0,
            deadline_before(meeting.held_on), max(today, posting.from_on or today),
        )  # fmt: skip


def _open(session: Session, wants: list[_Wanted], plan: Schedule, today: date) -> int:
    in_force = rulebooks_in_force(session, today)
    rows = []
    for want in wants:
        rulebook = in_force.for_unit(want.talking_unit_id).name
        passed = plan.passed_before(rulebook, want.deadline_on, want.known_on)
        next_on, provisional = plan.next_stage_on(rulebook, want.deadline_on, passed)
        rows.append(
            {
                **want.__dict__,
                "status": DutyStatus.OPEN,
                "rulebook": rulebook,
                "stage_passed": passed,
                "next_stage_on": next_on,
                "provisional": provisional,
                "closed_reason": "",
            }
        )
    if rows:
        session.execute(insert(TalkYear), rows)
    return len(rows)


def _close(session: Session, duties: Sequence[TalkYear], cancelled: dict[str, list[int]]) -> None:
    postings: dict[int, Posting] = {}
    for some in chunks([duty.posting_id for duty in duties]):
        rows = session.exec(select(Posting).where(col(Posting.id).in_(some)))
        postings.update({row.id or 0: row for row in rows})
    for duty in duties:
        duty.status, duty.next_stage_on = DutyStatus.CLOSED, None
        duty.closed_reason = _closing_reason(postings[duty.posting_id])
        cancelled[duty.closed_reason].append(duty.id or 0)
        session.add(duty)


def _closing_reason(posting: Posting) -> str:
    if posting.until_on is not None:
        return LEFT
    return "不再设谈话单位" if posting.talking_unit_id is None else "任职起始日期晚于民主生活会"


def _adjust(duty: TalkYear, want: _Wanted, plan: Schedule, today: date, cancelled: dict[str, list[int]]) -> bool:
    """Bring one duty level with its posting and meeting; whether anything changed."""
    if duty.status == DutyStatus.CLOSED:
        duty.status, duty.closed_reason = DutyStatus.OPEN, ""
        duty.stage_passed = plan.passed_before(duty.rulebook, want.deadline_on, want.known_on)
    elif duty.deadline_on == want.deadline_on and duty.talking_unit_id == want.talking_unit_id:
        return False
    elif duty.deadline_on != want.deadline_on:  # the new deadline's stages count anew
        begun = want.known_on <= today
        duty.stage_passed = None if begun else plan.passed_before(duty.rulebook, want.deadline_on, want.known_on)
        cancelled["民主生活会改期"].append(duty.id or 0)
    duty.deadline_on, duty.talking_unit_id = want.deadline_on, want.talking_unit_id
    if duty.status == DutyStatus.OPEN:
        set_next_stage(duty, plan)
    return True


def close_ended(session: Session, *, now: datetime) -> int:
    """Close the open duties of postings that have ended by today (a transfer entered ahead); gives how many."""
    session.flush()
    ids = read_numbers(session, _ended(), {"today": shanghai_date(now)})
    if not ids:
        return 0
    for some in chunks(ids):
        session.execute(
            update(TalkYear)
            .where(col(TalkYear.id).in_(some))
            .values(status=DutyStatus.CLOSED, closed_reason=LEFT, next_stage_on=None)
            .execution_options(synchronize_session="fetch")
        )
    cancel_unsent(session, ANNUAL_TALK, ids, LEFT)
    return len(ids)


@cache
def _ended() -> "Select[Any]":
    """Asked at every planning, mostly for nothing: built once."""
    return (
        sa_select(col(TalkYear.id))
        .join(Posting, col(Posting.id) == col(TalkYear.posting_id))
        .where(col(Posting.until_on) <= bindparam("today", type_=Date()), col(TalkYear.status) == DutyStatus.OPEN.value)
    )


def set_next_stage(duty: TalkYear, plan: Schedule) -> None:
    """Date the next stage of an open duty from its deadline and the last stage passed."""
    duty.next_stage_on, duty.provisional = plan.next_stage_on(duty.rulebook, duty.deadline_on, duty.stage_passed)


def reopen_duties(session: Session, talks: Collection[int], *, now: datetime) -> None:
    """Open again the duties these talks served (a talk was changed or voided); stages up to yesterday count as sent.

    The duty of a posting that has ended meanwhile is closed instead: its holder owes it no more.
    """
    plan, today = schedule(session), shanghai_date(now)
    for some in chunks(list(talks)):
        rows = session.exec(
            select(TalkYear, col(Posting.until_on))
            .join(Posting, col(Posting.id) == col(TalkYear.posting_id))
            .where(col(TalkYear.talk_id).in_(some))
        )
        for duty, until_on in rows.all():
            duty.talk_id, duty.status = None, DutyStatus.OPEN
            duty.stage_passed = plan.passed_before(duty.rulebook, duty.deadline_on, max(today, duty.known_on))
            set_next_stage(duty, plan)
            if until_on is not None and until_on <= today:
                duty.status, duty.closed_reason, duty.next_stage_on = DutyStatus.CLOSED, LEFT, None
            session.add(duty)
    session.flush()


def cancel_unsent(session: Session, rule: str, occurrences: Collection[int], reason: str) -> None:
    """Cancel, with the reason, what has not been sent about these occurrences; what was sent stays on record."""
    for some in chunks(list(occurrences)):
        cancel_waiting(
            session,
            col(OutgoingMessage.rule) == rule,
            col(OutgoingMessage.occurrence_id).in_(some),
            reason=reason,
        )


def satisfy_duties(session: Session, *, now: datetime, persons: Collection[int] | None = None) -> int:  # noqa: ARG001
    """Tie every counted talk that serves no duty yet to its subject's oldest open duty, talks in date order.

    A talk that staff have taken off its duty stays off: only they may tie it again.
    """
    session.flush()
    talks = _unlinked_talks(session, persons)
    if not talks:
        return 0
    duties = _open_duties(session, {talk.person_id for talk in talks})
    rulebooks = all_rulebooks(session)
    links: dict[int, int] = {}
    used: set[tuple[int, int]] = set()
    for talk in talks:
        if (talk.id, talk.person_id) in used:
            continue
        for duty in duties.get(talk.person_id, ()):
            collective = rulebooks.get(duty.rulebook, default_rulebook()).annual_talk.collective_counts
            if duty.id in links or not may_satisfy(talk.held_on, duty.held_on):
                continue
            if counts_for_duty(talk.type, talk.mode, collective_counts=collective):
                links[duty.id] = talk.id
                used.add((talk.id, talk.person_id))
                break
    rows = [
        {"id": duty, "talk_id": talk, "status": DutyStatus.SATISFIED, "next_stage_on": None}
        for duty, talk in links.items()
    ]
    if rows:
        session.execute(update(TalkYear), rows)
        cancel_unsent(session, ANNUAL_TALK, list(links), "谈话已完成")
    return len(rows)


def _unlinked_talks(session: Session, persons: Collection[int] | None) -> list[Row[Any]]:
    linked = (
        select(TalkYear.id)
        .where(col(TalkYear.talk_id) == col(Talk.id), col(TalkYear.person_id) == col(TalkSubject.person_id))
        .exists()
    )
    latest = select(func.max(LinkChange.id)).where(LinkChange.talk_id == Talk.id).correlate(Talk).scalar_subquery()
    taken_off = select(LinkChange.id).where(col(LinkChange.id) == latest, col(LinkChange.to_duty_id).is_(None)).exists()
    wanted: Select[Any] = (
        select(Talk.id, Talk.type, Talk.mode, Talk.held_on, TalkSubject.person_id)  # type: ignore[call-overload]
        .join(TalkSubject, col(TalkSubject.talk_id) == col(Talk.id))
        .where(col(Talk.status) == TalkStatus.RECORDED, col(Talk.type) == TalkType.SUPERVISION, ~linked, ~taken_off)
        .order_by(col(Talk.held_on), col(Talk.id))
    )
    if persons is not None:
        wanted = wanted.where(col(TalkSubject.person_id).in_(persons))
    return list(session.execute(wanted))


def _open_duties(session: Session, persons: Collection[int]) -> dict[int, list[Row[Any]]]:
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    for some in chunks(list(persons)):
        rows: Select[Any] = (
            select(TalkYear.id, TalkYear.person_id, TalkYear.rulebook, Meeting.held_on)  # type: ignore[call-overload]
            .join(Meeting, col(Meeting.id) == col(TalkYear.meeting_id))
            .where(col(TalkYear.person_id).in_(some), TalkYear.status == DutyStatus.OPEN)
            .order_by(col(Meeting.held_on), col(TalkYear.id))
        )
        for row in session.execute(rows):
            found[row.person_id].append(row)
    return found
