"""OutgoingMessage, DeliveryAttempt and ReminderManner (去信、投递、提醒方式)."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from storage.instants import Instant


class OutgoingMessage(SQLModel, table=True):
    """去信: one message to one person, or (`account`) to somebody not yet bound.

    `key` is UNIQUE: planned twice is planned once. `body` is JSON of Body.
    `rule`, `occurrence_id`, `deadline`, `stage` say which duty it reminds of.
    `gathered_in`: the row in whose message this one goes out or went out (汇总), itself for that very row, which holds
    what the message says in `gathered_body`.
    """

    __table_args__ = (
        Index("ix_outgoingmessage_queue", "status", "priority", "id"),
        Index("ix_outgoingmessage_person", "person_id", "status"),
        Index("ix_outgoingmessage_duty", "rule", "occurrence_id"),
        Index("ix_outgoingmessage_chat", "channel", "account", "status"),
        Index("ix_outgoingmessage_sent", "sent_channel", "sent_account", "sent_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    person_id: int | None = Field(default=None, foreign_key="person.id")
    channel: str = ""
    account: str = ""
    kind: str
    priority: int
    body: str
    created_at: datetime = Field(sa_type=Instant)
    not_before: datetime = Field(sa_type=Instant)
    status: str
    attempts: int = 0
    lease_until: datetime | None = Field(default=None, sa_type=Instant)
    leased_by: str = ""
    sent_at: datetime | None = Field(default=None, sa_type=Instant)
    sent_channel: str = ""
    sent_account: str = ""
    parts_sent: int = 0
    first_tried_at: datetime | None = Field(default=None, sa_type=Instant)
    provider_id: str = ""
    reason: str = ""
    rule: str = ""
    occurrence_id: int | None = None
    deadline: str = ""
    stage: int | None = None
    rulebook: str = ""
    gathered_in: int | None = None
    gathered_body: str | None = None


class DeliveryAttempt(SQLModel, table=True):
    """投递: one try at sending one message (or one part of it) to one address, with what came of it."""

    __table_args__ = (Index("ix_deliveryattempt_address", "channel", "account", "at"),)

    id: int | None = Field(default=None, primary_key=True)
    message_id: int = Field(foreign_key="outgoingmessage.id", index=True)
    channel: str
    account: str
    at: datetime = Field(sa_type=Instant)
    outcome: str
    reason: str = ""


class ReminderManner(SQLModel, table=True):
    """提醒方式: how a person wants reminders: all of a morning in one message (汇总), or one by one (逐条), as without a row."""

    person_id: int = Field(primary_key=True, foreign_key="person.id")
    is_gathered: bool
    at: datetime = Field(sa_type=Instant)
