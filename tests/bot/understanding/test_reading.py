"""What holds for every reply, and the parts of a reading the tables do not show."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.understanding import Expecting, Reading, command_phrases, hedges, read_reply
from bot.understanding.blockers import find_blocker, own_words, says_none
from bot.understanding.commands import read_command
from bot.understanding.corrections import current
from bot.understanding.extensions import read_extension
from bot.understanding.festivals import NAMES, festival, next_festival
from bot.understanding.normalise import MAX_LENGTH, normalise
from bot.understanding.questions import is_question, split_questions

TODAY = date(2026, 3, 4)
FIELDS = ("percent", "finish_date", "status", "blocker", "confirm", "any", "text")
_VOCABULARY = (
    "完成 已 未 没有 启动 卡在 资金 延期 申请 再 宽限 十天 下周五 前 月底 12月5日 80% 八成 过半 不对 是 改成 60 取消 "
    "跳过 返回 提交 确认 什么 吗 谁 怎么 困难 无 ， 。 3项 10个问题 整改 了 剩 嗯 那个 等下 开会 修改第2项 100% 没问题 "
    "就是 大概 的 也 都 好 对 年 底"
)
_WORDS = _VOCABULARY.split()
_ANY_TEXT = st.one_of(st.text(max_size=120), st.lists(st.sampled_from(_WORDS), max_size=16).map("".join))
_EXPECTING = st.builds(
    Expecting,
    field=st.sampled_from(FIELDS),
    prev=st.sampled_from(({}, {"percent": 40, "date": "2026-04-01"}, {"date": date(2026, 4, 1)}, {"date": "odd"})),
    due=st.sampled_from((None, date(2026, 3, 31))),
)


@settings(max_examples=400)
@given(_ANY_TEXT, _EXPECTING)
def test_every_reply_gets_a_consistent_reading(text: str, expecting: Expecting) -> None:
    reading = read_reply(text, today=TODAY, expecting=expecting)
    assert reading.percent is None or 0 <= reading.percent <= 100
    if reading.clarify:
        assert (reading.percent, reading.date, reading.status, reading.command) == (None, None, None, None)
        assert reading.doubt
        assert not reading.is_question
    elif expecting.field != "text":
        assert reading != Reading()


@given(st.sampled_from(_WORDS), st.integers(20, 200), st.sampled_from(FIELDS))
def test_the_same_word_over_and_over_is_read_in_bounded_time(word: str, times: int, field: str) -> None:
    """A pattern that tries every way of cutting the text up would not come back (pytest-timeout would tell)."""
    assert read_reply(word * times, today=TODAY, expecting=Expecting(field)) is not None


def test_long_text_is_kept_whole_as_an_obstacle() -> None:
    story = "土地手续没有办下来，" * 200
    reading = read_reply(story, today=TODAY, expecting=Expecting("blocker"))
    assert len(story) > MAX_LENGTH
    assert reading.blocker is not None
    assert len(reading.blocker) > MAX_LENGTH


def test_free_text_fields_take_commands_and_questions_only() -> None:
    story = "11月5日召开专题会，完成80%，卡在审批"
    assert read_reply(story, today=TODAY, expecting=Expecting("text")) == Reading()
    assert read_reply("上一步", today=TODAY, expecting=Expecting("text")).command == "back"
    assert read_reply("这里要写什么？", today=TODAY, expecting=Expecting("text")).is_question


@pytest.mark.parametrize(
    ("text", "name", "target"),
    [
        ("修改第2项", "edit", 2),
        ("改第十二项", "edit", 12),
        ("第3题填错了", "edit", 3),
        ("修改完成时间", "edit", "finish_date"),
        ("进度要改", "edit", "percent"),
        ("把困难改一下", "edit", "blocker"),
        ("修改责任人", "edit", "责任人"),
        ("继续", "resume", None),
        ("麻烦帮我跳过吧谢谢", "skip", None),
        ("返回上一步吧", "back", None),
    ],
)
def test_commands_with_their_target(text: str, name: str, target: object) -> None:
    command = read_command(normalise(text))
    assert command is not None
    assert (command.name, command.target) == (name, target)


@pytest.mark.parametrize(
    "text",
    [
        "审批环节没法跳过",
        "取消了两个不合规项目",
        "暂停施工的手续没办",
        "提交的材料被退回",
        "确认函还没盖章",
        "帮助企业纾困",
    ],
)
def test_an_answer_with_a_command_word_in_it_is_no_command(text: str) -> None:
    assert read_command(normalise(text)) is None
    assert read_reply(text, today=TODAY, expecting=Expecting("blocker")).blocker == text


def test_edits_of_the_forms_own_fields() -> None:
    labels = {"地点": "place", "谈话方式": "mode"}
    for text in ("修改地点", "地点填错了", "把地点改一下", "我要改地点"):
        reading = read_reply(text, today=TODAY, expecting=Expecting("text", labels=labels))
        assert (reading.command, reading.target) == ("edit", "place")
    assert read_reply("地点", today=TODAY, expecting=Expecting("text", labels=labels)).command is None


def test_commands_are_listed_once_each() -> None:
    assert set(command_phrases.PHRASES) == {
        "deny", "cancel", "skip", "back", "restart", "show", "edit", "submit", "pause", "resume", "help",
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "没什么困难",
        "不知道什么时候能完成",
        "过几天",
        "无论怎么改都不行",
        "好几个问题",
        "几乎完成",
        "几家单位意见不统一",
    ],
)
def test_statements_with_question_words(text: str) -> None:
    assert not is_question(normalise(text))


def test_a_fact_and_a_question_are_told_apart() -> None:
    assert split_questions("完成60%。延期找谁批？") == ("完成60%。", True)
    assert split_questions("60%行吗") == ("60%", True)
    assert split_questions("如果月底完不成，怎么申请延期？") == ("", True)


def test_corrections_keep_what_they_do_not_touch() -> None:
    assert current("不是80%是85%", [(2, 5), (6, 9)]) == [1]
    assert current("完成60%，时间改到月底", [(2, 5)]) == [0]


def test_lengths_of_extensions_need_a_due_date() -> None:
    assert read_extension("申请延期十天", None).day is None
    assert read_extension("申请延期十天", date(2026, 3, 10)).day == date(2026, 3, 20)
    assert not read_extension("不需要延期", date(2026, 3, 10)).asked


def test_obstacles_in_their_own_words() -> None:
    assert own_words("主要是缺人") == "缺人"
    assert find_blocker("完成60%，卡在用地指标，其他都好") == "用地指标"
    assert find_blocker("没有什么困难") == ""
    assert find_blocker("完成60%") is None
    assert says_none("都挺顺利的")
    assert not says_none("没有钱")


def test_hedges_near_the_value_count_and_far_ones_do_not() -> None:
    assert hedged("恐怕八成", "八成")
    assert hedged("九成不敢说", "九成")
    assert not hedged("完成八成，钱没到位", "八成")
    assert not hedged("没什么困难，八成", "八成")


def hedged(text: str, value: str) -> bool:
    at = text.index(value)
    return hedges.hedged(text, at, at + len(value))


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("　８５％ ", "85%"),
        (" 取 消 ", "取消"),
        ("完成 7 5 %", "完成 75%"),
        ("12 月 5 日", "12月5日"),
        ("进度 90 时间 12.5", "进度 90 时间 12.5"),
        ("己完成", "已完成"),
        ("可以完成", "可以完成"),
        ("本月低保发放", "本月低保发放"),
        ("月低前", "月底前"),
        ("下礼拜五", "下周五"),
    ],
)
def test_one_spelling(typed: str, read: str) -> None:
    assert normalise(typed) == read


@given(st.text(max_size=200))
def test_normalising_twice_is_normalising_once_in_width(text: str) -> None:
    once = normalise(text)
    assert len(once) <= 4 * MAX_LENGTH
    assert not any("\uff01" <= char <= "\uff5e" and char.isalnum() for char in once)


def test_festivals_agree_with_the_official_holiday_calendar() -> None:
    calendar = pytest.importorskip("chinese_calendar")
    names = {
        "春节": "Spring Festival",
        "清明": "Tomb-sweeping Day",
        "端午": "Dragon Boat Festival",
        "中秋": "Mid-autumn Festival",
    }
    for year in (2024, 2025, 2026):
        for ours, theirs in names.items():
            day = festival(ours, year)
            assert day is not None
            holiday, name = calendar.get_holiday_detail(day)
            assert holiday
            assert name in (theirs, "National Day")  # 中秋 may fall into the National Day week


def test_festivals_outside_the_table_are_not_guessed() -> None:
    assert festival("春节", 2041) is None
    assert next_festival("春节", date(2040, 6, 1)) is None
    assert festival("元旦", 2041) == date(2041, 1, 1)
    assert all(festival(name, 2030) for name in NAMES)
