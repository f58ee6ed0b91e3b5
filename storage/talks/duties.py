"""Keeping the yearly duties level with postings, meetings and talks: set-based, over what changed.

`refresh_duties` opens, moves and closes duties; `satisfy_duties` ties counted talks to them. Both are called by the
actions that change a posting, a meeting or a talk, in the same transaction.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, insert, update
from sqlmodel import Session, col, select

from storage.calendar import WorkingDays, working_days
from storage.instants import shanghai_date
from storage.outbox.rules import MessageStatus
from storage.outbox.tables import OutgoingMessage
from storage.people.tables import Posting
from storage.rulebooks.queries import all_rulebooks, default_rulebook
from storage.rulebooks.rules import Rulebook, next_stage, passed_before
from storage.talks.rules import DutyStatus, TalkStatus, counts_for_duty, deadline_before, may_satisfy
from storage.talks.tables import Meeting, Talk, TalkSubject, TalkYear

ANNUAL_TALK = "annual_talk"


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


class Schedule:
    """The stage dates of duties, remembered by (rulebook, deadline, passed): many duties share few of them."""

    def __init__(self, calendar: WorkingDays, rulebooks: dict[str, Rulebook]) -> None:
        self.calendar = calendar
        self.rulebooks = rulebooks
        self._next: dict[tuple[str, date, int | None], tuple[date, bool]] = {}
        self._passed: dict[tuple[str, date, date], int | None] = {}

    def ladder(self, rulebook: str) -> Any:
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
            self._next[key] = (stage.send_on, not self.calendar.is_known(stage.send_on))
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
    moved = closed = 0
    reasons = _closing_reasons(session, [duty for key, duty in existing.items() if key not in wanted])
    for key, duty in existing.items():
        want = wanted.get(key)
        if want is None:
            closed += _close(session, duty, reasons)
        else:
            moved += _adjust(session, duty, want, plan, today)
    session.flush()
    satisfied = satisfy_duties(session, now=now)
    return DutyChanges(opened, moved, closed, satisfied)


def _wanted(session: Session, units: Collection[int] | None, today: date) -> Iterable[_Wanted]:
    rows = select(Posting, Meeting).join(Meeting, col(Meeting.unit_id) == col(Posting.unit_id))
    rows = rows.where(col(Posting.talking_unit_id).is_not(None))
    rows = rows.where(col(Posting.until_on).is_(None) | (col(Posting.until_on) > today))
    rows = rows.where(col(Posting.from_on).is_(None) | (col(Meeting.held_on) >= col(Posting.from_on)))
    if units is not None:
        rows = rows.where(col(Posting.unit_id).in_(units))
    for posting, meeting in session.exec(rows.order_by(col(Posting.position), col(Posting.id))):
        yield _Wanted(
            posting.id, posting.person_id, posting.unit_id, posting.talking_unit_id, meeting.id,
            deadline_before(meeting.held_on),
        )  # fmt: skip


def _open(session: Session, wants: list[_Wanted], plan: Schedule, today: date) -> int:
    rulebook = default_rulebook().name
    rows = []
    for want in wants:
        passed = plan.passed_before(rulebook, want.deadline_on, today)
        next_on, provisional = plan.next_stage_on(rulebook, want.deadline_on, passed)
        rows.append(
            {
                **want.__dict__,
                "known_on": today,
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


def _closing_reasons(session: Session, duties: list[TalkYear]) -> dict[int, str]:
    ids = [duty.posting_id for duty in duties if duty.status == DutyStatus.OPEN]
    postings = session.exec(select(Posting).where(col(Posting.id).in_(ids))) if ids else ()
    return {
        posting.id or 0: "已离任" if posting.until_on is not None else "不再设谈话单位"
        for posting in postings
        if posting.until_on is not None or posting.talking_unit_id is None
    }


def _close(session: Session, duty: TalkYear, reasons: dict[int, str]) -> int:
    if duty.status != DutyStatus.OPEN:
        return 0
    duty.status, duty.next_stage_on = DutyStatus.CLOSED, None
    duty.closed_reason = reasons.get(duty.posting_id, "任职起始日期晚于民主生活会")
    cancel_unsent(session, ANNUAL_TALK, [duty.id or 0], duty.closed_reason)
    session.add(duty)
    return 1


def _adjust(session: Session, duty: TalkYear, want: _Wanted, plan: Schedule, today: date) -> int:
    if duty.status == DutyStatus.CLOSED:
        duty.status, duty.closed_reason = DutyStatus.OPEN, ""
        duty.stage_passed = plan.passed_before(duty.rulebook, want.deadline_on, today)
    elif duty.deadline_on == want.deadline_on and duty.talking_unit_id == want.talking_unit_id:
        return 0
    elif duty.deadline_on != want.deadline_on:
        duty.stage_passed = None  # the new deadline's stages count anew
        cancel_unsent(session, ANNUAL_TALK, [duty.id or 0], "民主生活会改期")
    duty.deadline_on, duty.talking_unit_id = want.deadline_on, want.talking_unit_id
    if duty.status == DutyStatus.OPEN:
        set_next_stage(duty, plan)
    session.add(duty)
    return 1


def set_next_stage(duty: TalkYear, plan: Schedule) -> None:
    """Date the next stage of an open duty from its deadline and the last stage passed."""
    duty.next_stage_on, duty.provisional = plan.next_stage_on(duty.rulebook, duty.deadline_on, duty.stage_passed)


def reopen_duties(session: Session, talks: Collection[int], *, now: datetime) -> None:
    """Open again the duties these talks served (a talk was changed or voided); stages up to yesterday count as sent."""
    if not talks:
        return
    plan, today = schedule(session), shanghai_date(now)
    for duty in session.exec(select(TalkYear).where(col(TalkYear.talk_id).in_(talks))).all():
        duty.talk_id, duty.status = None, DutyStatus.OPEN
        duty.stage_passed = plan.passed_before(duty.rulebook, duty.deadline_on, today)
        set_next_stage(duty, plan)
        session.add(duty)
    session.flush()


def cancel_unsent(session: Session, rule: str, occurrences: Collection[int], reason: str) -> None:
    """Cancel, with the reason, what has not been sent about these occurrences; what was sent stays on record."""
    session.execute(
        update(OutgoingMessage)
        .where(col(OutgoingMessage.rule) == rule, col(OutgoingMessage.occurrence_id).in_(occurrences))
        .where(col(OutgoingMessage.status) == MessageStatus.WAITING)
        .values(status=MessageStatus.CANCELLED, reason=reason)
    )


def satisfy_duties(session: Session, *, now: datetime, persons: Collection[int] | None = None) -> int:
    """Tie every counted talk that serves no duty yet to its subject's oldest open duty, talks in date order."""
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
        ids = list(links)
        for start in range(0, len(ids), 500):
            cancel_unsent(session, ANNUAL_TALK, ids[start : start + 500], "谈话已完成")
    return len(rows)


