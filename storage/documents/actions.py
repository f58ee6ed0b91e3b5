"""The writes of the register: one function per fact, in the caller's transaction."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import delete, insert
from sqlmodel import Session, col, select

from storage import audit
from storage.database import insert_new, lock_rows
from storage.documents.rules import AudienceChoice, AudienceLevel, DocumentState, Kind, Standing, first_day
from storage.documents.tables import DocumentVersion, ModelUse, Passage, PolicyDocument, RegisterRevision
from storage.errors import NotFound, NotPermitted
from storage.people.queries import unit_id_of
from storage.people.rules import Actor


class Outcome(StrEnum):
    """What registering a file came to."""

    ADDED = "added"
    NEW_VERSION = "new_version"
    UNCHANGED = "unchanged"
    HELD = "held"
    REFUSED = "refused"


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
    _require_keeper(actor)
    unit_id = _unit_id(session, audience)
    document = session.scalars(
        lock_rows(select(PolicyDocument).where(PolicyDocument.name == name), skip_locked=False)
    ).first()
    if document is None:
        return _add(session, name, new, details, audience.level, unit_id, suspicion, actor, now)
    return _renew(session, document, new, details, audience.level, unit_id, suspicion, actor, now)


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
    _require_keeper(actor)
    document = _locked(session, document_id)
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
    _replace_passages(session, document_id, passages)
    changed = {"version": (before[0], held.version), "state": (before[1], document.state)}
    _note(session, "release_document", document_id, actor, now, changed)
    return held.version


def set_details(session: Session, *, document_id: int, details: Details, actor: Actor | None, now: datetime) -> None:
    """Correct what the register says about a document; the text stays as it is."""
    _require_keeper(actor)
    document = _locked(session, document_id)
    changed = _apply(document, details)
    if changed:
        document.updated_at = now
        _note(session, "describe_document", document_id, actor, now, changed)


def set_audience(
    session: Session, *, document_id: int, audience: AudienceChoice, actor: Actor | None, now: datetime
) -> None:
    """Choose who may see a document (知悉范围). Errors: NotFound when the unit is unknown."""
    _require_keeper(actor)
    document = _locked(session, document_id)
    changed = _apply_audience(document, audience.level, _unit_id(session, audience))
    if changed:
        document.updated_at = now
        _note(session, "set_document_audience", document_id, actor, now, changed)


def replace_passages(session: Session, *, document_id: int, passages: Sequence[NewPassage]) -> None:
    """Cut a document's current text anew; nothing of the record changes, so no audit line is written."""
    _locked(session, document_id)
    _replace_passages(session, document_id, passages)
    bump_revision(session)


def spend_model_call(session: Session, *, day: date, limit: int) -> bool:
    """Count one call of the chat model against the day's budget; False when it is used up."""
    insert_new(session, ModelUse, [{"day": day, "calls": 0}])
    row = session.scalars(lock_rows(select(ModelUse).where(ModelUse.day == day), skip_locked=False)).one()
    if row.calls >= limit:
        return False
    row.calls += 1
    return True


def bump_revision(session: Session) -> int:
    """Count one change of the register; every reader sees it and reloads."""
    row = session.scalars(lock_rows(select(RegisterRevision), skip_locked=False)).first()
    if row is None:
        row = RegisterRevision(revision=0)
    row.revision += 1
    session.add(row)
    session.flush()
    return row.revision


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
        _replace_passages(session, document.id, new.passages)
    _note(session, "add_document", document.id, actor, now, {"digest": ("", new.digest), "audience": ("", level)})
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
        changed |= _apply(document, details) | _apply_audience(document, level, unit_id)
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
        _note(session, "renew_document", document.id, actor, now, changed)
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
    _replace_passages(session, document.id, new.passages)
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


def _replace_passages(session: Session, document_id: int, passages: Sequence[NewPassage]) -> None:
    session.execute(delete(Passage).where(col(Passage.document_id) == document_id))
    rows = [{"document_id": document_id, "position": n, **asdict(passage)} for n, passage in enumerate(passages)]
    if rows:
        session.execute(insert(Passage), rows)


def _set_state(
    session: Session, document_id: int, state: DocumentState, reason: str, actor: Actor | None, now: datetime
) -> None:
    _require_keeper(actor)
    document = _locked(session, document_id)
    before, document.state, document.state_reason, document.updated_at = document.state, state, reason, now
    _note(session, "set_document_state", document_id, actor, now, {"state": (before, state), "reason": ("", reason)})


def _apply(document: PolicyDocument, details: Details) -> dict[str, audit.Change]:
    values = asdict(details) | {"issued_on": first_day(details.issued)}
    changed: dict[str, audit.Change] = {}
    for field, value in values.items():
        before = getattr(document, field)
        if before != value:
            changed[field] = (before, value)
            setattr(document, field, value)
    return changed


def _apply_audience(document: PolicyDocument, level: AudienceLevel, unit_id: int | None) -> dict[str, audit.Change]:
    before = (document.audience, document.audience_unit_id)
    if before == (level, unit_id):
        return {}
    document.audience, document.audience_unit_id = level, unit_id
    return {"audience": (before, (str(level), unit_id))}


def _unit_id(session: Session, audience: AudienceChoice) -> int | None:
    return unit_id_of(session, audience.unit_code) if audience.level == AudienceLevel.UNIT else None


def _require_keeper(actor: Actor | None) -> None:
    if actor is not None and not (actor.is_staff or actor.administrator_paths):
        raise NotPermitted("只有工作人员可以维护制度文件。")


def _locked(session: Session, document_id: int) -> PolicyDocument:
    document: PolicyDocument | None = session.scalars(
        lock_rows(select(PolicyDocument).where(PolicyDocument.id == document_id), skip_locked=False)
    ).first()
    if document is None:
        raise NotFound
    return document


def _note(
    session: Session,
    action: str,
    document_id: int,
    actor: Actor | None,
    now: datetime,
    changed: dict[str, audit.Change],
) -> None:
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
