"""ReceivedMessage, FormSession, QuestionLog (来信、填报、提问)."""

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.instants import Instant


class ReceivedMessage(SQLModel, table=True):
    """来信: stored before it is acknowledged; a repeat violates UNIQUE. `body`: JSON of IncomingMessage."""

    __table_args__ = (
        UniqueConstraint("channel", "external_id"),
        Index("ix_receivedmessage_queue", "handled_at", "id"),
        Index("ix_receivedmessage_person", "person_id", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    channel: str
    external_id: str
    account: str
    person_id: int | None = Field(default=None, foreign_key="person.id")
    received_at: datetime = Field(sa_type=Instant)
    body: str
    handled_at: datetime | None = Field(default=None, sa_type=Instant)


class FormSession(SQLModel, table=True):
    """填报: one form begun by one person. `answers` is JSON; `asked` the field asked last; `step` grows with each turn,
    so a button of an earlier step is recognised as used."""

    __table_args__ = (Index("ix_formsession_person", "person_id", "status"),)

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    on_behalf_of: int | None = Field(default=None, foreign_key="person.id")
    form: str
    version: int
    status: str
    answers: str = "{}"
    history: str = "[]"
    asked: str = ""
    step: int = 0
    started_at: datetime = Field(sa_type=Instant)
    touched_at: datetime = Field(sa_type=Instant)
    nudged_at: datetime | None = Field(default=None, sa_type=Instant)
    nudges: int = 0
    outcome: str = ""


class QuestionLog(SQLModel, table=True):
    """提问: a policy question, how it was answered, and what the asker thought of it."""

    id: int | None = Field(default=None, primary_key=True)
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    asked_at: datetime = Field(sa_type=Instant)
    question: str
    kind: str
    answer: str
    citations: str = "[]"
    verdict: str = ""
    reason: str = ""
    judged_at: datetime | None = Field(default=None, sa_type=Instant)


class ReminderResponse(SQLModel, table=True):
    """提醒处理: a person put a reminder off until a time, or arranged for a day, or (both empty) took note."""

    id: int | None = Field(default=None, primary_key=True)
    message_id: int = Field(foreign_key="outgoingmessage.id", index=True)
    person_id: int = Field(foreign_key="person.id")
    at: datetime = Field(sa_type=Instant)
    until: datetime | None = Field(default=None, sa_type=Instant)
    arranged_on: date | None = None
