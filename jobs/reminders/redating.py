"""After the calendar changed: every open duty gets its next day anew, and what waits for a day now off is taken back.

Costs one statement for all duties that share rulebook, deadline and stage.
"""

from datetime import date, datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from storage.instants import shanghai_date
from storage.outbox.rules import MessageStatus
from storage.outbox.tables import OutgoingMessage
from storage.rulebooks.rules import ANNUAL_TALK, stages
from storage.talks.duties import Schedule, cancel_unsent, schedule
from storage.talks.rules import DutyStatus
from storage.talks.tables import TalkYear

REASON = "工作日历调整"


def redate(session: Session, *, now: datetime) -> int:
    """Date the next stages of all open yearly duties by the calendar in force; gives how many groups moved."""
    dates = schedule(session)
    _take_back(session, dates, shanghai_date(now))
    shared = (TalkYear.rulebook, TalkYear.deadline_on, TalkYear.stage_passed, TalkYear.next_stage_on)
    # All there are: read in a row. By the index of what is due SQLite would jump about for each of them.
    is_open = (col(TalkYear.status) + "") == DutyStatus.OPEN
    rows = session.execute(select(*shared, TalkYear.provisional).where(is_open).distinct()).all()  # type: ignore[call-overload]
    moved = 0
    for rulebook, deadline, passed, next_on, provisional in rows:
        wanted = dates.next_stage_on(rulebook, deadline, passed)
        if wanted == (next_on, provisional):
            continue
        moved += 1
        session.execute(
            update(TalkYear)
            .where(
                col(TalkYear.status) == DutyStatus.OPEN,
                col(TalkYear.rulebook) == rulebook,
                col(TalkYear.deadline_on) == deadline,
                col(TalkYear.stage_passed).is_not_distinct_from(passed),
                col(TalkYear.next_stage_on).is_not_distinct_from(next_on),
            )
            .values(next_stage_on=wanted[0], provisional=wanted[1])
            .execution_options(synchronize_session=False)
        )
    return moved


def _take_back(session: Session, dates: Schedule, today: date) -> None:
    """Cancel what waits for a stage that now comes on a later day; its duty stands before that stage again."""
    waiting = session.exec(
        select(OutgoingMessage.occurrence_id, OutgoingMessage.stage)
        .where(OutgoingMessage.rule == ANNUAL_TALK, OutgoingMessage.status == MessageStatus.WAITING)
        .distinct()
    ).all()
    for occurrence, number in waiting:
        duty = session.get(TalkYear, occurrence)
        if duty is None or number is None or duty.status != DutyStatus.OPEN or duty.stage_passed != number:
            continue
        passed = None
        for stage in stages(dates.ladder(duty.rulebook), duty.deadline_on, dates.calendar):
            if stage.number >= number:
                break
            passed = stage.number
        if stage.number == number and stage.send_on > today:
            duty.stage_passed = passed
            session.add(duty)
            cancel_unsent(session, ANNUAL_TALK, [duty.id or 0], REASON)
    session.flush()
