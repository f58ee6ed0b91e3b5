"""Passing a question to staff, answering it in chat, standard answers, and what askers think of answers."""

import pytest
from sqlmodel import select

from bot.command_line.ask import as_json
from bot.conversation import Conversation
from knowledge.answering import PolicyDesk
from knowledge.ingesting import ingest
from storage.conversations.tables import QuestionLog
from storage.documents.rules import PUBLIC, read_audience
from tests.bot.dialogue.speaking import Speaker
from tests.bot.dialogue.world import World
from tests.bot.forms.filling import fill, hear
from tests.knowledge.conftest import CountedWords

ASKED = "谈话记录要保存几年？"
RULE = (
    "云溪市谈话档案管理办法\n（2024年3月1日 云溪市委办公室印发）\n\n第一条 为规范谈话档案管理，制定本办法。\n"
    "第二条 谈话记录由纪检机关保存。\n第三条 谈话记录保存期限为10年，自谈话之日起计算。\n第四条 本办法自2024年4月1日起施行。\n"
)


class Asking(Speaker):
    """A speaker whose questions are answered from the register."""

    def conversation(self) -> Conversation:
        desk = PolicyDesk(self.database, self.data, embeddings=CountedWords())
        return Conversation(self.database, desk, self.clock, self.data)


@pytest.fixture
def asker(fresh_world: World) -> Speaker:
    return fresh_world.speaker("subject")


def asking(world: World, role: str) -> Asking:
    return Asking(world.database, world.cast[role], world.data, world.clock)


def registered(world: World, audience: str = "公开") -> None:
    ingest(
        world.database, RULE.encode(), "谈话档案办法.txt", vouched=None, audience=read_audience(audience), actor=None,
        now=world.now,
    )  # fmt: skip


def logged(world: World) -> list[tuple[str, str]]:
    with world.database.reading() as session:
        return [(row.verdict, row.reason) for row in session.exec(select(QuestionLog))]


def test_a_question_without_basis_reaches_staff_and_its_answer_the_asker(fresh_world: World, asker: Speaker) -> None:
    asker.says(ASKED)
    assert "已转给工作人员" in asker.taps("转给工作人员")
    assert "已经转给工作人员" in asker.says("转人工")
    staff = fresh_world.speaker("organisation")
    assert ASKED not in hear(staff), "no contents before a tap"
    assert "吴敏（青石县）" in staff.taps("查看提问")
    staff.taps("答复")
    assert "答复已发给吴敏" in fill(staff, "保存十年。", "跳过", "[只答复本人]", "[提交]")
    heard = hear(asker)
    assert ASKED in heard
    assert "保存十年。" in heard
    assert "孙立" in heard
    assert "没有等待您答复的提问" in staff.says("待答提问")
    other = fresh_world.speaker("discipline")
    hear(other)
    assert "已经有人答复" in other.taps_id("question:1") or "保存十年" in other.text()


def test_a_passage_is_cited_and_the_answer_pinned(fresh_world: World) -> None:
    registered(fresh_world)
    asker, staff = asking(fresh_world, "subject"), asking(fresh_world, "organisation")
    asker.says("谈话记录纸质版放在哪个房间")
    asker.says("转给工作人员")
    staff.says("答复提问")
    staff.taps("谈话记录纸质版")
    fill(staff, "放在市纪委档案室。", "谈话档案 第二条", "[第二条]", "[同时作为标准答复]")
    assert "青石县" not in "".join(staff.labels())
    done = fill(staff, "[公开]", "[2026年8月1日]", "[提交]")
    assert "先按这条标准答复作答，2026年8月1日复核" in done
    assert "谈话记录由纪检机关保存" in hear(asker)
    for question in ("谈话记录纸质版放在哪个房间？", "请问谈话记录的纸质版放在哪个房间呢"):
        said = asking(fresh_world, "township_head").says(question)
        assert "放在市纪委档案室" in said
        assert "【标准答复】由云溪市孙立负责，复核日期2026年8月1日" in said
        assert "——《云溪市谈话档案管理办法》第二条" in said


def pinned(world: World, staff: Speaker, answer: str, audience: str, question: str = ASKED) -> None:
    asker = asking(world, "subject")
    asker.says(question)
    asker.says("转给工作人员")
    staff.says("待答提问")
    staff.taps(question[:6])
    staff.taps("答复")
    fill(staff, answer, "跳过", "[同时作为标准答复]", f"[{audience}]", "2026年3月1日", "[提交]")


def test_nobody_is_given_a_standard_answer_above_their_rights(fresh_world: World) -> None:
    pinned(fresh_world, asking(fresh_world, "organisation"), "内部保存十年", "内部")
    for role, may in (("subject", False), ("outsider", False), ("discipline", True)):
        speaker = asking(fresh_world, role)
        hear(speaker)
        assert ("内部保存十年" in speaker.says(ASKED)) == may, role
        speaker.says("述职谈话记录要保存几年")
        assert (speaker.choice("相近的标准答复") is not None) == may, "nor told that there is one"
        assert ("内部保存十年" in speaker.taps_id("standard:1")) == may, role


