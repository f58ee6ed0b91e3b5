"""What keeps the record in order by itself: planning, sealing the audit log, reminding of forms left lying."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlmodel import Session

from jobs.planning import plan
from storage import audit
from storage.channels.actions import drop_outdated
from storage.conversations.nudging import idle_forms, pause_idle_form
from storage.database import Database, one_at_a_time
from storage.outbox.actions import put
from storage.outbox.body import Body, Choice
from storage.outbox.rules import MessageKind

PLANNING, SEALING, NUDGING = 7_301, 7_302, 7_303
IDLE = timedelta(hours=24)


def plan_now(database: Database, now: datetime) -> int:
    """Run every reminder rule; gives the number of new messages. One process at a time."""
    with database.transaction() as session:
        one_at_a_time(session.connection(), PLANNING)
        return plan(session, now=now)


def seal_audit(database: Database) -> int:
    """Chain the audit lines written since the last time; gives how many."""
    with database.transaction() as session:
        one_at_a_time(session.connection(), SEALING)
        return audit.seal(session)


def tidy_channels(database: Database, now: datetime) -> None:
    """Forget what channels remembered and nobody needs any more."""
    with database.transaction() as session:
        drop_outdated(session, now=now)


def nudge_forms(database: Database, now: datetime, titles: Mapping[str, str]) -> int:
    """Put aside forms nobody has touched for a day, and say so once; gives how many.

    A form left open would take whatever the person types next for its answer.
    """
    with database.transaction() as session:
        one_at_a_time(session.connection(), NUDGING)
        return sum(_nudge(session, form, now, titles) for form in idle_forms(session, before=now - IDLE))


def _nudge(session: Session, form: tuple[int, int, str], now: datetime, titles: Mapping[str, str]) -> bool:
    form_id, person_id, name = form
    pause_idle_form(session, form_id, now=now)
    text = f"“{titles.get(name, '上次的事项')}”还没有填完，已为您暂存，可以接着填。"
    return put(
        session,
        key=f"nudge:{form_id}:{now.date().isoformat()}",
        body=Body(text, (Choice(f"resume:{form_id}", "继续填写"),)),
        kind=MessageKind.NOTICE,
        now=now,
        person_id=person_id,
    )
