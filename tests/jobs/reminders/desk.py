"""A planner and a delivery for tests: the real planning with a set clock, and a sender that takes everything."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import Session, col, select

from jobs.planning import plan, still_needed
from storage.database import Database
from storage.instants import SHANGHAI
from storage.outbox.actions import mark_cancelled, mark_sent
from storage.outbox.leasing import lease
from storage.outbox.rules import MessageStatus
from storage.outbox.tables import OutgoingMessage
from storage.people.tables import Person
from tests.moments import moment

Row = tuple[str, str, int]
"""When ("08-15 09:00"), to whom (编号), which stage."""


@dataclass
class Desk:
    """Plans and delivers at the moments a test names; tells of one rule and sends all."""

    database: Database
    rule: str = "annual_talk"

    def plan(self, at: str) -> int:
        """Plan once."""
        with self.database.transaction() as session:
            return plan(session, now=moment(at))

    def deliver(self, at: str) -> list[Row]:
        """Send everything that may go out now, re-checked one by one as the worker does."""
        now, sent = moment(at), []
        with self.database.transaction() as session:
            codes = dict(session.exec(select(Person.id, Person.code)).all())
            for message in lease(session, worker="test", now=now, limit=1_000, lasting=timedelta(minutes=1)):
                reason = still_needed(
                    session, rule=message.rule, occurrence_id=message.occurrence_id, deadline=message.deadline
                )
                if reason:
                    mark_cancelled(session, message.id, reason=reason)
                    continue
                mark_sent(session, message.id, channel="test", account="", provider_id="1", now=now)
                if message.rule != self.rule:
                    continue
                stage = session.get_one(OutgoingMessage, message.id).stage or 0
                sent.append((f"{now.astimezone(SHANGHAI):%m-%d %H:%M}", codes[message.person_id] or "", stage))
        return sorted(sent)

    def tick(self, at: str) -> list[Row]:
        """Plan, then deliver."""
        self.plan(at)
        return self.deliver(at)

    def days(self, first: str, last: str, hour: str = "09:00") -> list[Row]:
        """Tick once a day from `first` to `last`."""
        found: list[Row] = []
        day = date.fromisoformat(first)
        while day <= date.fromisoformat(last):
            found += self.tick(f"{day} {hour}")
            day += timedelta(days=1)
        return found

    def waiting(self) -> list[tuple[str, int]]:
        """Who has which stage waiting."""
        with self.database.reading() as session:
            return sorted(_rows(session, MessageStatus.WAITING))

    def cancelled(self) -> dict[str, int]:
        """How many were cancelled, by reason."""
        with self.database.reading() as session:
            reasons = session.exec(
                select(OutgoingMessage.reason).where(OutgoingMessage.status == MessageStatus.CANCELLED)
            ).all()
        return {reason: list(reasons).count(reason) for reason in reasons}


def _rows(session: Session, status: str) -> list[tuple[str, int]]:
    rows = session.exec(
        select(Person.code, OutgoingMessage.stage)
        .join(OutgoingMessage, col(OutgoingMessage.person_id) == col(Person.id))
        .where(OutgoingMessage.status == status, OutgoingMessage.rule != "")
    )
    return [(code, stage or 0) for code, stage in rows]
