"""Policy documents, their versions and passages (制度文件、版本、段落)."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.instants import Instant


class PolicyDocument(SQLModel, table=True):
    """制度文件: one document of the register, known by its file name. The text is that of its current version."""

    __table_args__ = (
        CheckConstraint("audience <> '单位' OR audience_unit_id IS NOT NULL", name="restricted_to_a_unit"),
    )

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    title: str
    issuer: str = ""
    number: str = ""
    kind: str
    kind_confirmed: bool = False
    """False: guessed from the text, to be confirmed by a person."""
    issued: str = ""
    """As given: a year, a month or a day."""
    issued_on: date | None = None
    in_force_from: date | None = None
    in_force_until: date | None = None
    """Exclusive."""
    trial: bool = False
    """试行"""
    standing: str
    superseded_by: str = ""
    """Name of the document that takes its place, registered or not."""
    note: str = ""
    audience: str
    audience_unit_id: int | None = Field(default=None, foreign_key="unit.id")
    state: str = Field(index=True)
    state_reason: str = ""
    version: int = 1
    held_version: int | None = None
    """A version that waits for review (待审): kept, not answered from."""
    digest: str
    """SHA-256 of the current version's bytes, hex."""
    updated_at: datetime = Field(sa_type=Instant)


class DocumentVersion(SQLModel, table=True):
    """文件版本: one text that was registered under a name; never changed, never removed."""

    __table_args__ = (UniqueConstraint("document_id", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    document_id: int = Field(foreign_key="policydocument.id", index=True)
    version: int
    digest: str
    media: str
    text: str
    registered_at: datetime = Field(sa_type=Instant)
    registered_by: int | None = Field(default=None, foreign_key="person.id")


class Passage(SQLModel, table=True):
    """段落 of a document's current version: `text` is the file's own characters, white space aside."""

    __table_args__ = (UniqueConstraint("document_id", "position"),)

    id: int | None = Field(default=None, primary_key=True)
    document_id: int = Field(foreign_key="policydocument.id", index=True)
    position: int
    block: int
    """Passages of one block (an article, a paragraph) carry the same number."""
    heading: str
    """Path of headings, such as 第二章 组织设置 › 第八条."""
    text: str
    context: str = ""
    """What the passage needs to be found by but does not say itself: the stem of a list cut in two."""
    outline: bool = False
    """The headings or lead sentences of a section, one a line, not running text."""


class ModelUse(SQLModel, table=True):
    """模型用量: calls of the chat model on one day, for the daily budget."""

    day: date = Field(primary_key=True)
    calls: int = 0


class RegisterRevision(SQLModel, table=True):
    """登记版次: one row; goes up with every change of the register, so that readers know cheaply when to reload."""

    id: int | None = Field(default=None, primary_key=True)
    revision: int = 0
