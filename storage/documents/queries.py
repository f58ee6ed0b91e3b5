"""Reads of the register. What is answered from comes by audience; what keepers manage comes by actor."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, case
from sqlmodel import Session, col, false, or_, select

from storage.documents.rules import Audience, AudienceLevel, DocumentState
from storage.documents.tables import DocumentVersion, Passage, PolicyDocument, RegisterRevision
from storage.errors import NotFound
from storage.people.rules import Actor


@dataclass(frozen=True)
class DocumentFacts:
    """A document as the register describes it; `successor` is the id of a registered, active one in its place."""

    id: int
    name: str
    title: str
    issuer: str
    number: str
    kind: str
    kind_confirmed: bool
    issued: str
    issued_on: date | None
    in_force_from: date | None
    in_force_until: date | None
    trial: bool
    standing: str
    superseded_by: str
    note: str
    audience: str
    audience_unit_id: int | None
    state: str
    state_reason: str
    version: int
    held_version: int | None
    digest: str


@dataclass(frozen=True)
class PassageFacts:
    """A passage of an active document's current version."""

    id: int
    document_id: int
    position: int
    block: int
    heading: str
    text: str
    context: str
    outline: bool


def revision(session: Session) -> int:
    """The register's revision: 0 when nothing was ever registered."""
    row = session.exec(select(RegisterRevision)).first()
    return row.revision if row else 0


def active_documents(session: Session) -> tuple[DocumentFacts, ...]:
    """Every document that answers, whatever its audience: for the indexes, which filter by audience themselves."""
    found = session.exec(
        select(PolicyDocument).where(PolicyDocument.state == DocumentState.ACTIVE).order_by(col(PolicyDocument.id))
    )
    return tuple(_facts(document) for document in found)


def active_passages(session: Session) -> tuple[PassageFacts, ...]:
    """Every passage of the active documents, in the order of document and position: for the indexes."""
    columns = (
        Passage.id,
        Passage.document_id,
        Passage.position,
        Passage.block,
        Passage.heading,
        Passage.text,
        Passage.context,
        Passage.outline,
    )
    found = session.execute(
        select(*columns)  # type: ignore[call-overload]
        .join(PolicyDocument, col(PolicyDocument.id) == col(Passage.document_id))
        .where(PolicyDocument.state == DocumentState.ACTIVE)
        .order_by(col(Passage.document_id), col(Passage.position))
    )
    return tuple(PassageFacts(*row) for row in found)


def documents_for(session: Session, *, audience: Audience) -> tuple[DocumentFacts, ...]:
    """The active documents an audience may see."""
    return tuple(
        document
        for document in active_documents(session)
        if audience.may_see(document.audience, document.audience_unit_id)
    )


@dataclass(frozen=True)
class FoundPassage:
    """A passage somebody looks for to cite: where it stands and what it says."""

    id: int
    title: str
    heading: str
    text: str


def passages_with(
    session: Session, words: Collection[str], *, audience: Audience, limit: int = 8
) -> list[FoundPassage]:
    """Passages this audience may see that hold most of `words` in title, heading or text, best first."""
    if not words:
        return []
    title, heading, text = col(PolicyDocument.title), col(Passage.heading), col(Passage.text)
    places = ((title, 2), (heading, 3), (text, 2))
    parts = [
        case((place.contains(word, autoescape=True), weight), else_=0) for word in words for place, weight in places
    ]
    score: ColumnElement[int] = sum(parts[1:], start=parts[0])
    rows = session.execute(
        select(Passage.id, PolicyDocument.title, Passage.heading, Passage.text)
        .join(PolicyDocument, col(PolicyDocument.id) == col(Passage.document_id))
        .where(
            PolicyDocument.state == DocumentState.ACTIVE,
            col(Passage.outline).is_(False),
            _shown_to(audience),
            score > 0,
        )
        .order_by(score.desc(), col(Passage.document_id), col(Passage.position))
        .limit(limit)
    )
    return [FoundPassage(number, name, where, said) for number, name, where, said in rows]


def _shown_to(audience: Audience) -> ColumnElement[bool]:
    """`Audience.may_see` as a condition."""
    level = col(PolicyDocument.audience)
    restricted = (level == AudienceLevel.UNIT) & col(PolicyDocument.audience_unit_id).in_(sorted(audience.units))
    internal = level == AudienceLevel.INTERNAL if audience.internal else false()
    return or_(level == AudienceLevel.PUBLIC, internal, restricted)


def register_for(session: Session, *, actor: Actor) -> tuple[DocumentFacts, ...]:
    """The whole register, held and withdrawn documents too, for those who keep it; nothing for anybody else."""
    if not (actor.is_staff or actor.administrator_paths):
        return ()
    return tuple(_facts(document) for document in session.exec(select(PolicyDocument).order_by(PolicyDocument.name)))


def document_named(session: Session, *, name: str) -> DocumentFacts | None:
    """The document registered under a file name, in whatever state: for ingesting, not for answering."""
    found = session.exec(select(PolicyDocument).where(PolicyDocument.name == name)).first()
    return _facts(found) if found else None


def text_of(session: Session, *, document_id: int, version: int) -> str:
    """The text of one version, for cutting it anew and for review. Errors: NotFound."""
    found = session.exec(
        select(DocumentVersion).where(DocumentVersion.document_id == document_id, DocumentVersion.version == version)
    ).first()
    if found is None:
        raise NotFound
    return found.text


def _facts(row: PolicyDocument) -> DocumentFacts:
    assert row.id is not None
    values = {name: getattr(row, name) for name in DocumentFacts.__dataclass_fields__}
    return DocumentFacts(**values)