def test_a_near_question_offers_the_standard_answer(fresh_world: World) -> None:
    pinned(fresh_world, asking(fresh_world, "organisation"), "保存十年", "公开")
    speaker = asking(fresh_world, "subject")
    hear(speaker)
    assert "保存十年" not in speaker.says("述职谈话记录要保存几年？")
    assert "保存十年" in speaker.taps("相近的标准答复")


def test_standard_answers_are_edited_reviewed_and_withdrawn(fresh_world: World) -> None:
    staff, asker = asking(fresh_world, "organisation"), asking(fresh_world, "subject")
    pinned(fresh_world, staff, "保存十年", "公开")
    fresh_world.at("2026-03-02 09:00")
    assert "已过复核日期" in asker.says(ASKED)
    assert "待复核 1 条" in staff.says("标准答复")
    staff.taps("谈话记录")
    staff.taps("修改")
    assert "第2版" in fill(staff, "保存十五年", "跳过", "[2026年9月1日]", "[提交]")
    assert "保存十五年" in asker.says(ASKED)
    assert "待复核 0 条" in staff.says("标准答复")
    staff.taps("谈话记录")
    staff.taps("撤下")
    fill(staff, "制度已修订", "[提交]")
    assert "保存十五年" not in asker.says(ASKED)


def test_a_withdrawn_basis_silences_the_standard_answer(fresh_world: World) -> None:
    from storage.documents.upkeep import withdraw

    registered(fresh_world)
    asker, staff = asking(fresh_world, "subject"), asking(fresh_world, "organisation")
    asker.says("谈话记录纸质版放在哪个房间")
    asker.says("转给工作人员")
    staff.says("答复提问")
    staff.taps("谈话记录纸质版")
    fill(staff, "放在档案室", "第二条 纪检机关", "[第二条]", "[同时作为标准答复]", "[公开]", "[2026年8月1日]", "[提交]")
    assert "放在档案室" in asker.says("谈话记录纸质版放在哪个房间")
    with fresh_world.database.transaction() as session:
        withdraw(session, document_id=1, reason="试", actor=None, now=fresh_world.now)
    assert "放在档案室" not in asker.says("谈话记录纸质版放在哪个房间")
    assert "所引文件已不再使用" in staff.says("标准答复")


def test_a_verdict_takes_one_tap_and_a_wrong_one_one_more(fresh_world: World, asker: Speaker) -> None:
    asker.says(ASKED)
    asker.taps("有用")
    assert logged(fresh_world) == [("有用", "")]
    assert "什么原因" in asker.taps("改为没用")
    assert asker.labels()[:4] == ["答非所问", "依据过时", "没找到", "其他"]
    asker.taps("依据过时")
    assert logged(fresh_world) == [("没用", "依据过时")]
    asker.taps("改选原因")
    asker.taps("改为有用")
    assert logged(fresh_world) == [("有用", "")]


def test_staff_see_figures_that_open_lists_without_names(fresh_world: World, asker: Speaker) -> None:
    asker.says(ASKED)
    asker.taps("没用")
    asker.taps("没找到")
    staff = fresh_world.speaker("organisation")
    assert "没用 1" in staff.says("答复评价")
    said = staff.taps("没找到（1）")
    assert ASKED in said
    assert "吴敏" not in said
    administrator = fresh_world.speaker("administrator")
    assert "没用 1" in administrator.says("答复评价")
    assert administrator.choices() == []
    assert ASKED not in administrator.taps_id("judged:1.3")


def test_verdicts_inside_a_form_leave_the_form_as_it_is(world: World) -> None:
    doer = world.speaker("responsible")
    doer.says("汇报进展")
    before = doer.taps("清理积压拨付单")
    doer.says("整改期限怎么规定的？")
    assert before in doer.taps("有用")
    assert logged(world) == [("有用", "")]


def test_ask_json_keeps_its_form(fresh_world: World) -> None:
    registered(fresh_world)
    pinned(fresh_world, asking(fresh_world, "organisation"), "放在档案室", "公开", "谈话记录纸质版放在哪个房间")
    desk = PolicyDesk(fresh_world.database, fresh_world.data, embeddings=CountedWords())
    for question in ("谈话记录保存期限是几年", "谈话记录纸质版放在哪个房间"):
        row = as_json(desk.answer(question, audience=PUBLIC, on_date=fresh_world.now.date()), "1", 1.0, False)
        assert set(row) - {"nearest"} == {"id", "kind", "text", "citations", "ms"}
