"""ChannelState and HeldUpdate (渠道状态、待取来信)."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.instants import Instant


class ChannelState(SQLModel, table=True):
    """渠道状态: one named value of a channel, such as an access token, shared by all processes.

    After `until` it is of no use and may go.
    """

    __table_args__ = (UniqueConstraint("channel", "name"), Index("ix_channelstate_until", "until"))

    id: int | None = Field(default=None, primary_key=True)
    channel: str
    name: str
    value: str
    until: datetime | None = Field(default=None, sa_type=Instant)


class HeldUpdate(SQLModel, table=True):
    """待取来信: a message whose files have not been fetched yet, stored so that it can be acknowledged at once.

    `body` is JSON of what the channel parsed. The row goes when the message reaches the inbox.
    """

    __table_args__ = (UniqueConstraint("channel", "external_id"), Index("ix_heldupdate_account", "channel", "account"))

    id: int | None = Field(default=None, primary_key=True)
    channel: str
    external_id: str
    account: str
    received_at: datetime = Field(sa_type=Instant)
    body: str
    tries: int = 0
