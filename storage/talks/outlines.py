"""谈话提纲: drafted question by question, countersigned by discipline body and organisation department (M5).

Seen by the talker and by staff over the talking unit, never by its subject, their liaison or anybody else.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session, col, select

from storage import audit
from storage.errors import Conflict, NotFound, NotPermitted, RuleBroken
from storage.instants import shanghai_date
from storage.people.queries import names_of
from storage.people.rules import STAFF, Actor, Role
from storage.people.tables import Unit
from storage.rulebooks.queries import all_rulebooks, default_rulebook
from storage.talks.queries import DutyView, duty_for
from storage.talks.tables import Outline, OutlineQuestion, OutlineSignature


class OutlineStatus(StrEnum):
    """Where an outline stands."""

    DRAFT = "起草中"
    ROUND = "会签中"
    AGREED = "已会签"


SIDES = (Role.DISCIPLINE, Role.ORGANISATION)


@dataclass(frozen=True)
class QuestionText:
    """One question: topic of a scheme, about the unit or the person, facts and evidence, what is asked for by when."""

    scheme: str
    topic: str
    about_unit: bool
    question: str
    facts: str
    evidence: str
    requirement: str = ""


@dataclass(frozen=True)
class QuestionView:
    """A question as it stands in the outline."""

    id: int
    position: int
    text: QuestionText


@dataclass(frozen=True)
class OutlineView:
    """An outline as somebody with the right to it sees it. `signed` names who agreed for which side this round."""

    id: int
    duty: DutyView
    status: OutlineStatus
    questions: tuple[QuestionView, ...]
    at_least: int
    at_most: int
    bounds_reason: str
    drafted_by: int
    sent_by: int | None
    signed: dict[Role, str]
    returned: tuple[str, ...]

    @property
    def waiting_for(self) -> tuple[Role, ...]:
        """The sides that have not signed this round."""
        return tuple(side for side in SIDES if side not in self.signed) if self.status is OutlineStatus.ROUND else ()


def _sides(session: Session, actor: Actor, unit_id: int) -> set[Role]:
    """For which sides the actor is staff over the talking unit."""
    path = session.exec(select(Unit.path).where(Unit.id == unit_id)).one()
    return {grant.role for grant in actor.grants if grant.role in STAFF and path.startswith(grant.path)}


def _duty(session: Session, actor: Actor, duty_id: int, now: datetime) -> DutyView:
    """The duty, for its talker or staff over its talking unit; NotFound for all others, its subject first of all."""
    duty = duty_for(session, actor, duty_id, shanghai_date(now))
    drafts = duty.talker_id == actor.person_id or bool(_sides(session, actor, duty.talking_unit_id))
    if not drafts or duty.person_id in actor.acts_for:
        raise NotFound()
    return duty


def may_draft(session: Session, actor: Actor, duty_id: int, now: datetime) -> bool:
    """Whether the actor may draft the outline of this duty."""
    try:
        return bool(_duty(session, actor, duty_id, now))
    except NotFound:
        return False


def outline_of(session: Session, actor: Actor, duty_id: int, *, now: datetime) -> OutlineView | None:
    """The outline of a duty, None when nobody has begun it. NotFound when it is not theirs to see."""
    duty = _duty(session, actor, duty_id, now)
    row = _row(session, duty_id)
    return None if row is None else _view(session, row, duty)


def outline_for(session: Session, actor: Actor, outline_id: int, *, now: datetime) -> OutlineView:
    """One outline by its id. NotFound when it is not theirs to see."""
    row = session.get(Outline, outline_id)
    if row is None:
        raise NotFound()
    return _view(session, row, _duty(session, actor, row.duty_id, now))


def outlines_to_sign(session: Session, actor: Actor, *, now: datetime) -> list[OutlineView]:
    """The outlines going round that still want the signature of a side the actor speaks for."""
    rows = session.exec(select(Outline).where(Outline.status == OutlineStatus.ROUND).order_by(col(Outline.id))).all()
    found = []
    for row in rows if actor.is_staff else ():
        sides = _sides(session, actor, row.talking_unit_id)
        try:
            view = _view(session, row, _duty(session, actor, row.duty_id, now))
        except NotFound:
            continue
        if sides & set(view.waiting_for):
            found.append(view)
    return found


def _row(session: Session, duty_id: int) -> Outline | None:
    return session.exec(select(Outline).where(Outline.duty_id == duty_id)).first()


def _view(session: Session, row: Outline, duty: DutyView) -> OutlineView:
    questions = session.exec(
        select(OutlineQuestion)
        .where(OutlineQuestion.outline_id == row.id, col(OutlineQuestion.removed_at).is_(None))
        .order_by(col(OutlineQuestion.position))
    ).all()
    signatures = session.exec(
        select(OutlineSignature).where(OutlineSignature.outline_id == row.id).order_by(col(OutlineSignature.id))
    ).all()
    names = names_of(session, {one.actor_id for one in signatures})
    present = [one for one in signatures if row.sent_at is not None and one.sent_at == row.sent_at]
    rulebook = all_rulebooks(session).get(duty.rulebook, default_rulebook())
    return OutlineView(
        row.id or 0,
        duty,
        OutlineStatus(row.status),
        tuple(_question(one, number) for number, one in enumerate(questions, start=1)),
        rulebook.questions_at_least,
        rulebook.questions_at_most,
        row.bounds_reason,
        row.drafted_by,
        row.sent_by,
        {Role(one.role): names.get(one.actor_id, "") for one in present if one.agreed},
        tuple(f"{names.get(one.actor_id, '')}：{one.reason}" for one in present if not one.agreed),
    )


def _question(row: OutlineQuestion, number: int) -> QuestionView:
    text = QuestionText(row.scheme, row.topic, row.about_unit, row.question, row.facts, row.evidence, row.requirement)
    return QuestionView(row.id or 0, number, text)


def add_question(session: Session, *, duty_id: int, text: QuestionText, actor: Actor, now: datetime) -> OutlineView:
    """Add a question, beginning the outline when there is none.

    Errors: NotFound, RuleBroken without facts and evidence, Conflict while it goes round or once it is agreed.
    """
    duty = _duty(session, actor, duty_id, now)
    if not (text.question.strip() and text.facts.strip() and text.evidence.strip()):
        raise RuleBroken("每个问题都要有具体事例和依据。")
    row = _row(session, duty_id)
    if row is None:
        row = Outline(
            duty_id=duty_id, talking_unit_id=duty.talking_unit_id, status=OutlineStatus.DRAFT,
            drafted_by=actor.person_id, drafted_at=now,
        )  # fmt: skip
        session.add(row)
        session.flush()
    _check_draft(row)
    last = session.exec(
        select(OutlineQuestion.position)
        .where(OutlineQuestion.outline_id == row.id)
        .order_by(col(OutlineQuestion.position).desc())
    ).first()
    session.add(
        OutlineQuestion(outline_id=row.id or 0, position=(last or 0) + 1, added_by=actor.person_id, **text.__dict__)
    )
    session.flush()
    _note(session, row, "talk.outline_question", actor, now, question=("", text.question))
    return _view(session, row, duty)


def remove_question(session: Session, *, question_id: int, actor: Actor, now: datetime) -> OutlineView:
    """Take a question out of the draft; it stays on record. NotFound, Conflict as for adding."""
    question = session.get(OutlineQuestion, question_id)
    row = session.get(Outline, question.outline_id) if question else None
    if question is None or row is None or question.removed_at is not None:
        raise NotFound()
    duty = _duty(session, actor, row.duty_id, now)
    _check_draft(row)
    question.removed_at = now
    session.add(question)
    session.flush()
    _note(session, row, "talk.outline_remove", actor, now, question=(question.question, ""))
    return _view(session, row, duty)


def _check_draft(row: Outline) -> None:
    if row.status == OutlineStatus.ROUND:
        raise Conflict("提纲正在会签，退回以后才能修改。")
    if row.status == OutlineStatus.AGREED:
        raise Conflict("提纲已经会签完毕，不能再改。")


def send_round(
    session: Session, *, outline_id: int, bounds_reason: str = "", actor: Actor, now: datetime
) -> OutlineView:
    """Send the outline round. A side the sender speaks for counts as signed with it.

    Errors: NotFound; RuleBroken with no question, or outside the rulebook's bounds without a reason (M6); Conflict.
    """
    view = outline_for(session, actor, outline_id, now=now)
    row = session.get(Outline, outline_id)
    assert row is not None, "outline_for found it"
    _check_draft(row)
    if not view.questions:
        raise RuleBroken("提纲还没有问题。")
    inside = view.at_least <= len(view.questions) <= view.at_most
    if not inside and not bounds_reason.strip():
        raise RuleBroken(f"提纲一般为 {view.at_least} 至 {view.at_most} 个问题，超出需要写明理由。")
    row.status, row.sent_by, row.sent_at = OutlineStatus.ROUND, actor.person_id, now
    row.bounds_reason = "" if inside else bounds_reason
    session.add(row)
    session.flush()
    _note(session, row, "talk.outline_send", actor, now, bounds_reason=("", row.bounds_reason))
    for side in sorted(_sides(session, actor, row.talking_unit_id) & set(SIDES)):
        _sign(session, row, side, agreed=True, reason="", actor=actor, now=now)
    return _settled(session, row, view.duty)


def sign_outline(
    session: Session, *, outline_id: int, agreed: bool, reason: str = "", actor: Actor, now: datetime
) -> OutlineView:
    """Countersign for every side the actor speaks for, or return it to the draft with a reason.

    Errors: NotFound, NotPermitted for whoever speaks for no side still waited for, RuleBroken without a reason.
    """
    view = outline_for(session, actor, outline_id, now=now)
    row = session.get(Outline, outline_id)
    assert row is not None, "outline_for found it"
    if row.status != OutlineStatus.ROUND:
        raise Conflict("这份提纲现在不在会签中。")
    sides = _sides(session, actor, row.talking_unit_id) & set(view.waiting_for)
    if not sides:
        raise NotPermitted("这份提纲由纪检机关和组织部门会签，您这一方已经会签或不需要会签。")
    if not agreed and not reason.strip():
        raise RuleBroken("退回需要写明原因。")
    for side in sorted(sides):
        _sign(session, row, side, agreed=agreed, reason=reason, actor=actor, now=now)
    return _settled(session, row, view.duty)


def _sign(
    session: Session, row: Outline, side: Role, *, agreed: bool, reason: str, actor: Actor, now: datetime
) -> None:
    assert row.sent_at is not None, "only what went round is signed"
    session.add(
        OutlineSignature(
            outline_id=row.id or 0, role=side, agreed=agreed, reason=reason, at=now, actor_id=actor.person_id,
            sent_at=row.sent_at,
        )
    )  # fmt: skip
    session.flush()
    _note(session, row, "talk.outline_sign", actor, now, role=("", side), agreed=(None, agreed), reason=("", reason))


def _settled(session: Session, row: Outline, duty: DutyView) -> OutlineView:
    """Agreed once both sides have signed; back to the draft once one has returned it."""
    view = _view(session, row, duty)
    if view.returned:
        row.status = OutlineStatus.DRAFT
    elif view.status is OutlineStatus.ROUND and not view.waiting_for:
        row.status = OutlineStatus.AGREED
    session.add(row)
    session.flush()
    return _view(session, row, duty)


def _note(
    session: Session, row: Outline, action: str, actor: Actor, now: datetime, **fields: tuple[object, object]
) -> None:
    audit.record(
        session, action=action, subject="outline", subject_id=row.id or 0, actor_id=actor.person_id, now=now,
        fields=fields,
    )  # fmt: skip
