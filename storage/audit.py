"""The append-only log of every change, sealed into a hash chain in id order.

Lines hold ids, field names and digests of values, never the values: old texts can be erased and the chain still
verifies. Writers only append; one sealer chains what was committed, so writers never wait for each other.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, insert
from sqlmodel import Field, Session, SQLModel, col, select

from storage.instants import Instant

GENESIS = "0" * 64
SEAL_BATCH = 2_000
Change = tuple[object, object]


class AuditLine(SQLModel, table=True):
    """审计: who did what to which record. `fields` is JSON: {field: [digest before, digest after]}."""

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=Instant)
    actor_id: int | None = None
    on_behalf_of: int | None = None
    action: str = Field(index=True)
    subject: str
    subject_id: int
    fields: str = "{}"


class AuditSeal(SQLModel, table=True):
    """封存: the chained digest of one line. Its own id is the order of the chain: PostgreSQL may commit a lower line
    id after a higher one was sealed."""

    id: int | None = Field(default=None, primary_key=True)
    line_id: int = Field(unique=True)
    digest: str


@dataclass(frozen=True)
class Verdict:
    """What verifying found: lines checked, lines waiting for the sealer, and the first broken line, if any."""

    checked: int
    unsealed: int
    broken_line: int | None
    reason: str = ""
    head: str = ""
    """The last digest of the chain: whoever keeps it elsewhere can tell later that the end was not cut off."""
    knows_head: bool = True
    """Whether the chain still holds the digest that was asked for."""


def digest_of(value: object) -> str:
    """A short digest of a value: enough to prove what it was, not to read it."""
    return hashlib.sha256(repr(value).encode()).hexdigest()[:20]


def line_values(
    *,
    action: str,
    subject: str,
    subject_id: int,
    actor_id: int | None,
    now: datetime,
    fields: Mapping[str, Change] | None = None,
    on_behalf_of: int | None = None,
) -> dict[str, Any]:
    """The column values of one audit line, for bulk inserts."""
    digests = {name: [digest_of(old), digest_of(new)] for name, (old, new) in sorted((fields or {}).items())}
    return {
        "at": now,
        "actor_id": actor_id,
        "on_behalf_of": on_behalf_of,
        "action": action,
        "subject": subject,
        "subject_id": subject_id,
        "fields": json.dumps(digests),
    }


def record(
    session: Session,
    *,
    action: str,
    subject: str,
    subject_id: int,
    actor_id: int | None,
    now: datetime,
    fields: Mapping[str, Change] | None = None,
    on_behalf_of: int | None = None,
) -> None:
    """Append one line in the caller's transaction. `actor_id` None = the operator at the command line."""
    values = line_values(
        action=action,
        subject=subject,
        subject_id=subject_id,
        actor_id=actor_id,
        now=now,
        fields=fields,
        on_behalf_of=on_behalf_of,
    )
    session.add(AuditLine(**values))


def record_many(session: Session, lines: Iterable[dict[str, Any]]) -> None:
    """Append many lines made by `line_values` at once."""
    rows = list(lines)
    if rows:
        session.execute(insert(AuditLine), rows)


def seal(session: Session) -> int:
    """Chain the lines committed since the last seal, in id order, and say how many; run by one sealer at a time."""
    last = session.exec(select(AuditSeal).order_by(col(AuditSeal.id).desc()).limit(1)).first()
    digest = last.digest if last else GENESIS
    sealed = select(AuditSeal.id).where(col(AuditSeal.line_id) == col(AuditLine.id)).exists()
    count = 0
    while lines := session.exec(select(AuditLine).where(~sealed).order_by(col(AuditLine.id)).limit(SEAL_BATCH)).all():
        seals = []
        for line in lines:
            digest = _chained(digest, line)
            seals.append({"line_id": line.id, "digest": digest})
        session.execute(insert(AuditSeal), seals)
        session.expunge_all()
        count += len(seals)
    return count


def verify(session: Session, kept_head: str = "") -> Verdict:
    """Recompute the chain from the start; the first sealed line that was changed or removed is named.

    `kept_head`: the head of an earlier verdict, or its beginning. Only that tells when lines were cut off at the end,
    or when the whole chain was made anew.
    """
    digest, checked, is_known = GENESIS, 0, not kept_head
    with session.exec(
        select(AuditSeal, AuditLine)
        .join(AuditLine, col(AuditLine.id) == col(AuditSeal.line_id), isouter=True)
        .order_by(col(AuditSeal.id))
        .execution_options(yield_per=SEAL_BATCH)
    ) as rows:
        for sealed, line in rows:
            if line is None:
                return Verdict(checked, 0, sealed.line_id, "这一行已被删除")
            if _chained(digest, line) != sealed.digest:
                return Verdict(checked, 0, sealed.line_id, "这一行或它之前的记录与封存时不同")
            digest, checked = sealed.digest, checked + 1
            is_known = is_known or digest.startswith(kept_head)
    total = session.exec(select(func.count()).select_from(AuditLine)).one()
    return Verdict(checked, total - checked, None, head=digest, knows_head=is_known)


def _chained(previous: str, line: AuditLine) -> str:
    content = [
        line.id,
        line.at.astimezone(UTC).isoformat(),
        line.actor_id,
        line.on_behalf_of,
        line.action,
        line.subject,
        line.subject_id,
        line.fields,
    ]
    return hashlib.sha256((previous + json.dumps(content, ensure_ascii=False)).encode()).hexdigest()
