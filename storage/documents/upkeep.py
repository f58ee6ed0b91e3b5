"""Keeping the register: states, details, audience, passages, its revision. One function per fact, in the caller's transaction."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import delete, insert
from sqlmodel import Session, col, select

from storage import audit
from storage.database import lock_rows
from storage.documents.rules import AudienceChoice, AudienceLevel, DocumentState, Kind, Standing, first_day
from storage.documents.tables import DocumentVersion, Passage, PolicyDocument, RegisterRevision
from storage.errors import NotFound, NotPermitted
from storage.people.queries import unit_id_of
from storage.people.rules import Actor


@dataclass(frozen=True)
class Details:
    """What the register says about a document besides its text. `issued` is a year, a month or a day, as given."""

    title: str
    kind: Kind
    kind_confirmed: bool = False
    issuer: str = ""
    number: str = ""
    issued: str = ""
    in_force_from: date | None = None
    in_force_until: date | None = None
    trial: bool = False
    standing: Standing = Standing.UNKNOWN
    superseded_by: str = ""
    note: str = ""


@dataclass(frozen=True)
class NewPassage:
    """One passage as the splitter made it; see the table `Passage`."""

    block: int
    heading: str
    text: str
    context: str = ""
    outline: bool = False


def withdraw(session: Session, *, document_id: int, reason: str, actor: Actor | None, now: datetime) -> None:
    """Take a document out of use (撤下): from the next question on it answers nothing."""
    _set_state(session, document_id, DocumentState.WITHDRAWN, reason, actor, now)


def reinstate(session: Session, *, document_id: int, reason: str, actor: Actor | None, now: datetime) -> None:
    """Put a withdrawn document back into use."""
    _set_state(session, document_id, DocumentState.ACTIVE, reason, actor, now)


def release(
    session: Session, *, document_id: int, passages: Sequence[NewPassage], actor: Actor | None, now: datetime
) -> int:
    """Let a held version (待审) into use after review and give its number. Errors: NotFound when none is held."""
    require_keeper(actor)
    document = locked_document(session, document_id)
    if document.held_version is None:
        raise NotFound("没有待审的版本。")
    held = session.exec(
        select(DocumentVersion).where(
            DocumentVersion.document_id == document_id, DocumentVersion.version == document.held_version
        )
    ).one()
    before = document.version, document.state
    document.version, document.digest, document.held_version = held.version, held.digest, None
    document.state, document.state_reason, document.updated_at = DocumentState.ACTIVE, "", now
    cut_into(session, document_id, passages)
    changed = {"version": (before[0], held.version), "state": (before[1], document.state)}
    note_change(session, "release_document", document_id, actor, now, changed)
    return held.version


def set_details(session: Session, *, document_id: int, details: Details, actor: Actor | None, now: datetime) -> None:
    """Correct what the register says about a document; the text stays as it is."""
    require_keeper(actor)
    document = locked_document(session, document_id)
    changed = describe(document, details)
    if changed:
        document.updated_at = now
        note_change(session, "describe_document", document_id, actor, now, changed)


def set_audience(
    session: Session, *, document_id: int, audience: AudienceChoice, actor: Actor | None, now: datetime
) -> None:
    """Choose who may see a document (知悉范围). Errors: NotFound when the unit is unknown."""
    require_keeper(actor)
    document = locked_document(session, document_id)
    changed = open_to(document, audience.level, audience_unit(session, audience))
    if changed:
        document.updated_at = now
        note_change(session, "set_document_audience", document_id, actor, now, changed)


def replace_passages(session: Session, *, document_id: int, passages: Sequence[NewPassage]) -> None:
    """Cut a document's current text anew; nothing of the record changes, so no audit line is written."""
    locked_document(session, document_id)
    cut_into(session, document_id, passages)
    bump_revision(session)


def bump_revision(session: Session) -> int:
    """Count one change of the register; every reader sees it and reloads."""
    row = session.scalars(lock_rows(select(RegisterRevision), skip_locked=False)).first()
    if row is None:
        row = RegisterRevision(revision=0)
    row.revision += 1
    session.add(row)
    session.flush()
    return row.revision


def _set_state(
    session: Session, document_id: int, state: DocumentState, reason: str, actor: Actor | None, now: datetime
) -> None:
    require_keeper(actor)
    document = locked_document(session, document_id)
    before, document.state, document.state_reason, document.updated_at = document.state, state, reason, now
    note_change(
        session, "set_document_state", document_id, actor, now, {"state": (before, state), "reason": ("", reason)}
    )


def cut_into(session: Session, document_id: int, passages: Sequence[NewPassage]) -> None:
    """Replace the passages of a document."""
    session.execute(delete(Passage).where(col(Passage.document_id) == document_id))
    rows = [{"document_id": document_id, "position": n, **asdict(passage)} for n, passage in enumerate(passages)]
    if rows:
        session.execute(insert(Passage), rows)


def describe(document: PolicyDocument, details: Details) -> dict[str, audit.Change]:
    """Set what the register says about a document; what that changed."""
    values = asdict(details) | {"issued_on": first_day(details.issued)}
    changed: dict[str, audit.Change] = {}
    for field, value in values.items():
        before = getattr(document, field)
        if before != value:
            changed[field] = (before, value)
            setattr(document, field, value)
    return changed


def open_to(document: PolicyDocument, level: AudienceLevel, unit_id: int | None) -> dict[str, audit.Change]:
    """Set who may see a document; what that changed."""
    before = (document.audience, document.audience_unit_id)
    if before == (level, unit_id):
        return {}
    document.audience, document.audience_unit_id = level, unit_id
    return {"audience": (before, (str(level), unit_id))}


def audience_unit(session: Session, audience: AudienceChoice) -> int | None:
    """The unit an audience names, if it names one. NotFound where that is unknown."""
    return unit_id_of(session, audience.unit_code) if audience.level == AudienceLevel.UNIT else None


def require_keeper(actor: Actor | None) -> None:
    """NotPermitted for whoever may not keep the register; None is the operator."""
    if actor is not None and not (actor.is_staff or actor.administrator_paths):
        raise NotPermitted("只有工作人员可以维护制度文件。")


def locked_document(session: Session, document_id: int) -> PolicyDocument:
    """The document, held for this transaction. NotFound."""
    document: PolicyDocument | None = session.scalars(
        lock_rows(select(PolicyDocument).where(PolicyDocument.id == document_id), skip_locked=False)
    ).first()
    if document is None:
        raise NotFound
    return document


def note_change(
    session: Session,
    action: str,
    document_id: int,
    actor: Actor | None,
    now: datetime,
    changed: dict[str, audit.Change],
) -> None:
    """Leave the audit line of a change, and count it: every reader reloads."""
    actor_id = actor.person_id if actor else None
    audit.record(
        session,
        action=action,
        subject="policy_document",
        subject_id=document_id,
        actor_id=actor_id,
        now=now,
        fields=changed,
    )
    bump_revision(session)
