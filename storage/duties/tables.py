"""Obligation (其他任务): one thing to be done by a day, kept level with the facts it follows from."""

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.instants import Instant


class Obligation(SQLModel, table=True):
    """其他任务: of one rule, about one record (`ref_id`: a talk, a measure, a finding, a posting, a unit) and period.

    `base_on` or `base_at` is the fact the deadline is counted from; when it moves, the deadline moves and its stages
    count anew. `unit_id` decides which staff are in charge. `next_stage_on` is the day of the next unsent stage.
    """

    __table_args__ = (
        UniqueConstraint("rule", "ref_id", "period"),
        Index("ix_obligation_due", "rule", "next_stage_on"),
    )

    id: int | None = Field(default=None, primary_key=True)
    rule: str
    ref_id: int
    period: str = ""
    unit_id: int = Field(foreign_key="unit.id")
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    talk_id: int | None = Field(default=None, foreign_key="talk.id")
    finding_id: int | None = Field(default=None, foreign_key="finding.id")
    base_on: date | None = None
    base_at: datetime | None = Field(default=None, sa_type=Instant)
    deadline_on: date
    known_on: date
    is_open: bool = True
    done_on: date | None = None
    done_by: int | None = Field(default=None, foreign_key="person.id")
    note: str = ""
    rulebook: str
    stage_passed: int | None = None
    next_stage_on: date | None = None
    provisional: bool = False
