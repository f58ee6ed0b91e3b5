"""The outline: drafted by talker and staff, linted, sent round within the rulebook's bounds, countersigned or returned."""

# ruff: noqa: E501 (tables of Chinese phrases, one entry a line)

import pytest
from sqlmodel import select

from bot.topics import read_schemes, schemes
from storage.errors import Refused
from storage.talks.tables import Outline, OutlineQuestion
from tests.bot.dialogue.world import World
from tests.bot.forms.filling import fill, hear

GOOD = (
    "落实主体责任",
    "[单位]",
    "债务化解任务为什么落后",
    "2024年化解任务完成率41%",
    "2025年3月审计报告第2项",
    "9月底前提出方案",
)


def question(world: World, role: str, *answers: str) -> str:
    speaker = world.speaker(role)
    speaker.taps_id(f"outline_question:{world.duty_of('subject')}")
    return fill(speaker, *answers)


def three(world: World) -> None:
    question(world, "leader", *GOOD, "[提交]")
    question(
        world,
        "leader",
        "作风建设",
        "[个人]",
        "下乡调研次数少",
        "全年下乡3次",
        "县委办台账",
        "12月底前每月2次",
        "[提交]",
    )
    question(
        world,
        "discipline",
        "两个维护",
        "[单位]",
        "决策部署落实不到位",
        "督办事项12项未办结",
        "督查通报〔2025〕6号",
        "跳过",
        "[提交]",
    )


def test_topics_come_from_both_schemes_with_their_sources(fresh_world: World) -> None:
    assert [scheme.name for scheme in schemes(fresh_world.data)] == ["四个聚焦", "四个方面"]
    question(fresh_world, "leader")
    labels = fresh_world.speaker("leader").labels()
    assert "落实主体责任（四个聚焦）" in labels
    assert "作风建设（四个方面）" in labels
    assert "其他" in labels


def test_the_installation_may_have_its_own_scheme(fresh_world: World) -> None:
    fresh_world.data.mkdir(parents=True)
    text = '[[scheme]]\nkey = "own"\nname = "本市三项"\nsource = "市委办"\ntopics = ["营商环境"]\n'
    (fresh_world.data / "topics.toml").write_text(text, "utf-8")
    question(fresh_world, "leader")
    assert "营商环境（本市三项）" in fresh_world.speaker("leader").labels()
    with pytest.raises(Refused):
        read_schemes("[[scheme]]\nname = 3")


def test_each_question_shows_what_is_wanting(fresh_world: World) -> None:
    summary = question(
        fresh_world, "leader", "[其他]", "[单位]", "进一步加强学习", "有时候学得不够", "平时了解", "跳过"
    )
    for remark in ("用语空泛：进一步加强", "没有具体数字", "没有提出整改时限"):
        assert remark in summary


@pytest.mark.parametrize("nothing", ["没有", "暂无依据", "无。", "待补"])
def test_a_question_without_evidence_is_not_taken(fresh_world: World, nothing: str) -> None:
    said = question(fresh_world, "leader", *GOOD[:4], nothing)
    assert "每个问题都要有具体事例和依据" in said
    assert "依据是什么" in said


def test_agreed_once_both_sides_have_signed(fresh_world: World) -> None:
    three(fresh_world)
    leader = fresh_world.speaker("leader")
    shown = leader.taps_id(f"outline:{fresh_world.duty_of('subject')}")
    assert "共 3 个问题（一般 3 至 4 个）" in shown
    assert "主题来源" in shown
    assert "问题3没有提出整改时限" in shown
    assert "等待纪检机关、组织部门会签" in fill(leader, "[送会签]", "跳过", "[提交]")
    discipline, organisation = fresh_world.speaker("discipline"), fresh_world.speaker("organisation")
    assert "请您会签" in hear(organisation)
    assert "等待组织部门会签" in signed(discipline)
    assert "已会签完毕" in signed(organisation)
    assert "会签了" in hear(leader)
    assert "不能再改" in question(fresh_world, "leader", *GOOD, "[提交]")


def signed(speaker: object) -> str:
    from tests.bot.dialogue.speaking import Speaker

    assert isinstance(speaker, Speaker)
    hear(speaker)
    speaker.says("会签提纲")
    speaker.says("1")
    return fill(speaker, "[同意]", "[提交]")


def test_a_return_needs_a_reason_and_opens_the_draft_again(fresh_world: World) -> None:
    three(fresh_world)
    leader, organisation = fresh_world.speaker("leader"), fresh_world.speaker("organisation")
    leader.taps_id(f"outline:{fresh_world.duty_of('subject')}")
    fill(leader, "[送会签]", "跳过", "[提交]")
    hear(organisation)
    fill(organisation, "会签提纲", "1", "[退回修改]")
    assert "已退回" in fill(organisation, "第3个问题请补充时限", "[提交]")
    assert "退回了" in hear(leader)
    assert "请补充时限" in leader.taps("查看提纲")
    assert "共 2 个问题" in leader.taps("删去：决策部署")
    with fresh_world.database.reading() as session:
        assert session.exec(select(Outline.status)).one() == "起草中"
        assert len(session.exec(select(OutlineQuestion)).all()) == 3, "what was taken out stays on record"


def test_outside_the_bounds_needs_a_logged_reason(fresh_world: World) -> None:
    question(fresh_world, "leader", *GOOD, "[提交]")
    leader = fresh_world.speaker("leader")
    assert "超出需要写明理由" in fill(leader, "[送会签]", "跳过")
    assert "没有提交：提纲一般为 3 至 4 个问题，现有 1 个，请写明理由。" in leader.taps("提交")
    assert "已送会签" in fill(leader, "专题谈话，只谈债务一项", "[提交]")
    with fresh_world.database.reading() as session:
        assert session.exec(select(Outline.bounds_reason)).one() == "专题谈话，只谈债务一项"


@pytest.mark.parametrize("role", ["subject", "liaison", "recorder", "outsider", "outside_staff", "administrator"])
def test_nobody_else_sees_the_draft(fresh_world: World, role: str) -> None:
    three(fresh_world)
    speaker = fresh_world.speaker(role)
    duty = fresh_world.duty_of("subject")
    for choice in (
        f"outline:{duty}",
        f"outline_question:{duty}",
        "outline_send:1",
        "outline_sign:1",
        "outline_remove:1",
    ):
        said = speaker.taps_id(choice)
        assert "债务" not in said
        assert not any(one.id.startswith("f:") for one in speaker.choices()), choice
