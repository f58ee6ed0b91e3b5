"""The writes around questions and standard answers: one function per fact, in the caller's transaction."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from storage import audit
from storage.conversations.tables import QuestionLog
from storage.database import insert_new, lock_rows
from storage.documents.rules import Audience, AudienceLevel, audience_for
from storage.documents.tables import PolicyDocument
from storage.enquiries.access import keeping_unit
from storage.enquiries.queries import (
    Basis,
    QuestionView,
    StandardView,
    question_for,
    standard_answer_for,
)
from storage.enquiries.rules import LONGEST_ANSWER, AnswerState, Reason, Verdict
from storage.enquiries.tables import OpenQuestion, StandardAnswer, StandardAnswerVersion
from storage.errors import Conflict, NotFound, RuleBroken
from storage.instants import shanghai_date
from storage.people.queries import actor_for, open_postings
from storage.people.rules import Actor, is_within
from storage.people.tables import Posting, Unit


@dataclass(frozen=True)
class Passed:
    """The fact: a question waits for staff. `is_new` False: it did so already."""

    question_id: int
    unit_id: int | None
    is_new: bool


@dataclass(frozen=True)
class Wording:
    """What a standard answer says: the question, its key for comparing, the answer, and what it rests on."""

    question: str
    key: str
    answer: str
    basis: Basis | None = None


@dataclass(frozen=True)
class Terms:
    """Who is given a standard answer, and when it is looked at again."""

    audience: AudienceLevel
    unit_id: int | None
    review_on: date


def judge_answer(
    session: Session, *, log_id: int, verdict: Verdict, reason: Reason | None = None, actor: Actor, now: datetime
) -> str:
    """Keep what the asker thought of an answer and give the question; a later verdict takes the place of an earlier.

    Errors: NotFound for an answer given to somebody else.
    """
    row = _own_log(session, log_id, actor)
    said = reason if verdict is Verdict.USELESS and reason else ""
    before = (row.verdict, row.reason)
    row.verdict, row.reason, row.judged_at = verdict, said, now
    audit.record(
        session, action="question.judge", subject="question", subject_id=log_id, actor_id=actor.person_id, now=now,
        fields={"verdict": (before[0], verdict), "reason": (before[1], said)},
    )  # fmt: skip
    return row.question


def pass_on(session: Session, *, log_id: int, actor: Actor, now: datetime) -> Passed:
    """Pass a question to staff, once however often it is asked for. Errors: NotFound for somebody else's question."""
    row = _own_log(session, log_id, actor)
    unit_id = session.exec(
        select(Posting.unit_id)
        .where(Posting.person_id == actor.person_id, open_postings(shanghai_date(now)))
        .order_by(col(Posting.id))
    ).first()
    values = {
        "log_id": log_id, "person_id": actor.person_id, "unit_id": unit_id, "question": row.question, "passed_at": now,
        "answer": "", "cited_heading": "", "cited_quote": "",
    }  # fmt: skip
    is_new = bool(insert_new(session, OpenQuestion, [values]))
    found = session.exec(select(OpenQuestion).where(OpenQuestion.log_id == log_id)).one()
    if is_new:
        audit.record(
            session, action="question.pass_on", subject="open_question", subject_id=found.id or 0,
            actor_id=actor.person_id, now=now, fields={"question": ("", row.question)},
        )  # fmt: skip
    return Passed(found.id or 0, found.unit_id, is_new)


def answer_question(
    session: Session, *, question_id: int, answer: str, basis: Basis | None, actor: Actor, now: datetime
) -> QuestionView:
    """Answer a passed question, once; the caller sends the answer to its asker.

    Errors: NotFound unless the actor may answer it; Conflict when somebody has; RuleBroken for no answer, or for a
    basis the asker may not see.
    """
    view = question_for(session, actor, question_id)
    row: OpenQuestion = session.scalars(
        lock_rows(select(OpenQuestion).where(OpenQuestion.id == question_id), skip_locked=False)
    ).one()
    session.refresh(row)
    if row.answered_at is not None:
        raise Conflict("这个问题已经有人答复。")
    text = _checked(answer)
    asker = audience_for(actor_for(session, view.asker_id, shanghai_date(now)))
    _require_basis(session, basis, asker, "提问人无权查看所引文件，请换一份依据，或不引用。")
    row.answer, row.answered_by, row.answered_at = text, actor.person_id, now
    _cite(row, basis)
    audit.record(
        session, action="question.answer", subject="open_question", subject_id=question_id, actor_id=actor.person_id,
        now=now, fields={"answer": ("", text), "basis": (None, basis)},
    )  # fmt: skip
    session.flush()
    return question_for(session, actor, question_id)


