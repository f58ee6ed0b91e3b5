"""Accounts: one-time binding codes (绑定码), binding, closing an address."""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, func, update
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from storage import audit
from storage.database import lock_rows
from storage.errors import Refused
from storage.people.tables import BindingAttempt, BindingCode, ChannelAccount

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH = 10
VALID_FOR = timedelta(hours=24)
WRONG_TRIES = 5
WAIT = timedelta(hours=1)
BY_PLATFORM = "平台："
"""How the reason begins when the platform, not a person, closed an address."""


@dataclass(frozen=True)
class IssuedCode:
    """A one-time code as its owner reads it, and until when it is valid."""

    code: str
    expires_at: datetime


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


def normal_code(text: str) -> str:
    """A typed code without dashes, spaces or case; "" when it cannot be one."""
    code = "".join(text.upper().split()).replace("-", "")
    return code if len(code) == CODE_LENGTH and set(code) <= set(ALPHABET) else ""


def issue_code(
    session: Session,
    *,
    person_id: int,
    now: datetime,
    issued_by: int | None = None,
    valid_for: timedelta = VALID_FOR,
) -> IssuedCode:
    """A new code for one person, replacing unused ones. Only its digest is kept."""
    session.execute(
        update(BindingCode)
        .where(
            col(BindingCode.person_id) == person_id,
            col(BindingCode.used_at).is_(None),
            col(BindingCode.revoked_at).is_(None),
        )
        .values(revoked_at=now)
        .execution_options(synchronize_session=False)
    )
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    row = BindingCode(
        person_id=person_id, digest=_digest(code), issued_by=issued_by, issued_at=now, expires_at=now + valid_for
    )
    session.add(row)
    session.flush()
    audit.record(
        session, action="person.issue_code", subject="person", subject_id=person_id, actor_id=issued_by, now=now
    )
    return IssuedCode(f"{code[:5]}-{code[5:]}", row.expires_at)


def redeem_code(session: Session, *, text: str, account: str, now: datetime) -> int | None:
    """The person a code belongs to, using it up; None when it is wrong, used or expired (which is counted).

    Errors: Refused after too many wrong codes from one account within the hour.
    """
    tries = session.exec(
        select(func.count())
        .select_from(BindingAttempt)
        .where(BindingAttempt.account == account, col(BindingAttempt.at) > now - WAIT)
    ).one()
    if tries >= WRONG_TRIES:
        raise Refused("绑定码输错次数过多，请一小时后再试，或请工作人员重新发码。")
    code = normal_code(text)
    unused = select(BindingCode).where(
        BindingCode.digest == _digest(code),
        col(BindingCode.used_at).is_(None),
        col(BindingCode.revoked_at).is_(None),
        col(BindingCode.expires_at) > now,
    )
    row = session.scalars(lock_rows(unused, skip_locked=False)).first()  # two at once: only one may use it up
    if row is None:
        session.add(BindingAttempt(account=account, at=now))
        return None
    row.used_at = now
    session.add(row)
    person_id: int = row.person_id
    return person_id


def bind_account(session: Session, *, person_id: int, channel: str, external_id: str, now: datetime) -> None:
    """Tie an account to a person; an account bound to somebody else before moves, with an audit line."""
    row = session.exec(
        select(ChannelAccount).where(ChannelAccount.channel == channel, ChannelAccount.external_id == external_id)
    ).first()
    before = row.person_id if row else None
    row = row or ChannelAccount(person_id=person_id, channel=channel, external_id=external_id, bound_at=now)
    row.person_id, row.bound_at, row.closed_at, row.closed_reason = person_id, now, None, ""
    session.add(row)
    audit.record(
        session,
        action="person.bind_account",
        subject="person",
        subject_id=person_id,
        actor_id=person_id,
        now=now,
        fields={"channel": ("", channel), "person": (before, person_id)},
    )


def close_account(session: Session, *, channel: str, external_id: str, reason: str, now: datetime) -> None:
    """Close an address the platform says is gone; messages go to the person's next one."""
    session.execute(
        update(ChannelAccount)
        .where(
            col(ChannelAccount.channel) == channel,
            col(ChannelAccount.external_id) == external_id,
            col(ChannelAccount.closed_at).is_(None),
        )
        .values(closed_at=now, closed_reason=f"{BY_PLATFORM}{reason}"[:200])
        .execution_options(synchronize_session=False)
    )


def reopen_account(session: Session, *, channel: str, external_id: str, reason: str = "") -> bool:
    """The address is there again (unblocked). False when staff closed it, or nobody did.

    `reason`: only when the platform's reason for closing began so.
    """
    result = session.connection().execute(
        update(ChannelAccount)
        .where(
            col(ChannelAccount.channel) == channel,
            col(ChannelAccount.external_id) == external_id,
            col(ChannelAccount.closed_at).is_not(None),
            col(ChannelAccount.closed_reason).startswith(BY_PLATFORM + reason),
        )
        .values(closed_at=None, closed_reason="")
    )
    return bool(result.rowcount)


def person_of_account(session: Session, channel: str, external_id: str) -> int | None:
    """The person an open account is bound to."""
    found = session.connection().execute(_of_account(), {"channel": channel, "account": external_id})
    return found.scalars().first()


@cache
def _of_account() -> "Select[Any]":
    """Asked for every message that comes in: built once."""
    return sa_select(col(ChannelAccount.person_id)).where(
        col(ChannelAccount.channel) == bindparam("channel"),
        col(ChannelAccount.external_id) == bindparam("account"),
        col(ChannelAccount.closed_at).is_(None),
    )


def people_of_accounts(
    session: Session, channel: str, accounts: Collection[str], *, any_case: bool = False
) -> dict[str, tuple[str, int, bool]]:
    """Account → (the account as it was bound, its person, whether it is open), for those that are somebody's.

    `any_case`: upper and lower case are the same to the platform.
    """
    if not accounts:
        return {}
    asked = {name.lower(): name for name in accounts} if any_case else {name: name for name in accounts}
    session.flush()
    rows = session.connection().execute(_owners(any_case), {"channel": channel, "accounts": list(asked)})
    return {
        asked[name.lower() if any_case else name]: (name, person_id, closed_at is None)
        for name, person_id, closed_at in rows
    }


@cache
def _owners(any_case: bool) -> "Select[Any]":
    """Asked for every few messages that come in: built once."""
    bound = func.lower(ChannelAccount.external_id) if any_case else col(ChannelAccount.external_id)
    columns: list[Any] = [ChannelAccount.external_id, ChannelAccount.person_id, ChannelAccount.closed_at]
    return sa_select(*columns).where(
        col(ChannelAccount.channel) == bindparam("channel"), bound.in_(bindparam("accounts", expanding=True))
    )


def open_accounts(session: Session, person_id: int) -> list[tuple[str, str]]:
    """A person's open addresses (channel, external id), the one bound last first."""
    return open_accounts_of(session, [person_id]).get(person_id, [])


def open_accounts_of(session: Session, person_ids: Collection[int]) -> dict[int, list[tuple[str, str]]]:
    """The same for many people, asked once; people without any are left out."""
    rows = session.exec(
        select(ChannelAccount.person_id, ChannelAccount.channel, ChannelAccount.external_id)
        .where(col(ChannelAccount.person_id).in_(person_ids), col(ChannelAccount.closed_at).is_(None))
        .order_by(col(ChannelAccount.bound_at).desc(), col(ChannelAccount.id).desc())
    )
    found: dict[int, list[tuple[str, str]]] = {}
    for person_id, channel, external_id in rows:
        found.setdefault(person_id, []).append((channel, external_id))
    return found
