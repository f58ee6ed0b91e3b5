"""Reminders of one morning in one message (汇总提醒): what may go now, what waits for the next morning, what it says.

A row whose reader wants it gathered goes out with all others due to them at that time. What is planned after that
waits for the next working morning, unless its deadline would not: so there is one message a day, and none too late.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, timedelta

from sqlmodel import Session

from jobs.wording import say
from storage.calendar import WorkingDays
from storage.instants import at_shanghai, shanghai_date, spoken_date, spoken_deadline
from storage.outbox.body import Body, Choice
from storage.outbox.gathering import PUT_OFF, bind_together, stand_alone
from storage.outbox.leasing import LeasedMessage
from storage.rulebooks.rules import Rulebook

MOST = 20
"""Reminders in one message: as many as its buttons and a few pieces of text take. More go in a second one."""
SETTLING = timedelta(minutes=2)
"""So long after being planned late a row waits for those still being planned, as after a stop of the service."""


def held_until(
    message: LeasedMessage,
    rulebook: Rulebook,
    calendar: WorkingDays,
    now: datetime,
    *,
    is_reminded: bool,
    settling: timedelta = SETTLING,
) -> datetime | None:
    """Until when a row of somebody who wants them gathered waits; None when it goes out now.

    `is_reminded`: a reminder has gone to its reader today already.
    """
    made, today = message.created_at, shanghai_date(now)
    if message.key.startswith(PUT_OFF) or made is None or made <= at_shanghai(today, rulebook.send_at):
        return None
    morning = calendar.on_or_after(today + timedelta(days=1))
    if is_reminded and not _falls_due(message, today, morning):
        return at_shanghai(morning, rulebook.send_at)
    settled = made + settling
    return settled if now < settled else None


def _falls_due(message: LeasedMessage, today: date, morning: date) -> bool:
    """Whether its deadline comes before it could go out, or on that very day."""
    deadline = _deadline(message)
    return deadline is not None and today <= deadline <= morning


def _deadline(message: LeasedMessage) -> date | None:
    try:
        return date.fromisoformat(message.deadline) if message.deadline else None
    except ValueError:
        return None


def in_messages(messages: Collection[LeasedMessage]) -> Iterator[list[LeasedMessage]]:
    """The rows of one reader by the message they go out in, what is due first at the head."""
    ordered = sorted(messages, key=lambda one: (one.deadline or "9999", one.id))
    return (ordered[first : first + MOST] for first in range(0, len(ordered), MOST))


def gather(session: Session, messages: Collection[LeasedMessage], today: date) -> list[LeasedMessage]:
    """Leased reminders of one reader as the messages they go out in: what becomes of one becomes of all its rows."""
    found = []
    for some in in_messages(messages):
        if len(some) > 1:
            found.append(bind_together(session, some, digest(some, today)))
        else:
            stand_alone(session, [some[0].id])
            found.append(some[0])
    return found


def digest(messages: Sequence[LeasedMessage], today: date) -> Body:
    """One message of several reminders: a numbered line for each, and a button that does what it asks for."""
    lines, choices = [say("digest.heading", count=len(messages), day=spoken_date(today, today))], list[Choice]()
    for number, message in enumerate(messages, start=1):
        lines.append(f"{number}. {line_of(message, today)}")
        if message.body.choices:
            first = message.body.choices[0]
            choices.append(Choice(first.id, say("digest.button", number=number, label=first.label)))
    lead = min(message.id for message in messages)
    choices += [
        Choice(f"digest:{lead}", say("digest.each")),
        Choice(f"snooze:digest.{lead}", say("buttons.snooze")),
        Choice(f"take_note:digest.{lead}", say("buttons.take_note")),
    ]
    return Body("\n".join(lines), tuple(choices))


def line_of(message: LeasedMessage, today: date) -> str:
    """A reminder in one line: what it asks for, of whom, and by when."""
    what = message.body.text.partition("\n")[0].rstrip("。")
    deadline = _deadline(message)
    if deadline is None:
        return what
    when = say("digest.overdue" if deadline < today else "digest.due", deadline=spoken_deadline(deadline, today))
    provisional = say("annual_talk.provisional")
    return what + when + (provisional if provisional in message.body.text else "")
