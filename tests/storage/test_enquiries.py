"""Passing questions on, answering them once, standard answers and verdicts: who may, and what is kept."""

from datetime import date

import pytest
from sqlmodel import select

from storage.conversations.actions import log_question
from storage.conversations.tables import QuestionLog
from storage.database import Database
from storage.documents.rules import PUBLIC, Audience, AudienceLevel, DocumentState
from storage.documents.tables import DocumentVersion, PolicyDocument
from storage.enquiries.access import answerers_of
from storage.enquiries.actions import (
    Terms,
    Wording,
    answer_question,
    judge_answer,
    pass_on,
    pin_answer,
    revise_answer,
    withdraw_answer,
)
from storage.enquiries.feedback import feedback_counts, judged_answers
from storage.enquiries.queries import (
    Basis,
    count_questions,
    question_for,
    questions_for,
    standard_answer,
    standard_answer_for,
    standard_answers_for,
    visible_keys,
)
from storage.enquiries.rules import Reason, Verdict
from storage.enquiries.tables import StandardAnswerVersion
from storage.errors import Conflict, NotFound, RuleBroken
from storage.people.tables import RoleGrant
from tests.cast import Cast
from tests.moments import moment

NOW = moment("2025-08-01 10:00")
LATER = date(2026, 8, 1)
WORDING = Wording("谈话记录保存几年", "谈话记录保存几年", "保存十年。")
EVERYBODY = Terms(AudienceLevel.PUBLIC, None, LATER)


def asked(database: Database, cast: Cast, role: str, question: str = WORDING.question, kind: str = "abstain") -> int:
    with database.transaction() as session:
        return log_question(
            session, person_id=cast[role], question=question, kind=kind, answer="没有直接规定", citations="[]", now=NOW
        )


def passed(database: Database, cast: Cast, role: str, question: str = WORDING.question) -> int:
    log = asked(database, cast, role, question)
    with database.transaction() as session:
        return pass_on(session, log_id=log, actor=cast.actor(database, role), now=NOW).question_id


def document(database: Database, level: str = AudienceLevel.PUBLIC, unit_id: int | None = None) -> int:
    with database.transaction() as session:
        row = PolicyDocument(
            name=f"保存办法{level}.txt", title="保存办法", kind="规范性文件", standing="in_force", audience=level,
            audience_unit_id=unit_id, state=DocumentState.ACTIVE, digest="0", updated_at=NOW,
        )  # fmt: skip
        session.add(row)
        session.flush()
        number = row.id or 0
        session.add(
            DocumentVersion(
                document_id=number, version=1, digest="0", media="txt", text="第三条 记录保存十年。", registered_at=NOW
            )
        )
    return number


def pin(database: Database, cast: Cast, role: str = "organisation", wording: Wording = WORDING, **terms: object) -> int:
    chosen = Terms(**{**EVERYBODY.__dict__, **terms})
    with database.transaction() as session:
        return pin_answer(session, wording=wording, terms=chosen, actor=cast.actor(database, role), now=NOW)


@pytest.mark.parametrize(
    ("role", "answerers"),
    [
        ("subject", {"organisation", "discipline"}),
        ("township_head", {"organisation", "discipline"}),
        ("organisation", {"discipline"}),
        ("outsider", {"outside_staff"}),
    ],
)
def test_the_nearest_staff_over_the_asker_are_told(
    database: Database, cast: Cast, role: str, answerers: set[str]
) -> None:
    log = asked(database, cast, role)
    with database.transaction() as session:
        one = pass_on(session, log_id=log, actor=cast.actor(database, role), now=NOW)
        told = answerers_of(session, one.unit_id, cast[role])
    assert set(told) == {cast[answerer] for answerer in answerers}
    for each in ("organisation", "discipline", "outside_staff", "administrator", "leader", role):
        with database.reading() as session:
            seen = [view.id for view in questions_for(session, cast.actor(database, each))]
        assert bool(seen) == (each in answerers), each


def test_a_nearer_office_is_told_first_and_a_farther_one_still_sees_it(database: Database, cast: Cast) -> None:
    with database.transaction() as session:
        session.add(RoleGrant(person_id=cast["responsible"], role="组织部门", unit_id=cast.units["Q"]))
    question = passed(database, cast, "township_head")
    with database.reading() as session:
        told = answerers_of(session, cast.units["L"], cast["township_head"])
        assert set(told) == {cast["responsible"], cast["discipline"]}
        assert question_for(session, cast.actor(database, "organisation"), question).unit == "柳河乡"


