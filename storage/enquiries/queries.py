"""Reads of passed questions and standard answers. What is answered with comes by audience; what is kept, by actor."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Select, func, or_
from sqlmodel import Session, col, select

from storage.conversations.tables import QuestionLog
from storage.documents.rules import Audience, AudienceLevel, DocumentState
from storage.documents.tables import DocumentVersion, Passage, PolicyDocument
from storage.enquiries.access import is_answered_by, is_kept_by
from storage.enquiries.rules import POLICY_KINDS, AnswerState, is_overdue
from storage.enquiries.tables import OpenQuestion, StandardAnswer
from storage.errors import NotFound
from storage.people.queries import names_of
from storage.people.rules import Actor
from storage.people.tables import Person, Unit


@dataclass(frozen=True)
class Basis:
    """依据: a verbatim piece of a registered document."""

    document_id: int
    title: str
    heading: str
    quote: str


@dataclass(frozen=True)
class QuestionView:
    """A passed question as its answerers see it; `answer` is "" while it waits."""

    id: int
    log_id: int
    question: str
    asker_id: int
    asker: str
    unit: str
    unit_path: str
    passed_at: datetime
    answer: str
    basis: Basis | None
    answerer: str
    answered_at: datetime | None


@dataclass(frozen=True)
class StandardView:
    """A standard answer. `stale` says why its basis no longer stands, or is ""."""

    id: int
    question: str
    key: str
    answer: str
    basis: Basis | None
    audience: str
    audience_unit_id: int | None
    unit_id: int
    unit: str
    owner_id: int
    owner: str
    review_on: date
    state: str
    state_reason: str
    version: int
    stale: str = ""

    def needs_review(self, today: date) -> bool:
        """Whether somebody should look at it again: its date has passed, or its basis has moved."""
        return self.state == AnswerState.ACTIVE and (is_overdue(self.review_on, today) or bool(self.stale))


def questions_for(
    session: Session, actor: Actor, *, waiting: bool = True, limit: int = 50, offset: int = 0
) -> list[QuestionView]:
    """Passed questions this person may answer, the oldest first; or those answered already, the latest first."""
    if waiting:
        chosen = _questions(actor).where(col(OpenQuestion.answered_at).is_(None)).order_by(col(OpenQuestion.id))
    else:
        chosen = _questions(actor).where(col(OpenQuestion.answered_at).is_not(None))
        chosen = chosen.order_by(col(OpenQuestion.answered_at).desc(), col(OpenQuestion.id).desc())
    return _question_views(session, chosen.limit(limit).offset(offset))


def count_questions(session: Session, actor: Actor, *, waiting: bool = True) -> int:
    """How many `questions_for` there are."""
    done = col(OpenQuestion.answered_at)
    chosen = _questions(actor).where(done.is_(None) if waiting else done.is_not(None))
    return int(session.execute(select(func.count()).select_from(chosen.subquery())).scalar_one())


def latest_question(session: Session, actor: Actor) -> int | None:
    """The id of the policy question this person asked last, as logged; None when there is none."""
    return session.exec(
        select(QuestionLog.id)
        .where(QuestionLog.person_id == actor.person_id, col(QuestionLog.kind).in_(POLICY_KINDS))
        .order_by(col(QuestionLog.id).desc())
    ).first()


def question_for(session: Session, actor: Actor, question_id: int) -> QuestionView:
    """One passed question. NotFound unless this person may answer it."""
    found = _question_views(session, _questions(actor).where(col(OpenQuestion.id) == question_id))
    if not found:
        raise NotFound()
    return found[0]


def standard_answers_for(session: Session, actor: Actor, *, withdrawn: bool = False) -> list[StandardView]:
    """The standard answers this person keeps, the one to be reviewed first at the top."""
    state = AnswerState.WITHDRAWN if withdrawn else AnswerState.ACTIVE
    chosen = _standards().where(is_kept_by(actor), col(StandardAnswer.state) == state)
    return _standard_views(session, chosen.order_by(col(StandardAnswer.review_on), col(StandardAnswer.id)))


def standard_answer_for(session: Session, actor: Actor, answer_id: int) -> StandardView:
    """One standard answer, in whatever state. NotFound unless this person keeps it."""
    chosen = _standards().where(is_kept_by(actor), col(StandardAnswer.id) == answer_id)
    found = _standard_views(session, chosen)
    if not found:
        raise NotFound()
    return found[0]


def visible_keys(session: Session, *, audience: Audience, limit: int = 5_000) -> list[tuple[int, str, int]]:
    """Standard answers in use that an audience may be given: id, key and keeping unit, the latest first."""
    shown = [col(StandardAnswer.audience) == AudienceLevel.PUBLIC]
    if audience.internal:
        shown.append(col(StandardAnswer.audience) == AudienceLevel.INTERNAL)
    if audience.units:
        restricted = col(StandardAnswer.audience) == AudienceLevel.UNIT
        shown.append(restricted & col(StandardAnswer.audience_unit_id).in_(sorted(audience.units)))
    rows = session.exec(
        select(StandardAnswer.id, StandardAnswer.question_key, StandardAnswer.unit_id)
        .where(StandardAnswer.state == AnswerState.ACTIVE, or_(*shown))
        .order_by(col(StandardAnswer.updated_at).desc(), col(StandardAnswer.id).desc())
        .limit(limit)
    )
    return [(number or 0, key, unit) for number, key, unit in rows]


def standard_answer(session: Session, answer_id: int, *, audience: Audience) -> StandardView:
    """A standard answer in use. NotFound unless this audience may be given it."""
    found = _standard_views(
        session,
        _standards().where(col(StandardAnswer.id) == answer_id, col(StandardAnswer.state) == AnswerState.ACTIVE),
    )
    if not found or not audience.may_see(found[0].audience, found[0].audience_unit_id):
        raise NotFound()
    return found[0]


def basis_of_passage(session: Session, passage_id: int, *, audience: Audience) -> Basis:
    """A passage as a basis. NotFound when it is gone, or its document may not be shown to this audience."""
    row = session.exec(
        select(Passage, PolicyDocument)
        .join(PolicyDocument, col(PolicyDocument.id) == col(Passage.document_id))
        .where(Passage.id == passage_id, PolicyDocument.state == DocumentState.ACTIVE)
    ).first()
    if row is None or not audience.may_see(row[1].audience, row[1].audience_unit_id):
        raise NotFound("没有这一段，或不在可引用的范围内。")
    passage, document = row
    return Basis(document.id or 0, document.title, passage.heading, passage.text)


def _questions(actor: Actor) -> Select[Any]:
    """Rows of question, asker's name, unit's name and path (None without a unit)."""
    chosen: Any = (
        select(OpenQuestion, Person.name, Unit.name, Unit.path)
        .join(Person, col(Person.id) == col(OpenQuestion.person_id))
        .outerjoin(Unit, col(Unit.id) == col(OpenQuestion.unit_id))
        .where(is_answered_by(actor))
    )
    return cast(Select[Any], chosen)


def _standards() -> Select[Any]:
    """Rows of standard answer, keeping unit's name, owner's name."""
    chosen: Any = (
        select(StandardAnswer, Unit.name, Person.name)
        .join(Unit, col(Unit.id) == col(StandardAnswer.unit_id))
        .join(Person, col(Person.id) == col(StandardAnswer.owner_id))
    )
    return cast(Select[Any], chosen)


def _question_views(session: Session, chosen: Select[Any]) -> list[QuestionView]:
    rows = [tuple(row) for row in session.execute(chosen)]
    titles = titles_of(session, {row.cited_document_id for row, *_ in rows if row.cited_document_id is not None})
    names = names_of(session, {row.answered_by for row, *_ in rows if row.answered_by is not None})
    return [
        QuestionView(
            row.id or 0, row.log_id, row.question, row.person_id, asker, unit or "", path or "", row.passed_at,
            row.answer, _basis(row, titles), names.get(row.answered_by or 0, ""), row.answered_at,
        )
        for row, asker, unit, path in rows
    ]  # fmt: skip


def _standard_views(session: Session, chosen: Select[Any]) -> list[StandardView]:
    rows = [tuple(row) for row in session.execute(chosen)]
    cited = {row.cited_document_id for row, *_ in rows if row.cited_document_id is not None}
    titles, stale = titles_of(session, cited), _stale(session, [row for row, *_ in rows if row.cited_document_id])
    return [
        StandardView(
            row.id or 0, row.question, row.question_key, row.answer, _basis(row, titles), row.audience,
            row.audience_unit_id, row.unit_id, unit, row.owner_id, owner, row.review_on, row.state, row.state_reason,
            row.version, stale.get(row.id or 0, ""),
        )
        for row, unit, owner in rows
    ]  # fmt: skip


def _stale(session: Session, rows: "list[StandardAnswer]") -> dict[int, str]:
    """Why the basis of a standard answer no longer stands, by its id: out of use, or the words are gone."""
    documents = {row.cited_document_id for row in rows}
    current = session.exec(
        select(PolicyDocument.id, DocumentVersion.text)
        .join(
            DocumentVersion,
            (col(DocumentVersion.document_id) == col(PolicyDocument.id))
            & (col(DocumentVersion.version) == col(PolicyDocument.version)),
        )
        .where(col(PolicyDocument.id).in_(documents), PolicyDocument.state == DocumentState.ACTIVE)
    )
    texts = {number or 0: _squeezed(text) for number, text in current}
    found: dict[int, str] = {}
    for row in rows:
        text = texts.get(row.cited_document_id or 0)
        if text is None:
            found[row.id or 0] = "所引文件已不再使用"
        elif _squeezed(row.cited_quote) not in text:
            found[row.id or 0] = "所引文件已更新，原文有变化"
    return found


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _basis(row: OpenQuestion | StandardAnswer, titles: dict[int, str]) -> Basis | None:
    if row.cited_document_id is None:
        return None
    return Basis(row.cited_document_id, titles.get(row.cited_document_id, ""), row.cited_heading, row.cited_quote)


def titles_of(session: Session, documents: set[int]) -> dict[int, str]:
    """Titles by document id."""
    rows = session.exec(select(PolicyDocument.id, PolicyDocument.title).where(col(PolicyDocument.id).in_(documents)))
    return {number or 0: title for number, title in rows}
