"""Keeping and dropping what channels remember. Always in the caller's transaction."""

from datetime import datetime

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from storage.channels.tables import ChannelState, HeldUpdate
from storage.conversations.tables import ReceivedMessage
from storage.database import insert_new


def set_state(session: Session, channel: str, name: str, value: str, *, until: datetime | None = None) -> None:
    """Keep a value under (channel, name), replacing an earlier one."""
    row = {"channel": channel, "name": name, "value": value, "until": until}
    if not insert_new(session, ChannelState, [row]):
        session.execute(
            update(ChannelState)
            .where(col(ChannelState.channel) == channel, col(ChannelState.name) == name)
            .values(value=value, until=until)
            .execution_options(synchronize_session=False)
        )


def drop_state(session: Session, channel: str, name: str, *, value: str) -> None:
    """Forget a value, unless somebody has replaced it already."""
    session.execute(
        delete(ChannelState)
        .where(col(ChannelState.channel) == channel, col(ChannelState.name) == name, col(ChannelState.value) == value)
        .execution_options(synchronize_session=False)
    )


def drop_outdated(session: Session, *, now: datetime) -> None:
    """Forget every value whose time is over."""
    session.execute(
        delete(ChannelState).where(col(ChannelState.until) < now).execution_options(synchronize_session=False)
    )


def hold_update(session: Session, *, channel: str, external_id: str, account: str, body: str, now: datetime) -> bool:
    """Store an update whose files are to be fetched; False when it came before."""
    known = select(ReceivedMessage.id).where(
        ReceivedMessage.channel == channel, ReceivedMessage.external_id == external_id
    )
    if session.exec(known).first() is not None:
        return False
    row = {
        "channel": channel,
        "external_id": external_id,
        "account": account,
        "received_at": now,
        "body": body,
        "tries": 0,
    }
    return bool(insert_new(session, HeldUpdate, [row]))


def count_try(session: Session, update_id: int) -> None:
    """One more failed try at fetching the files of an update."""
    session.execute(
        update(HeldUpdate)
        .where(col(HeldUpdate.id) == update_id)
        .values(tries=HeldUpdate.tries + 1)
        .execution_options(synchronize_session=False)
    )


def drop_held(session: Session, update_id: int) -> bool:
    """The update has reached the inbox; False when another process was first."""
    result = session.connection().execute(delete(HeldUpdate).where(col(HeldUpdate.id) == update_id))
    return bool(result.rowcount)
