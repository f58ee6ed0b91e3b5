"""Meeting, TalkYear, Talk and what hangs on them (民主生活会、年度谈话任务、谈话)."""

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.instants import Instant


class Meeting(SQLModel, table=True):
    """民主生活会: one a unit and year; its date moves, with history."""

    __table_args__ = (UniqueConstraint("unit_id", "year"),)

    id: int | None = Field(default=None, primary_key=True)
    unit_id: int = Field(foreign_key="unit.id")
    year: int
    held_on: date


class MeetingMove(SQLModel, table=True):
    """改期: a meeting's date before and after."""

    id: int | None = Field(default=None, primary_key=True)
    meeting_id: int = Field(foreign_key="meeting.id", index=True)
    from_on: date
    to_on: date
    at: datetime = Field(sa_type=Instant)
    actor_id: int | None = Field(default=None, foreign_key="person.id")


class TalkYear(SQLModel, table=True):
    """年度谈话任务: one person's duty to be talked to before one meeting.

    `next_stage_on` is the day of the next unsent stage (None: nothing to plan); `stage_passed` the last stage sent or
    counted as sent for the present deadline. A satisfied duty names its talk; a closed one gives its reason.
    """

    __table_args__ = (
        UniqueConstraint("posting_id", "meeting_id"),
        UniqueConstraint("talk_id", "person_id"),
        Index("ix_talkyear_due", "next_stage_on", "status"),
        Index("ix_talkyear_person", "person_id", "status"),
    )

    id: int | None = Field(default=None, primary_key=True)
    posting_id: int = Field(foreign_key="posting.id")
    person_id: int = Field(foreign_key="person.id")
    unit_id: int = Field(foreign_key="unit.id")
    talking_unit_id: int = Field(foreign_key="unit.id", index=True)
    meeting_id: int = Field(foreign_key="meeting.id", index=True)
    deadline_on: date
    known_on: date
    status: str
    talk_id: int | None = Field(default=None, foreign_key="talk.id")
    closed_reason: str = ""
    rulebook: str
    stage_passed: int | None = None
    next_stage_on: date | None = None
    provisional: bool = False


class Talk(SQLModel, table=True):
    """谈话: one conversation, planned or held. Only 政治监督谈话 counts for the yearly duty."""

    __table_args__ = (Index("ix_talk_held", "held_on", "type"),)

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    type: str
    mode: str
    status: str
    talking_unit_id: int = Field(foreign_key="unit.id", index=True)
    talker_id: int = Field(foreign_key="person.id", index=True)
    recorder_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    planned_at: datetime | None = Field(default=None, sa_type=Instant)
    place: str = ""
    held_on: date | None = None
    recorded_at: datetime | None = Field(default=None, sa_type=Instant)
    issued_at: datetime | None = Field(default=None, sa_type=Instant)
    prepared_at: datetime | None = Field(default=None, sa_type=Instant)
    void_reason: str = ""


class TalkSubject(SQLModel, table=True):
    """谈话对象: who was talked to, in which unit they then served, and what they stated."""

    __table_args__ = (UniqueConstraint("talk_id", "person_id"), Index("ix_talksubject_person", "person_id"))

    id: int | None = Field(default=None, primary_key=True)
    talk_id: int = Field(foreign_key="talk.id")
    person_id: int = Field(foreign_key="person.id")
    unit_id: int = Field(foreign_key="unit.id", index=True)
    category: str = ""
    statement: str = ""
    acknowledged_at: datetime | None = Field(default=None, sa_type=Instant)
    objection: str = ""
    objected_at: datetime | None = Field(default=None, sa_type=Instant)


class Preparation(SQLModel, table=True):
    """调研准备: a ticked item of a planned talk's checklist; `item` is its key in the rulebook.

    Once all are ticked the talk says since when (`prepared_at`).
    """

    __table_args__ = (UniqueConstraint("talk_id", "item"),)

    id: int | None = Field(default=None, primary_key=True)
    talk_id: int = Field(foreign_key="talk.id")
    item: str
    at: datetime = Field(sa_type=Instant)
    actor_id: int = Field(foreign_key="person.id")
    on_behalf_of: int | None = Field(default=None, foreign_key="person.id")


class TalkRecord(SQLModel, table=True):
    """谈话记录: one version of the full record; a correction (更正) adds a version, statistics use the latest."""

    __table_args__ = (UniqueConstraint("talk_id", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    talk_id: int = Field(foreign_key="talk.id")
    version: int = 1
    evaluation: str
    cases: str = ""
    shortcomings: str
    explanation: str
    suggestions: str = ""
    recorded_at: datetime = Field(sa_type=Instant)
    actor_id: int | None = Field(default=None, foreign_key="person.id")
    on_behalf_of: int | None = Field(default=None, foreign_key="person.id")
    reason: str = ""


class LinkChange(SQLModel, table=True):
    """改挂: which duty a talk satisfied, changed by staff, with the reason."""

    id: int | None = Field(default=None, primary_key=True)
    talk_id: int = Field(foreign_key="talk.id", index=True)
    from_duty_id: int | None = Field(default=None, foreign_key="talkyear.id")
    to_duty_id: int | None = Field(default=None, foreign_key="talkyear.id")
    reason: str
    at: datetime = Field(sa_type=Instant)
    actor_id: int | None = Field(default=None, foreign_key="person.id")


class Outline(SQLModel, table=True):
    """谈话提纲: drafted for one yearly duty, countersigned by discipline body and organisation department.

    `bounds_reason` says why the number of questions lies outside the rulebook's bounds.
    """

    id: int | None = Field(default=None, primary_key=True)
    duty_id: int = Field(foreign_key="talkyear.id", index=True)
    talking_unit_id: int = Field(foreign_key="unit.id", index=True)
    status: str
    drafted_by: int = Field(foreign_key="person.id")
    drafted_at: datetime = Field(sa_type=Instant)
    sent_by: int | None = Field(default=None, foreign_key="person.id")
    sent_at: datetime | None = Field(default=None, sa_type=Instant)
    bounds_reason: str = ""


class OutlineQuestion(SQLModel, table=True):
    """提纲问题: topic of a named scheme, about the unit or the person, with facts, evidence and what is asked for."""

    id: int | None = Field(default=None, primary_key=True)
    outline_id: int = Field(foreign_key="outline.id", index=True)
    position: int
    scheme: str
    topic: str
    about_unit: bool
    question: str
    facts: str
    evidence: str
    requirement: str = ""
    added_by: int = Field(foreign_key="person.id")
    removed_at: datetime | None = Field(default=None, sa_type=Instant)


class OutlineSignature(SQLModel, table=True):
    """会签: one side's decision on an outline sent round; a new round asks again."""

    id: int | None = Field(default=None, primary_key=True)
    outline_id: int = Field(foreign_key="outline.id", index=True)
    role: str
    agreed: bool
    reason: str = ""
    at: datetime = Field(sa_type=Instant)
    actor_id: int = Field(foreign_key="person.id")
    sent_at: datetime = Field(sa_type=Instant)


class TalkCheck(SQLModel, table=True):
    """谈话质量自查: the talker's own checklist after a talk. `answers` is JSON {item: yes or no}."""

    __table_args__ = (UniqueConstraint("talk_id", "actor_id"),)

    id: int | None = Field(default=None, primary_key=True)
    talk_id: int = Field(foreign_key="talk.id")
    answers: str
    note: str = ""
    at: datetime = Field(sa_type=Instant)
    actor_id: int = Field(foreign_key="person.id")
