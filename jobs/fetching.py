"""Messages that their reader fetches (网页、终端): what is due now, checked, gathered where wanted, marked as sent."""

from datetime import datetime, time, timedelta

from sqlmodel import Session

from jobs.gathering import gather, held_until
from jobs.planning import reason_against
from storage.calendar import working_days
from storage.conversations.threads import BY_PAGE, due_on_page
from storage.instants import at_shanghai, shanghai_date
from storage.outbox.actions import mark_cancelled, mark_sent, put_off
from storage.outbox.gathering import reminded_since, stand_alone
from storage.outbox.leasing import LeasedMessage
from storage.outbox.manners import wants_gathered
from storage.outbox.rules import MessageKind
from storage.rulebooks.queries import all_rulebooks, default_rulebook


def fetch(session: Session, person_id: int, *, now: datetime, any_channel: bool = False) -> list[LeasedMessage]:
    """What is due to a person on a page, in order; a reminder that no longer holds is cancelled instead.

    `any_channel`: also what was to go out on another one. To be marked with `fetched` when it is shown.
    """
    due = []
    for message in due_on_page(session, person_id, now=now, channels=None if any_channel else BY_PAGE):
        reason = reason_against(session, message)
        if reason:
            mark_cancelled(session, message.id, reason=reason)
        else:
            due.append(message)
    return _together(session, person_id, due, now) if due else []


def fetched(session: Session, message: LeasedMessage, *, channel: str, account: str, now: datetime) -> None:
    """The reader has seen it."""
    mark_sent(session, message.ids, channel=channel, account=account, provider_id=f"{channel}:{message.id}", now=now)


def _together(session: Session, person_id: int, due: list[LeasedMessage], now: datetime) -> list[LeasedMessage]:
    others = [message for message in due if message.kind != MessageKind.REMINDER]
    reminders = [message for message in due if message.kind == MessageKind.REMINDER]
    if not reminders:
        return others
    if not wants_gathered(session, person_id):
        stand_alone(session, [one.id for one in reminders])
        return due
    today, going = shanghai_date(now), []
    is_reminded = bool(reminded_since(session, [person_id], at_shanghai(today, time(0))))
    rulebooks, calendar = all_rulebooks(session), working_days(session)
    for message in reminders:
        rulebook = rulebooks.get(message.rulebook) or default_rulebook()
        later = held_until(message, rulebook, calendar, now, is_reminded=is_reminded, settling=timedelta())
        if later is None:
            going.append(message)
        else:
            put_off(session, message.id, not_before=later)
    return [*others, *gather(session, going, today)]
