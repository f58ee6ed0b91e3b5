"""Taking files into the register (登记): new, a new version, unchanged, or held for review."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session, col, select

from storage import audit
from storage.database import lock_rows
from storage.documents.rules import AudienceChoice, AudienceLevel, DocumentState, first_day
from storage.documents.tables import DocumentVersion, PolicyDocument
from storage.documents.upkeep import (
    Details,
    NewPassage,
    audience_unit,
    cut_into,
    describe,
    note_change,
    open_to,
    require_keeper,
)
from storage.people.rules import Actor


class Outcome(StrEnum):
    """What registering a file came to."""

    ADDED = "added"
    NEW_VERSION = "new_version"
    UNCHANGED = "unchanged"
    HELD = "held"
    REFUSED = "refused"


@dataclass(frozen=True)
class NewText:
    """The text of one file, cleaned, with the SHA-256 (hex) of its bytes and its passages."""

    digest: str
    media: str
    text: str
    passages: Sequence[NewPassage]


@dataclass(frozen=True)
class Registered:
    """The fact: what became of the file."""

    document_id: int
    name: str
    outcome: Outcome
    version: int
    reason: str = ""


def register(
    session: Session,
    *,
    name: str,
    new: NewText,
    details: Details,
    audience: AudienceChoice,
    suspicion: str,
    actor: Actor | None,
    now: datetime,
) -> Registered:
    """Take a file into the register: new, a new version, or unchanged. A suspicious one (`suspicion`) is held.

    `actor` None is the operator at the command line. Errors: NotFound when the audience names an unknown unit,
    NotPermitted when the actor is no staff.
    """
    require_keeper(actor)
    unit_id = audience_unit(session, audience)
    document = session.scalars(
        lock_rows(select(PolicyDocument).where(PolicyDocument.name == name), skip_locked=False)
    ).first()
    if document is None:
        return _add(session, name, new, details, audience.level, unit_id, suspicion, actor, now)
    return _renew(session, document, new, details, audience.level, unit_id, suspicion, actor, now)


def _add(
    session: Session,
    name: str,
    new: NewText,
    details: Details,
    level: AudienceLevel,
    unit_id: int | None,
    suspicion: str,
    actor: Actor | None,
    now: datetime,
) -> Registered:
    document = PolicyDocument(
        name=name,
        **asdict(details),
        issued_on=first_day(details.issued),
        audience=level,
        audience_unit_id=unit_id,
        state=DocumentState.HELD if suspicion else DocumentState.ACTIVE,
        state_reason=suspicion,
        held_version=1 if suspicion else None,
        digest=new.digest,
        updated_at=now,
    )
    session.add(document)
    session.flush()
    assert document.id is not None
    _add_version(session, document.id, 1, new, actor, now)
    if not suspicion:
        cut_into(session, document.id, new.passages)
    note_change(session, "add_document", document.id, actor, now, {"digest": ("", new.digest), "audience": ("", level)})
    return Registered(document.id, name, Outcome.HELD if suspicion else Outcome.ADDED, 1, suspicion)


def _renew(
    session: Session,
    document: PolicyDocument,
    new: NewText,
    details: Details,
    level: AudienceLevel,
    unit_id: int | None,
    suspicion: str,
    actor: Actor | None,
    now: datetime,
) -> Registered:
    assert document.id is not None
    newest = session.exec(
        select(DocumentVersion)
        .where(DocumentVersion.document_id == document.id)
        .order_by(col(DocumentVersion.version).desc())
        .limit(1)
    ).one()
    changed: dict[str, audit.Change] = {}
    if not suspicion:
        changed |= describe(document, details) | open_to(document, level, unit_id)
    outcome, reason, version = Outcome.UNCHANGED, "登记信息已更新" if changed else "", document.version
    if newest.digest == new.digest:
        if document.held_version == newest.version:
            outcome, reason = Outcome.HELD, document.state_reason
    else:
        version = newest.version + 1
        _add_version(session, document.id, version, new, actor, now)
        changed["version"] = (newest.version, version)
        outcome, reason = _take_version(session, document, version, new, suspicion)
    if changed:
        document.updated_at = now
        note_change(session, "renew_document", document.id, actor, now, changed)
    return Registered(document.id, document.name, outcome, version, reason)


def _take_version(
    session: Session, document: PolicyDocument, version: int, new: NewText, suspicion: str
) -> tuple[Outcome, str]:
    assert document.id is not None
    if document.state == DocumentState.WITHDRAWN:
        suspicion = suspicion or "此文件已撤下，启用新版本须由工作人员确认"
    if suspicion:
        document.held_version, document.state_reason = version, suspicion
        return Outcome.HELD, suspicion
    document.version, document.digest, document.held_version = version, new.digest, None
    document.state, document.state_reason = DocumentState.ACTIVE, ""
    cut_into(session, document.id, new.passages)
    return Outcome.NEW_VERSION, ""


def _add_version(
    session: Session, document_id: int, version: int, new: NewText, actor: Actor | None, now: datetime
) -> None:
    session.add(
        DocumentVersion(
            document_id=document_id,
            version=version,
            digest=new.digest,
            media=new.media,
            text=new.text,
            registered_at=now,
            registered_by=actor.person_id if actor else None,
        )
    )
