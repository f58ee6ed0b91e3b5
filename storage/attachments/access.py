"""Who may have a stored file: its owner, and whoever may see the evidence of the finding it belongs to."""

from dataclasses import dataclass

from sqlalchemy import or_
from sqlmodel import Session, col, select

from storage.errors import NotFound
from storage.findings.access import may_see_evidence
from storage.findings.tables import Attachment, Finding, Measure, ProgressEntry, ProgressEvidence
from storage.people.rules import Actor


@dataclass(frozen=True)
class AttachmentView:
    """A file by its content, with the name to show and its media type."""

    digest: str
    name: str
    media: str


def is_somebodys(session: Session, digest: str) -> bool:
    """Whether somebody sent a file of this content; else it is one we made ourselves, such as an invitation."""
    return session.exec(select(Attachment.id).where(Attachment.digest == digest).limit(1)).first() is not None


def attachment_for(session: Session, actor: Actor, digest: str) -> AttachmentView:
    """The file of this content. NotFound when there is none or it is not theirs to have."""
    as_evidence = (
        select(ProgressEvidence.attachment_id)
        .join(ProgressEntry, col(ProgressEntry.id) == col(ProgressEvidence.entry_id))
        .join(Measure, col(Measure.id) == col(ProgressEntry.measure_id))
        .join(Finding, col(Finding.id) == col(Measure.finding_id))
        .where(may_see_evidence(actor))
    )
    found = session.exec(
        select(Attachment.digest, Attachment.name, Attachment.media)
        .where(
            Attachment.digest == digest,
            or_(col(Attachment.owner_id) == actor.person_id, col(Attachment.id).in_(as_evidence)),
        )
        .order_by((col(Attachment.owner_id) == actor.person_id).desc(), col(Attachment.id))
    ).first()
    if found is None:
        raise NotFound()
    return AttachmentView(*found)
