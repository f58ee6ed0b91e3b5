"""更改问题类型: whoever named a problem, and staff by their rights, put it under another type (R15)."""

import json
from datetime import date

import pytest
from sqlmodel import Session, select

from storage.audit import AuditLine, digest_of
from storage.errors import Conflict, NotFound, RuleBroken
from storage.findings.tables import Finding
from storage.findings.types import change_type
from storage.talks.statistics import findings_by_type
from tests.bot.dialogue.world import World
from tests.bot.forms.filling import fill


def type_of(session: Session, world: World) -> str:
    return session.exec(select(Finding.problem_type).where(Finding.id == world.finding_id)).one()


def change(session: Session, world: World, role: str, wanted: str) -> str:
    return change_type(
        session, finding_id=world.finding_id, problem_type=wanted, actor=world.actor(session, role), now=world.now
    )


@pytest.mark.parametrize("role", ["leader", "recorder", "organisation", "discipline"])
def test_whoever_is_in_charge_changes_it_and_the_figures_follow(world: World, role: str) -> None:
    speaker = world.speaker(role)
    said = speaker.taps_id(f"finding:{world.finding_id}")
    assert "类型" not in said
    assert "应当属于哪一类" in speaker.taps("归入类型")
    assert [label for label in speaker.labels() if label.startswith("个人")] == []
    assert "由“未归类”改为“单位作风”" in fill(speaker, "单位作风", "跳过", "[提交]")
    assert "类型：单位作风" in speaker.taps("查看问题")
    assert "暂不归类" in (speaker.taps("更改类型") and speaker.labels())
    assert "单位作风" not in speaker.labels()
    said = fill(speaker, "[单位能力]", "复核后认为是能力问题", "[提交]")
    assert "由“单位作风”改为“单位能力”" in said
    with world.database.reading() as session:
        lines = session.exec(select(AuditLine).where(AuditLine.action == "finding.change_type")).all()
        assert [line.actor_id for line in lines] == [world.cast[role]] * 2
        assert json.loads(lines[1].fields)["problem_type"] == [digest_of("单位作风"), digest_of("单位能力")]
        assert list(findings_by_type(session, date(2025, 1, 1), date(2025, 12, 31))) == ["单位能力"]


@pytest.mark.parametrize("role", ["subject", "responsible", "liaison", "outsider", "outside_staff", "administrator"])
def test_nobody_else_changes_it(world: World, role: str) -> None:
    speaker = world.speaker(role)
    speaker.taps_id(f"change_type:{world.finding_id}")
    assert not any(choice.id.startswith("f:") for choice in speaker.choices())
    with world.database.transaction() as session, pytest.raises(NotFound):
        change(session, world, role, "单位作风")
    with world.database.reading() as session:
        assert type_of(session, world) == ""


def test_only_types_of_the_catalogue_and_only_other_ones(world: World) -> None:
    with world.database.transaction() as session:
        with pytest.raises(RuleBroken):
            change(session, world, "leader", "个人作风")
        with pytest.raises(Conflict):
            change(session, world, "leader", "")
        assert change(session, world, "leader", "单位作风") == ""
        assert change(session, world, "leader", "") == "单位作风"
        assert type_of(session, world) == ""


@pytest.mark.parametrize("words", ["更改问题类型", "问题类型填错了", "帮我改一下这个问题的类型", "问题归类不对"])
def test_it_is_asked_for_in_other_words(world: World, words: str) -> None:
    assert "更改哪个问题的类型" in world.speaker("leader").says(words)
