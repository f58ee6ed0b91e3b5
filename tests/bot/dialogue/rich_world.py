"""A world in which every form can be begun by somebody: findings in every state, an outline, a reminder, a request."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from sqlmodel import Session, select

from storage.conversations.actions import log_question
from storage.database import Database
from storage.documents.rules import AudienceLevel
from storage.duties.tables import Obligation
from storage.enquiries.actions import Terms, Wording, pass_on, pin_answer
from storage.findings.analyses import record_analysis
from storage.findings.extensions import request_extension
from storage.findings.look_backs import order_look_back
from storage.findings.progress import report_progress
from storage.findings.reviewing import review_finding
from storage.findings.tables import Measure
from storage.findings.three_lists import MeasureText, NamedFinding, name_finding
from storage.outbox.actions import mark_sent, put
from storage.outbox.body import Body
from storage.outbox.rules import MessageKind
from storage.outbox.tables import OutgoingMessage
from storage.rulebooks.queries import default_rulebook
from storage.talks.outlines import QuestionText, add_question, send_round
from storage.talks.planning import plan_talk
from storage.talks.responses import object_to_talk
from storage.talks.tables import Talk
from tests.bot.dialogue.world import World, build_world
from tests.moments import moment

SCENES: dict[str, str] = {
    "progress": "responsible",
    "extend": "responsible",
    "correct_progress": "responsible",
    "void_progress": "responsible",
    "record_talk": "subject",
    "talk_again": "leader",
    "plan_talk": "subject",
    "call_off": "subject",
    "outline_question": "subject",
    "outline_send": "subject",
    "outline_sign": "organisation",
    "name_finding": "leader",
    "change_type": "leader",
    "three_lists": "subject",
    "object": "subject",
    "withdraw_objection": "subject",
    "decide_extension": "leader",
    "review": "leader",
    "look_back": "discipline",
    "look_back_result": "discipline",
    "change_look_back": "discipline",
    "analysis": "subject",
    "void_analysis": "subject",
    "correct_record": "leader",
    "void_talk": "leader",
    "quality": "leader",
    "away": "subject",
    "delegate": "subject",
    "snooze_until": "leader",
    "arrange": "leader",
    "answer_question": "organisation",
    "edit_standard": "organisation",
    "withdraw_standard": "organisation",
    "working_day": "organisation",
    "obligation_done": "leader",
}
"""Who fills in which form."""

BEGUN_BY = {
    "away": "away:new",
    "delegate": "delegate:new",
    "decide_extension": "approve_extension:1",
    "review": "accept:2",
    "working_day": "calendar:new",
    "arrange": "fresh:arrange",
}
"""Choices that begin a form where its name alone does not."""


LATER = frozenset(["outline_sign", "withdraw_objection"])
"""Forms that need the world as it is later."""


def rich_world(database: Database, folder: Path, *, later: bool = False) -> World:
    """The world; `later`: the outline has been sent for countersigning, and the subject has objected to the record."""
    world = build_world(database, folder)
    with database.transaction() as session:
        _report(world, session, measure=1, percent=60)
        request_extension(
            session, measure_id=2, to_on=date(2026, 1, 20), reason="省级资金未到位", now=world.now,
            actor=world.actor(session, "responsible"),
        )  # fmt: skip
        for number in range(3):
            named = _named(
                world, session, f"台账不清{number}处", [MeasureText(f"补齐{number}本台账", date(2025, 9, 1))]
            )
            measure = session.exec(select(Measure.id).where(Measure.finding_id == named.finding_id)).one()
            _report(world, session, measure=measure or 0, percent=100)
            if number:
                review_finding(
                    session, finding_id=named.finding_id, accepted=True, reason="", now=world.now,
                    actor=world.actor(session, "leader"),
                )  # fmt: skip
        order_look_back(
            session, finding_id=named.finding_id, due_on=date(2025, 12, 1), now=world.now,
            actor=world.actor(session, "discipline"),
        )  # fmt: skip
        record_analysis(
            session, finding_id=_named(world, session, "下乡调研全年3次", []).finding_id, held_on=date(2025, 7, 31),
            text="会上从作风上作了剖析", actor=world.actor(session, "subject"), now=world.now,
        )  # fmt: skip
        plan_talk(
            session, duty_id=world.duty_of("township_head"), at=moment("2025-08-25 09:00"), place="", now=world.now,
            actor=world.actor(session, "subject"),
        )  # fmt: skip
        _outline(world, session, going_round=later)
        _reminder(world, session)
        _obligation(world, session)
        _enquiries(world, session)
        if later:
            object_to_talk(
                session,
                talk_id=world.talk_id,
                reason="账目已在六月理清",
                actor=world.actor(session, "subject"),
                now=world.now,
            )
    return world


def _enquiries(world: World, session: Session) -> None:
    """A question that waits for staff, and a standard answer."""
    log = log_question(
        session, person_id=world.cast["responsible"], question="谈话记录要存几年", kind="abstain", answer="没有直接规定",
        citations="[]", now=world.now,
    )  # fmt: skip
    pass_on(session, log_id=log, actor=world.actor(session, "responsible"), now=world.now)
    pin_answer(
        session, wording=Wording("谈话地点怎么定", "谈话地点何以定", "在谈话室进行"),
        terms=Terms(AudienceLevel.UNIT, world.cast.units["Q"], date(2026, 8, 1)), actor=world.actor(session, "organisation"),
        now=world.now,
    )  # fmt: skip


def _named(world: World, session: Session, problem: str, measures: Sequence[MeasureText]) -> NamedFinding:
    return name_finding(
        session, talk_id=world.talk_id, problem=problem, measures=measures, now=world.now,
        responsible=[world.cast["responsible"]] if measures else [], actor=world.actor(session, "leader"),
    )  # fmt: skip


def _report(world: World, session: Session, *, measure: int, percent: int) -> None:
    actor = world.actor(session, "responsible")
    report_progress(session, measure_id=measure, done="清理30笔", percent=percent, actor=actor, now=world.now)


def _outline(world: World, session: Session, *, going_round: bool) -> None:
    duty, actor = world.duty_of("township_head"), world.actor(session, "subject")
    for number in range(3):
        text = QuestionText(
            "四个聚焦", "落实主体责任", number == 0, f"问题{number}", f"完成率4{number}%", "审计报告", "9月底前"
        )
        view = add_question(session, duty_id=duty, text=text, actor=actor, now=world.now)
    if going_round:
        send_round(session, outline_id=view.id, actor=actor, now=world.now)


def _reminder(world: World, session: Session) -> None:
    put(
        session, key="test:reminder", body=Body("请安排谈话：冯乡"), kind=MessageKind.REMINDER, now=world.now,
        person_id=world.cast["leader"], rule="annual_talk", occurrence_id=world.duty_of("township_head"),
        deadline="2025-09-17",
    )  # fmt: skip
    row = session.exec(select(OutgoingMessage).where(OutgoingMessage.key == "test:reminder")).one()
    mark_sent(session, row.id or 0, channel="web", account="1", provider_id="1", now=world.now - timedelta(minutes=5))


def _obligation(world: World, session: Session) -> None:
    """A duty people end by hand, and the reminder of it."""
    unit = session.exec(select(Talk.talking_unit_id).where(Talk.id == world.talk_id)).one()
    one = Obligation(
        rule="lists_missing", ref_id=world.talk_id, unit_id=unit, talk_id=world.talk_id,
        person_id=world.cast["subject"], deadline_on=date(2025, 8, 10), known_on=date(2025, 7, 30),
        rulebook=default_rulebook().name,
    )  # fmt: skip
    session.add(one)
    session.flush()
    put(
        session, key="test:obligation", body=Body("请建立三清单"), kind=MessageKind.REMINDER, now=world.now,
        person_id=world.cast["leader"], rule="lists_missing", occurrence_id=one.id, deadline="2025-08-10",
    )  # fmt: skip