def test_administrators_answer_where_there_is_no_staff(database: Database, cast: Cast) -> None:
    with database.transaction() as session:
        for grant in session.exec(select(RoleGrant).where(RoleGrant.unit_id == cast.units["Y"])):
            if grant.role != "管理员":
                session.delete(grant)
    question = passed(database, cast, "subject")
    with database.reading() as session:
        assert answerers_of(session, cast.units["Q"], cast["subject"]) == [cast["administrator"]]
        assert question_for(session, cast.actor(database, "administrator"), question).asker == "吴敏"


def test_passing_on_twice_is_once_and_only_ones_own(database: Database, cast: Cast) -> None:
    log = asked(database, cast, "subject")
    with database.transaction() as session:
        actor = cast.actor(database, "subject")
        assert [pass_on(session, log_id=log, actor=actor, now=NOW).is_new for _ in range(2)] == [True, False]
    for stranger in (log, log + 1000):
        with database.transaction() as session, pytest.raises(NotFound):
            pass_on(session, log_id=stranger, actor=cast.actor(database, "leader"), now=NOW)
    with database.reading() as session:
        assert count_questions(session, cast.actor(database, "organisation")) == 1


def test_a_question_is_answered_once_and_by_those_who_may(database: Database, cast: Cast) -> None:
    question = passed(database, cast, "subject")
    for role in ("administrator", "outside_staff", "subject", "leader"):
        with database.transaction() as session, pytest.raises(NotFound):
            answer_question(
                session, question_id=question, answer="十年", basis=None, actor=cast.actor(database, role), now=NOW
            )
    with database.transaction() as session:
        one = answer_question(
            session, question_id=question, answer=" 保存十年。 ", basis=None, now=NOW,
            actor=cast.actor(database, "discipline"),
        )  # fmt: skip
    assert (one.answer, one.answerer) == ("保存十年。", "李正")
    actor = cast.actor(database, "organisation")
    with database.transaction() as session, pytest.raises(Conflict):
        answer_question(session, question_id=question, answer="五年", basis=None, actor=actor, now=NOW)
    with database.reading() as session:
        assert count_questions(session, actor) == 0
        assert [view.id for view in questions_for(session, actor, waiting=False)] == [question]


def test_a_basis_the_asker_may_not_see_is_refused(database: Database, cast: Cast) -> None:
    question, secret = passed(database, cast, "subject"), document(database, AudienceLevel.INTERNAL)
    basis = Basis(secret, "保存办法", "第三条", "记录保存十年。")
    with database.transaction() as session, pytest.raises(RuleBroken, match="无权查看"):
        answer_question(
            session, question_id=question, answer="十年", basis=basis, actor=cast.actor(database, "discipline"), now=NOW
        )


def test_a_standard_answer_is_given_within_its_audience_only(database: Database, cast: Cast) -> None:
    internal = pin(database, cast, audience=AudienceLevel.INTERNAL)
    restricted = pin(database, cast, audience=AudienceLevel.UNIT, unit_id=cast.units["Q"])
    public = pin(database, cast)
    inside = Audience(units=frozenset({cast.units["S"], cast.units["Y"], cast.units["Q"], cast.units["L"]}))
    above = Audience(units=frozenset({cast.units["S"], cast.units["Y"]}))
    expected = {
        PUBLIC: {public}, Audience(internal=True): {public, internal}, inside: {public, restricted}, above: {public},
    }  # fmt: skip
    for audience, seen in expected.items():
        with database.reading() as session:
            assert {one for one, _, _ in visible_keys(session, audience=audience)} == seen
            for one in (internal, restricted, public):
                if one in seen:
                    assert standard_answer(session, one, audience=audience).id == one
                else:
                    with pytest.raises(NotFound):
                        standard_answer(session, one, audience=audience)


def test_what_a_standard_answer_may_not_be(database: Database, cast: Cast) -> None:
    internal = Wording(
        WORDING.question, WORDING.key, "十年", Basis(document(database, "内部"), "", "", "记录保存十年。")
    )
    with pytest.raises(RuleBroken, match="知悉范围较窄"):
        pin(database, cast, wording=internal)
    assert pin(database, cast, wording=internal, audience=AudienceLevel.INTERNAL)
    with pytest.raises(RuleBroken, match="本单位或下级"):
        pin(database, cast, audience=AudienceLevel.UNIT, unit_id=cast.units["N"])
    with pytest.raises(RuleBroken, match="今天以后"):
        pin(database, cast, review_on=date(2025, 8, 1))
    with pytest.raises(RuleBroken, match="谁可以看到"):
        pin(database, cast, audience=AudienceLevel.UNSET)
    with pytest.raises(NotFound):
        pin(database, cast, "leader")
    pin(database, cast)
    with pytest.raises(Conflict):
        pin(database, cast)