def _unlinked_talks(session: Session, persons: Collection[int] | None) -> list[Row[Any]]:
    linked = (
        select(TalkYear.id)
        .where(col(TalkYear.talk_id) == col(Talk.id), col(TalkYear.person_id) == col(TalkSubject.person_id))
        .exists()
    )
    wanted = (
        select(Talk.id, Talk.type, Talk.mode, Talk.held_on, TalkSubject.person_id)  # type: ignore[call-overload]
        .join(TalkSubject, col(TalkSubject.talk_id) == col(Talk.id))
        .where(col(Talk.status) == TalkStatus.RECORDED, col(Talk.type) == "政治监督谈话", ~linked)
        .order_by(col(Talk.held_on), col(Talk.id))
    )
    if persons is not None:
        wanted = wanted.where(col(TalkSubject.person_id).in_(persons))
    return list(session.exec(wanted))


def _open_duties(session: Session, persons: Collection[int]) -> dict[int, list[Row[Any]]]:
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    everyone = list(persons)
    for start in range(0, len(everyone), 500):
        rows = session.exec(
            select(TalkYear.id, TalkYear.person_id, TalkYear.rulebook, Meeting.held_on)  # type: ignore[call-overload]
            .join(Meeting, col(Meeting.id) == col(TalkYear.meeting_id))
            .where(col(TalkYear.person_id).in_(everyone[start : start + 500]), TalkYear.status == DutyStatus.OPEN)
            .order_by(col(Meeting.held_on), col(TalkYear.id))
        )
        for row in rows:
            found[row.person_id].append(row)
    return found