def pin_answer(
    session: Session,
    *,
    wording: Wording,
    terms: Terms,
    open_question_id: int | None = None,
    actor: Actor,
    now: datetime,
) -> int:
    """Make an answer the standard answer to its question, owned by the actor; gives its id.

    Errors: NotFound for somebody who is no staff; RuleBroken for a unit or basis that does not go with the audience;
    Conflict when the same question has one for the same audience.
    """
    path = question_for(session, actor, open_question_id).unit_path if open_question_id else ""
    unit_id = keeping_unit(actor, path)
    if unit_id is None:
        raise NotFound()
    _require_terms(session, wording, terms, actor, now)
    _require_single(session, wording.key, terms, unit_id, but=0)
    row = StandardAnswer(
        question=wording.question, question_key=wording.key, answer=_checked(wording.answer), audience=terms.audience,
        audience_unit_id=terms.unit_id, unit_id=unit_id, owner_id=actor.person_id, review_on=terms.review_on,
        state=AnswerState.ACTIVE, open_question_id=open_question_id, updated_at=now,
    )  # fmt: skip
    _cite(row, wording.basis)
    session.add(row)
    session.flush()
    _keep_version(session, row, actor, now)
    _note(session, "standard_answer.pin", row, actor, now, {"answer": ("", row.answer), "audience": ("", row.audience)})
    return row.id or 0


def revise_answer(
    session: Session,
    *,
    answer_id: int,
    wording: Wording,
    terms: Terms,
    owner_id: int | None = None,
    actor: Actor,
    now: datetime,
) -> StandardView:
    """Edit or confirm a standard answer: a new version where the words change, new terms at once, the old ones kept.

    `owner_id` hands it over. Errors as `pin_answer`; NotFound unless the actor keeps it; RuleBroken when withdrawn.
    """
    before = standard_answer_for(session, actor, answer_id)
    if before.state != AnswerState.ACTIVE:
        raise RuleBroken("这条标准答复已撤下，不能修改。")
    _require_terms(session, wording, terms, actor, now)
    _require_single(session, wording.key, terms, before.unit_id, but=answer_id)
    row = _locked(session, answer_id)
    text = _checked(wording.answer)
    reworded = (row.question, row.answer) != (wording.question, text) or before.basis != wording.basis
    changed: dict[str, audit.Change] = {
        "answer": (row.answer, text), "question": (row.question, wording.question), "basis": (before.basis, wording.basis),
        "review_on": (row.review_on, terms.review_on), "owner": (row.owner_id, owner_id or row.owner_id),
        "audience": ((row.audience, row.audience_unit_id), (str(terms.audience), terms.unit_id)),
    }  # fmt: skip
    row.question, row.question_key, row.answer, row.updated_at = wording.question, wording.key, text, now
    row.audience, row.audience_unit_id, row.review_on = terms.audience, terms.unit_id, terms.review_on
    row.owner_id = owner_id or row.owner_id
    _cite(row, wording.basis)
    if reworded:
        row.version += 1
        _keep_version(session, row, actor, now)
    differing = {name: change for name, change in changed.items() if change[0] != change[1]}
    _note(session, "standard_answer.revise", row, actor, now, differing)
    session.flush()
    return standard_answer_for(session, actor, answer_id)


def withdraw_answer(session: Session, *, answer_id: int, reason: str, actor: Actor, now: datetime) -> StandardView:
    """Take a standard answer out of use: from the next question on it answers nothing. Errors: NotFound, RuleBroken."""
    if not reason.strip():
        raise RuleBroken("请写明撤下的原因。")
    before = standard_answer_for(session, actor, answer_id)
    if before.state != AnswerState.ACTIVE:
        raise RuleBroken("这条标准答复已经撤下。")
    row = _locked(session, answer_id)
    row.state, row.state_reason, row.updated_at = AnswerState.WITHDRAWN, reason.strip(), now
    changed: dict[str, audit.Change] = {"state": (before.state, row.state), "reason": ("", row.state_reason)}
    _note(session, "standard_answer.withdraw", row, actor, now, changed)
    session.flush()
    return standard_answer_for(session, actor, answer_id)