def test_editing_keeps_every_wording_and_withdrawing_silences(database: Database, cast: Cast) -> None:
    number, actor = pin(database, cast), cast.actor(database, "discipline")
    new = Wording(WORDING.question, WORDING.key, "保存十五年。")
    with database.transaction() as session:
        after = revise_answer(
            session, answer_id=number, wording=new, terms=Terms(AudienceLevel.PUBLIC, None, date(2027, 1, 4)),
            owner_id=cast["discipline"], actor=actor, now=NOW,
        )  # fmt: skip
    assert (after.version, after.owner, after.review_on) == (2, "李正", date(2027, 1, 4))
    with database.reading() as session:
        kept = session.exec(select(StandardAnswerVersion.answer).order_by(StandardAnswerVersion.version))  # type: ignore[arg-type]
        assert list(kept) == ["保存十年。", "保存十五年。"]
    with database.transaction() as session:
        withdraw_answer(session, answer_id=number, reason="办法已改", actor=actor, now=NOW)
    with database.reading() as session:
        assert visible_keys(session, audience=PUBLIC) == []
        assert standard_answers_for(session, actor) == []
        assert standard_answers_for(session, actor, withdrawn=True)[0].state_reason == "办法已改"
    with database.transaction() as session, pytest.raises(RuleBroken):
        revise_answer(session, answer_id=number, wording=new, terms=EVERYBODY, actor=actor, now=NOW)


def test_only_those_over_the_unit_keep_a_standard_answer(database: Database, cast: Cast) -> None:
    number = pin(database, cast)
    for role, may in (("discipline", True), ("administrator", False), ("outside_staff", False), ("leader", False)):
        with database.reading() as session:
            assert bool(standard_answers_for(session, cast.actor(database, role))) == may
            if not may:
                with pytest.raises(NotFound):
                    standard_answer_for(session, cast.actor(database, role), number)


def test_an_answer_whose_words_are_gone_from_the_document_is_to_be_reviewed(database: Database, cast: Cast) -> None:
    rests_on = document(database)
    number = pin(database, cast, wording=Wording("问", "问", "十年", Basis(rests_on, "", "第三条", "记录保存 十年。")))
    actor, today = cast.actor(database, "organisation"), date(2025, 8, 2)
    with database.reading() as session:
        assert not standard_answer_for(session, actor, number).needs_review(today)
        assert standard_answer_for(session, actor, number).needs_review(date(2026, 8, 2))
    with database.transaction() as session:
        row = session.get(PolicyDocument, rests_on)
        assert row is not None
        session.add(
            DocumentVersion(
                document_id=rests_on, version=2, digest="1", media="txt", text="第三条 保存五年。", registered_at=NOW
            )
        )
        row.version = 2
    with database.reading() as session:
        assert "原文有变化" in standard_answer_for(session, actor, number).stale
    with database.transaction() as session:
        row = session.get(PolicyDocument, rests_on)
        assert row is not None
        row.state = DocumentState.WITHDRAWN
    with database.reading() as session:
        view = standard_answer_for(session, actor, number)
        assert view.needs_review(today)
        assert "不再使用" in view.stale


def test_verdicts_are_counted_without_names_within_the_subtree(database: Database, cast: Cast) -> None:
    judgements = (
        ("subject", Verdict.USELESS, Reason.OUTDATED), ("township_head", Verdict.USELESS, Reason.OUTDATED),
        ("responsible", Verdict.USEFUL, None), ("outsider", Verdict.USELESS, Reason.OTHER),
    )  # fmt: skip
    for role, verdict, reason in judgements:
        log = asked(database, cast, role, f"{role}的提问", "quoted")
        with database.transaction() as session:
            actor = cast.actor(database, role)
            judge_answer(session, log_id=log, verdict=Verdict.USEFUL, actor=actor, now=NOW)
            judge_answer(session, log_id=log, verdict=verdict, reason=reason, actor=actor, now=NOW)
        with database.transaction() as session, pytest.raises(NotFound):
            judge_answer(session, log_id=log, verdict=verdict, actor=cast.actor(database, "leader"), now=NOW)
    with database.reading() as session:
        staff, administrator = cast.actor(database, "organisation"), cast.actor(database, "administrator")
        counts = {("没用", "依据过时"): 2, ("有用", ""): 1}
        assert feedback_counts(session, staff) == feedback_counts(session, administrator) == counts
        assert feedback_counts(session, cast.actor(database, "leader")) == {}
        found = judged_answers(session, staff, verdict="没用", reason="依据过时")
        assert {one.question for one in found} == {"subject的提问", "township_head的提问"}
        assert judged_answers(session, administrator, verdict="没用") == []
        assert not any(name in repr(found) for name in ("吴敏", "冯乡"))
        assert session.exec(select(QuestionLog.verdict).where(QuestionLog.verdict == "")).first() is None
