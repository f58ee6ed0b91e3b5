"""OutgoingMessage and DeliveryAttempt (去信、投递)."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from storage.instants import Instant


class OutgoingMessage(SQLModel, table=True):
    """去信: one message to one person, or (`account`) to somebody not yet bound.

    `key` is UNIQUE: planned twice is planned once. `body` is JSON of Body.
    `rule`, `occurrence_id`, `deadline`, `stage` say which duty it reminds of.
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
