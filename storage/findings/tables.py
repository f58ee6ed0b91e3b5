"""Finding, Measure, ResponsibleParty, ProgressEntry and evidence (问题、举措、责任人、进展、佐证)."""

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.instants import Instant


class Finding(SQLModel, table=True):
    """问题: about a person (`person_id`) or, without one, about the unit; findings about a unit stay with the unit.

    `talking_unit_id` decides which staff see it; `issued_at` when its subject may; `problem_type` (问题类型) is a name
    of the rulebook's catalogue, or "".
    """

    __table_args__ = (Index("ix_finding_status", "status"),)

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    talk_id: int | None = Field(default=None, foreign_key="talk.id", index=True)
    parent_id: int | None = Field(default=None, foreign_key="finding.id")
    unit_id: int = Field(foreign_key="unit.id", index=True)
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    talking_unit_id: int = Field(foreign_key="unit.id", index=True)
    origin: str
    problem: str
    problem_type: str = ""
    root_cause: str = ""
    at_once: bool = False
    status: str
    found_on: date
    issued_at: datetime | None = Field(default=None, sa_type=Instant)
    completed_on: date | None = None
    void_reason: str = ""


class Measure(SQLModel, table=True):
    """举措: one measure of a finding with its own deadline (时限); `percent` is the current progress."""

    __table_args__ = (UniqueConstraint("finding_id", "position"),)

    id: int | None = Field(default=None, primary_key=True)
    finding_id: int = Field(foreign_key="finding.id")
    position: int = 1
    text: str
    due_on: date | None = Field(default=None, index=True)
    percent: int = 0
    expected_on: date | None = None


class ResponsibleParty(SQLModel, table=True):
    """责任人: who answers for a finding, and in which of the three responsibilities."""

    __table_args__ = (UniqueConstraint("finding_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    finding_id: int = Field(foreign_key="finding.id")
    person_id: int = Field(foreign_key="person.id", index=True)
    role: str


class ProgressEntry(SQLModel, table=True):
    """进展: one confirmed report, never edited: a correction (更正) names what it replaces, a void keeps its reason."""

    id: int | None = Field(default=None, primary_key=True)
    measure_id: int = Field(foreign_key="measure.id", index=True)
    done: str
    percent: int
    expected_on: date | None = None
    obstacles: str = ""
    reported_at: datetime = Field(sa_type=Instant)
    actor_id: int = Field(foreign_key="person.id")
    on_behalf_of: int | None = Field(default=None, foreign_key="person.id")
    form_session_id: int | None = Field(default=None, unique=True)
    replaces_id: int | None = Field(default=None, foreign_key="progressentry.id", index=True)
    correction_reason: str = ""
    void_reason: str = ""


class Attachment(SQLModel, table=True):
    """附件: a stored file. `digest` names its content in the attachments folder; `name` is only shown, never a path."""

    id: int | None = Field(default=None, primary_key=True)
    digest: str = Field(index=True)
    name: str
    media: str
    size: int
    owner_id: int = Field(foreign_key="person.id")
    received_at: datetime = Field(sa_type=Instant)


class ProgressEvidence(SQLModel, table=True):
    """佐证: a file that came with a progress report."""

    __table_args__ = (UniqueConstraint("entry_id", "attachment_id"),)

    id: int | None = Field(default=None, primary_key=True)
    entry_id: int = Field(foreign_key="progressentry.id")
    attachment_id: int = Field(foreign_key="attachment.id")


class Review(SQLModel, table=True):
    """验收: a decision on a finding handed in for closing, by someone other than the doer."""

    id: int | None = Field(default=None, primary_key=True)
    finding_id: int = Field(foreign_key="finding.id", index=True)
    accepted: bool
    reason: str = ""
    at: datetime = Field(sa_type=Instant)
    actor_id: int = Field(foreign_key="person.id")


class Extension(SQLModel, table=True):
    """延期: a request to move a measure's deadline, and its decision; the old date is kept."""

    id: int | None = Field(default=None, primary_key=True)
    measure_id: int = Field(foreign_key="measure.id", index=True)
    from_on: date | None = None
    to_on: date
    reason: str
    requested_at: datetime = Field(sa_type=Instant)
    requested_by: int = Field(foreign_key="person.id")
    on_behalf_of: int | None = Field(default=None, foreign_key="person.id")
    form_session_id: int | None = Field(default=None, unique=True)
    approved: bool | None = None
    decided_at: datetime | None = Field(default=None, sa_type=Instant)
    decided_by: int | None = Field(default=None, foreign_key="person.id")
    decision_reason: str = ""


class LookBack(SQLModel, table=True):
    """回头看: ordered on a closed finding, with its day and its result; a bad result can reopen the finding.

    One called off keeps its row with the reason in `void_reason`.
    """

    id: int | None = Field(default=None, primary_key=True)
    finding_id: int = Field(foreign_key="finding.id", index=True)
    due_on: date
    note: str = ""
    ordered_at: datetime = Field(sa_type=Instant)
    ordered_by: int = Field(foreign_key="person.id")
    holds: bool | None = None
    result: str = ""
    reopened: bool = False
    recorded_at: datetime | None = Field(default=None, sa_type=Instant)
    recorded_by: int | None = Field(default=None, foreign_key="person.id")
    void_reason: str = ""


class MeetingAnalysis(SQLModel, table=True):
    """会上剖析: that a problem was analysed at the democratic-life meeting, when and in which words (R2)."""

    id: int | None = Field(default=None, primary_key=True)
    finding_id: int = Field(foreign_key="finding.id", index=True)
    held_on: date
    text: str
    at: datetime = Field(sa_type=Instant)
    actor_id: int = Field(foreign_key="person.id")
    on_behalf_of: int | None = Field(default=None, foreign_key="person.id")
    void_reason: str = ""