def _own_log(session: Session, log_id: int, actor: Actor) -> QuestionLog:
    row: QuestionLog | None = session.scalars(
        lock_rows(
            select(QuestionLog).where(QuestionLog.id == log_id, QuestionLog.person_id == actor.person_id),
            skip_locked=False,
        )
    ).first()
    if row is None:
        raise NotFound()
    return row


def _locked(session: Session, answer_id: int) -> StandardAnswer:
    row: StandardAnswer = session.scalars(
        lock_rows(select(StandardAnswer).where(StandardAnswer.id == answer_id), skip_locked=False)
    ).one()
    return row


def _checked(answer: str) -> str:
    text = answer.strip()
    if not text:
        raise RuleBroken("答复不能为空。")
    if len(text) > LONGEST_ANSWER:
        raise RuleBroken(f"答复最多 {LONGEST_ANSWER} 字，请删减。")
    return text


def _require_terms(session: Session, wording: Wording, terms: Terms, actor: Actor, now: datetime) -> None:
    if not wording.key:
        raise RuleBroken("请写明问题。")
    if terms.review_on <= shanghai_date(now):
        raise RuleBroken("复核日期应当在今天以后。")
    shown = Audience(internal=terms.audience == AudienceLevel.INTERNAL)
    if terms.audience == AudienceLevel.UNIT:
        path = session.exec(select(Unit.path).where(Unit.id == terms.unit_id)).first()
        if path is None or not any(is_within(path, grant.path) for grant in actor.grants):
            raise RuleBroken("只能选择本单位或下级单位。")
        shown = Audience(units=frozenset(int(part) for part in path.strip("/").split("/")))
    elif terms.audience not in (AudienceLevel.PUBLIC, AudienceLevel.INTERNAL):
        raise RuleBroken("请选择谁可以看到这条标准答复。")
    _require_basis(session, wording.basis, shown, "所引文件的知悉范围较窄，请缩小标准答复的知悉范围。")


def _require_basis(session: Session, basis: Basis | None, audience: Audience, refusal: str) -> None:
    if basis is None:
        return
    found = session.exec(
        select(PolicyDocument.audience, PolicyDocument.audience_unit_id).where(PolicyDocument.id == basis.document_id)
    ).first()
    if found is None or not audience.may_see(*found):
        raise RuleBroken(refusal)


def _require_single(session: Session, key: str, terms: Terms, unit_id: int, *, but: int) -> None:
    same = session.exec(
        select(StandardAnswer.id).where(
            StandardAnswer.question_key == key,
            StandardAnswer.audience == terms.audience,
            StandardAnswer.audience_unit_id == terms.unit_id,
            StandardAnswer.unit_id == unit_id,
            StandardAnswer.state == AnswerState.ACTIVE,
            StandardAnswer.id != but,
        )
    ).first()
    if same is not None:
        raise Conflict("同一问题已有标准答复，请在原来的标准答复上修改。")


def _cite(row: OpenQuestion | StandardAnswer | StandardAnswerVersion, basis: Basis | None) -> None:
    row.cited_document_id = basis.document_id if basis else None
    row.cited_heading = basis.heading if basis else ""
    row.cited_quote = basis.quote if basis else ""


def _keep_version(session: Session, row: StandardAnswer, actor: Actor, now: datetime) -> None:
    kept = StandardAnswerVersion(
        standard_answer_id=row.id or 0, version=row.version, question=row.question, answer=row.answer, written_at=now,
        written_by=actor.person_id, cited_document_id=row.cited_document_id, cited_heading=row.cited_heading,
        cited_quote=row.cited_quote,
    )  # fmt: skip
    session.add(kept)


def _note(
    session: Session, action: str, row: StandardAnswer, actor: Actor, now: datetime, fields: dict[str, audit.Change]
) -> None:
    audit.record(
        session, action=action, subject="standard_answer", subject_id=row.id or 0, actor_id=actor.person_id, now=now,
        fields=fields,
    )  # fmt: skip
