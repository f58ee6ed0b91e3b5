"""年度谈话: remind the talker, and up the ladder, of a talk owed before the unit's meeting (P1, P2).

Costs what is due: duties are found by `next_stage_on`, and taken in batches, each with a fixed number of queries.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, select

from jobs.reminders.recipients import Recipients, recipients_of
from jobs.wording import say
from storage.instants import SHANGHAI, at_shanghai, shanghai_date, spoken_date, spoken_deadline
from storage.outbox.actions import message_row, put_many
from storage.outbox.body import Body, Choice
from storage.outbox.rules import MessageKind
from storage.people.tables import Person, Posting, Unit
from storage.rulebooks.queries import default_rulebook
from storage.rulebooks.rules import RecipientRole, Rulebook, due_stages
from storage.talks.duties import ANNUAL_TALK, Schedule, schedule
from storage.talks.rules import DutyStatus
from storage.talks.tables import Meeting, TalkYear

NAME = ANNUAL_TALK
BATCH = 2_000


@dataclass(frozen=True)
class DueDuty:
    """A duty with a stage due, and the names its reminder says."""

    id: int
    person_id: int
    talking_unit_id: int
    deadline_on: date
    rulebook: str
    stage_passed: int | None
    provisional: bool
    subject: str
    unit: str
    title: str
    talker_id: int | None
    liaison_id: int | None
    meeting_on: date


def plan(session: Session, *, now: datetime) -> int:
    """Put every due stage into the outbox and move its duty on; gives the number of new messages."""
    today, dates = shanghai_date(now), schedule(session)
    put = 0
    while duties := _due(session, today):
        staged = [(duty, _stage_numbers(duty, dates, today)) for duty in duties]
        people = recipients_of(session, [(duty, max(numbers)) for duty, numbers in staged], today)
        rows = [row for duty, numbers in staged for row in _messages(duty, numbers, people, dates, now)]
        put += put_many(session, rows)
        _move_on(session, staged, dates)
    return put


def _due(session: Session, today: date) -> list[DueDuty]:
    rows = session.exec(
        select(  # type: ignore[call-overload]
            TalkYear.id, TalkYear.person_id, TalkYear.talking_unit_id, TalkYear.deadline_on, TalkYear.rulebook,
            TalkYear.stage_passed, TalkYear.provisional, Person.name, Unit.name, Posting.title, Posting.talker_id,
            Posting.liaison_id, Meeting.held_on,
        )
        .join(Posting, col(Posting.id) == col(TalkYear.posting_id))
        .join(Person, col(Person.id) == col(TalkYear.person_id))
        .join(Unit, col(Unit.id) == col(TalkYear.unit_id))
        .join(Meeting, col(Meeting.id) == col(TalkYear.meeting_id))
        .where(col(TalkYear.next_stage_on) <= today, TalkYear.status == DutyStatus.OPEN)
        .order_by(col(TalkYear.next_stage_on), col(TalkYear.id))
        .limit(BATCH)
    )  # fmt: skip
    return [DueDuty(*row) for row in rows]


def _stage_numbers(duty: DueDuty, dates: Schedule, today: date) -> tuple[int, ...]:
    due = due_stages(dates.ladder(duty.rulebook), duty.deadline_on, dates.calendar, duty.stage_passed, today)
    return tuple(stage.number for stage in due)


def _messages(
    duty: DueDuty, numbers: Sequence[int], people: Recipients, dates: Schedule, now: datetime
) -> Iterable[dict[str, Any]]:
    rulebook = dates.rulebooks.get(duty.rulebook, default_rulebook())
    send_at = sending_time(rulebook, now)
    reached: dict[int, tuple[int, RecipientRole]] = {}
    for number in sorted(numbers):  # the largest stage wins for each recipient
        for role, person in people.at_stage(duty.id, rulebook.annual_talk, number):
            earlier = reached.get(person)
            reached[person] = (number, earlier[1] if earlier and earlier[0] == number else role)
    for person, (number, role) in reached.items():
        yield message_row(
            key=f"{NAME}:{duty.id}:{duty.deadline_on.isoformat()}:{number}:{person}",
            body=reminder_body(duty, role, rulebook, people.talker_name(duty.id), shanghai_date(send_at)),
            kind=MessageKind.REMINDER,
            now=now,
            person_id=person,
            not_before=send_at,
            rule=NAME,
            occurrence_id=duty.id,
            deadline=duty.deadline_on.isoformat(),
            stage=number,
            rulebook=rulebook.name,
        )


def sending_time(rulebook: Rulebook, now: datetime) -> datetime:
    """Today at the rulebook's hour; later in the day at once, but never in the quiet hours."""
    today = shanghai_date(now)
    moment = max(now, at_shanghai(today, rulebook.send_at))
    if moment.astimezone(SHANGHAI).time() >= rulebook.quiet_from:
        return at_shanghai(today + timedelta(days=1), rulebook.quiet_until)
    return moment


def reminder_body(duty: DueDuty, role: RecipientRole, rulebook: Rulebook, talker: str, today: date) -> Body:
    """The reminder as its recipient reads it: who, what, by when, days left, why, and buttons."""
    key = "talker" if role is RecipientRole.TALKER else "other"
    overdue = today > duty.deadline_on
    text = say(
        f"annual_talk.{key}_overdue" if overdue else f"annual_talk.{key}",
        subject=duty.subject,
        unit=duty.unit,
        title=duty.title,
        talker=talker or say("annual_talk.nobody"),
        deadline=spoken_deadline(duty.deadline_on, today),
        meeting=spoken_date(duty.meeting_on, today),
        provisional=say("annual_talk.provisional") if duty.provisional else "",
        basis=rulebook.annual_talk.basis,
        rulebook=rulebook.title,
    )
    choices = (
        Choice(f"record_talk:{duty.id}", say("buttons.record_talk")),
        Choice(f"plan_talk:{duty.id}", say("buttons.plan_talk")),
        Choice(f"why:{duty.id}", say("buttons.why")),
    )
    return Body(text, choices)


def _move_on(session: Session, staged: Iterable[tuple[DueDuty, Sequence[int]]], dates: Schedule) -> None:
    """One statement for all duties that share rulebook, deadline and stage: they share the next day too."""
    groups: dict[tuple[str, date, int], list[int]] = defaultdict(list)
    for duty, numbers in staged:
        groups[(duty.rulebook, duty.deadline_on, max(numbers))].append(duty.id)
    for (rulebook, deadline, passed), ids in groups.items():
        next_on, provisional = dates.next_stage_on(rulebook, deadline, passed)
        session.execute(
            update(TalkYear)
            .where(col(TalkYear.id).in_(ids))
            .values(stage_passed=passed, next_stage_on=next_on, provisional=provisional)
            .execution_options(synchronize_session=False)
        )


def still_needed(session: Session, occurrence_id: int, deadline: str) -> str:
    """Why a reminder about this duty is not needed any more; "" when it is."""
    duty = session.get(TalkYear, occurrence_id)
    if duty is None or duty.status == DutyStatus.CLOSED:
        return "谈话任务已终止"
    if duty.status == DutyStatus.SATISFIED:
        return "谈话已完成"
    return "" if duty.deadline_on.isoformat() == deadline else "民主生活会改期"
