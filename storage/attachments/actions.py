"""Registering a kept file as somebody's attachment."""

from datetime import datetime

from sqlmodel import Session, select

from storage.attachments.folder import KeptFile
from storage.findings.tables import Attachment


def register_attachment(session: Session, file: KeptFile, *, owner_id: int, now: datetime) -> int:
    """The id of `file` as an attachment of its owner; the same file of the same owner is registered once."""
    known = session.exec(
        select(Attachment.id).where(Attachment.digest == file.digest, Attachment.owner_id == owner_id)
    ).first()
    if known is not None:
        return known
    row = Attachment(
        digest=file.digest, name=file.name, media=file.media, size=file.size, owner_id=owner_id, received_at=now
    )
    session.add(row)
    session.flush()
    return row.id or 0
