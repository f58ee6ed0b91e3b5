"""Reads of what channels remember."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from storage.channels.tables import ChannelState, HeldUpdate


@dataclass(frozen=True)
class HeldMessage:
    """An update whose files are still to be fetched."""

    id: int
    external_id: str
    account: str
    received_at: datetime
    body: str
    tries: int


def state_of(session: Session, channel: str, name: str, *, now: datetime | None = None) -> str:
    """The value kept under (channel, name); "" when there is none, or its time is over at `now`."""
    row = session.exec(
        select(ChannelState.value, ChannelState.until).where(ChannelState.channel == channel, ChannelState.name == name)
    ).first()
    if row is None:
        return ""
    value, until = row
    return "" if now is not None and until is not None and until <= now else value


def oldest_held(session: Session, channel: str, account: str) -> HeldMessage | None:
    """The first update of an account that waits for its files."""
    row = session.exec(
        select(HeldUpdate)
        .where(HeldUpdate.channel == channel, HeldUpdate.account == account)
        .order_by(col(HeldUpdate.id))
        .limit(1)
    ).first()
    if row is None:
        return None
    return HeldMessage(row.id or 0, row.external_id, row.account, row.received_at, row.body, row.tries)


def accounts_held(session: Session, channel: str) -> list[str]:
    """The accounts of a channel that have updates waiting for their files."""
    return list(session.exec(select(HeldUpdate.account).where(HeldUpdate.channel == channel).distinct()))


def held_among(session: Session, channel: str, accounts: Collection[str]) -> set[str]:
    """Those of the accounts that have updates waiting for their files: later ones must queue behind them."""
    if not accounts:
        return set()
    session.flush()
    found = session.connection().execute(_held(), {"channel": channel, "accounts": list(accounts)})
    return set(found.scalars())


@cache
def _held() -> "Select[Any]":
    """Asked for every few messages that come in: built once."""
    return sa_select(col(HeldUpdate.account)).where(
        col(HeldUpdate.channel) == bindparam("channel"),
        col(HeldUpdate.account).in_(bindparam("accounts", expanding=True)),
    )
