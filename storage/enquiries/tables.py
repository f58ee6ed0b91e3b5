"""OpenQuestion, StandardAnswer and its versions (转办提问、标准答复)."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.instants import Instant


class OpenQuestion(SQLModel, table=True):
    """转办提问: a question passed to staff by its asker; answered once.

    `unit_id` is the asker's unit when it was passed: its staff are responsible. The cited passage is kept word for word
    with the version it stood in.
    """

    id: int | None = Field(default=None, primary_key=True)
    log_id: int = Field(foreign_key="questionlog.id", unique=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    unit_id: int | None = Field(default=None, foreign_key="unit.id", index=True)
    question: str
    passed_at: datetime = Field(sa_type=Instant)
    answer: str = ""
    cited_document_id: int | None = Field(default=None, foreign_key="policydocument.id")
    cited_heading: str = ""
    cited_quote: str = ""
    answered_by: int | None = Field(default=None, foreign_key="person.id")
    answered_at: datetime | None = Field(default=None, sa_type=Instant)


class StandardAnswer(SQLModel, table=True):
    """标准答复: an answer of staff that is given first to the same question, by its owner, until withdrawn.

    `question_key` is the question as it is compared; `unit_id` the unit whose staff (and those above) keep it.
    """

    __table_args__ = (
        CheckConstraint("audience <> '单位' OR audience_unit_id IS NOT NULL", name="answer_restricted_to_a_unit"),
    )

    id: int | None = Field(default=None, primary_key=True)
    question: str
    question_key: str = Field(index=True)
    answer: str
    cited_document_id: int | None = Field(default=None, foreign_key="policydocument.id")
    cited_heading: str = ""
    cited_quote: str = ""
    audience: str
    audience_unit_id: int | None = Field(default=None, foreign_key="unit.id")
    unit_id: int = Field(foreign_key="unit.id", index=True)
    owner_id: int = Field(foreign_key="person.id", index=True)
    review_on: date
    state: str = Field(index=True)
    state_reason: str = ""
    version: int = 1
    open_question_id: int | None = Field(default=None, foreign_key="openquestion.id")
    updated_at: datetime = Field(sa_type=Instant)


class StandardAnswerVersion(SQLModel, table=True):
    """标准答复版本: one wording of a standard answer; never changed, never removed."""

    __table_args__ = (UniqueConstraint("standard_answer_id", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    standard_answer_id: int = Field(foreign_key="standardanswer.id", index=True)
    version: int
    question: str
    answer: str
    cited_document_id: int | None = Field(default=None, foreign_key="policydocument.id")
    cited_heading: str = ""
    cited_quote: str = ""
    written_at: datetime = Field(sa_type=Instant)
    written_by: int = Field(foreign_key="person.id")
