"""年度谈话: remind the talker, and up the ladder, of a talk owed before the unit's meeting (P1, P2).

Costs what is due: duties are found by `next_stage_on`, and taken in batches, each with a fixed number of queries.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col

from jobs.reminders.hours import sending_time
from jobs.reminders.recipients import Recipients, recipients_of
from jobs.reminders.rounds import Round
from jobs.reminders.talk_duties import DueDuty, due_duties, due_ids, open_duties
from jobs.reminders.unsent import unsent_reminders, withdraw
from jobs.wording import say
from storage.instants import shanghai_date, spoken_date, spoken_deadline
from storage.outbox.actions import message_row, put_many
from storage.outbox.body import Body, Choice
from storage.outbox.rules import MessageKind
from storage.rulebooks.queries import default_rulebook
from storage.rulebooks.rules import ANNUAL_TALK, RecipientRole, Rulebook, Stage, due_stages
from storage.talks.duties import Schedule, cancel_unsent, schedule
from storage.talks.rules import DutyStatus
from storage.talks.tables import TalkYear

NAME = ANNUAL_TALK
BATCH = 2_000
Staged = tuple[DueDuty, Sequence[Stage]]
SharedStages = dict[tuple[str, date, int | None], tuple[Stage, ...]]
"""Many duties share few of (rulebook, deadline, stage passed)."""


def plan_some(session: Session, *, now: datetime, after: int = 0, limit: int = BATCH) -> Round:
    """Put the due stages of up to `limit` duties into the outbox, in id order after `after`, and move them on."""
    today = shanghai_date(now)
    ids = due_ids(session, today, after=after, limit=limit)
    if not ids:
        return Round(0, None)
    dates, duties = schedule(session), due_duties(session, today, ids)
    shared: SharedStages = {}
    staged: list[Staged] = [(duty, _due_stages(duty, dates, now, shared)) for duty in duties]
    due = [(duty, stages) for duty, stages in staged if stages]
    people = recipients_of(session, [(duty, stages[-1].number) for duty, stages in due], today)
    rows = [row for duty, stages in due for row in _messages(duty, stages, people, dates, now)]
    _supersede(session, due)
    put = put_many(session, rows)
    _move_on(session, staged, dates)
    return Round(put, ids[-1] if len(ids) == limit else None)


def _due_stages(duty: DueDuty, dates: Schedule, now: datetime, shared: SharedStages) -> tuple[Stage, ...]:
    """What is due on the day it would go out: () when the calendar has changed and the stage comes later."""
    key = (duty.rulebook, duty.deadline_on, duty.stage_passed)
    if key not in shared:
        day = shanghai_date(sending_time(_rulebook(duty, dates), now))
        ladder = dates.ladder(duty.rulebook)
        shared[key] = due_stages(ladder, duty.deadline_on, dates.calendar, duty.stage_passed, day)
    return shared[key]


def _rulebook(duty: DueDuty, dates: Schedule) -> Rulebook:
    return dates.rulebooks.get(duty.rulebook, default_rulebook())


def _messages(
    duty: DueDuty, stages: Sequence[Stage], people: Recipients, dates: Schedule, now: datetime
) -> Iterator[dict[str, Any]]:
    rulebook = _rulebook(duty, dates)
    send_at = sending_time(rulebook, now)
    reached: dict[int, tuple[Stage, RecipientRole]] = {}
    for stage in stages:  # the largest comes last and wins for each recipient
        for role, person in people.at_stage(duty.id, rulebook.annual_talk, stage.number):
            reached[person] = (stage, role)
    for person, (stage, role) in reached.items():
        yield message_row(
            key=f"{NAME}:{duty.id}:{duty.deadline_on.isoformat()}:{stage.number}:{person}",
            body=reminder_body(duty, role, stage, rulebook, people.talker_name(duty.id), shanghai_date(send_at)),
            kind=MessageKind.REMINDER,
            now=now,
            person_id=person,
            not_before=send_at,
            rule=NAME,
            occurrence_id=duty.id,
            deadline=duty.deadline_on.isoformat(),
            stage=stage.number,
            rulebook=rulebook.name,
        )


def reminder_body(
    duty: DueDuty, role: RecipientRole, stage: Stage, rulebook: Rulebook, talker: str, today: date
) -> Body:
    """The reminder as its recipient reads it: who, what, by when, days left, why, and buttons."""
    key = "talker" if role is RecipientRole.TALKER else "other"
    overdue = today > duty.deadline_on
    late = stage.send_on < today
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
    if late:
        text += "\n" + say("reminders.late", day=spoken_date(stage.send_on, today))
    choices = (
        Choice(f"record_talk:{duty.id}", say("buttons.record_talk")),
        Choice(f"plan_talk:{duty.id}", say("buttons.plan_talk")),
        Choice(f"snooze:{NAME}.{duty.id}", say("buttons.snooze")),
        Choice(f"take_note:{NAME}.{duty.id}", say("buttons.take_note")),
        Choice(f"why:{duty.id}", say("buttons.why")),
    )
    return Body(text, choices)


def _supersede(session: Session, due: Iterable[Staged]) -> None:
    """Only the latest stage goes out: what still waits of earlier ones is cancelled."""
    cancel_unsent(session, NAME, [duty.id for duty, _ in due], "已由后一次提醒代替")


def _move_on(session: Session, staged: Iterable[Staged], dates: Schedule) -> None:
    """One statement for all duties that share rulebook, deadline and stage: they share the next day too."""
    groups: dict[tuple[str, date, int | None], list[int]] = defaultdict(list)
    for duty, stages in staged:
        passed = stages[-1].number if stages else duty.stage_passed
        groups[(duty.rulebook, duty.deadline_on, passed)].append(duty.id)
    for (rulebook, deadline, passed), ids in groups.items():
        next_on, provisional = dates.next_stage_on(rulebook, deadline, passed)
        session.execute(
            update(TalkYear)
            # A meeting moved or a talk recorded since we read must stand: its own dates are the right ones.
            .where(
                col(TalkYear.id).in_(ids),
                col(TalkYear.status) == DutyStatus.OPEN,
                col(TalkYear.deadline_on) == deadline,
            )
            .values(stage_passed=passed, next_stage_on=next_on, provisional=provisional)
            .execution_options(synchronize_session=False)
        )


def recheck(session: Session, *, now: datetime) -> int:
    """Bring what waits unsent level with who should hear of it now; gives the number of new messages.

    A changed talker, liaison or office changes whom a planned stage reaches; what was sent stays on record.
    """
    unsent = unsent_reminders(session, NAME)
    today, dates = shanghai_date(now), schedule(session)
    duties = list(open_duties(session, unsent))
    people = recipients_of(session, [(duty, 0) for duty in duties], today)
    rows: list[dict[str, Any]] = []
    for duty in duties:
        held = unsent[duty.id]
        wanted = [person for _, person in people.at_stage(duty.id, dates.ladder(duty.rulebook), held.stage)]
        if gone := held.too_many(wanted):
            withdraw(session, NAME, duty.id, gone)
        if missing := held.missing(wanted):
            planned = _messages(duty, [Stage(held.stage, today)], people, dates, now)
            rows += (row for row in planned if row["person_id"] in missing)
    return put_many(session, rows)


def still_needed(session: Session, occurrence_id: int, deadline: str, person_id: int | None = None) -> str:
    """Why a reminder about this duty is not needed any more; "" when it is."""
    duty = session.get(TalkYear, occurrence_id)
    if duty is None or duty.status == DutyStatus.CLOSED:
        return "谈话任务已终止"
    if duty.status == DutyStatus.SATISFIED:
        return "谈话已完成"
    if duty.person_id == person_id:
        return "提醒对象已变更"
    return "" if duty.deadline_on.isoformat() == deadline else "民主生活会改期"
