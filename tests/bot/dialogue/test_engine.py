"""The engine as tables: every command at every step of a form with a field of every kind."""

# ruff: noqa: E501 (tables of Chinese phrases, one entry a line)

from datetime import date
from typing import Any

import pytest

from bot.form_engine import advance
from bot.form_fields import FieldKind, Form, FormField, Option, Submitted, Times
from bot.form_progress import (
    CANCEL,
    CHANGE,
    SUMMARY,
    Act,
    Attached,
    Event,
    FormProgress,
    Step,
    Surroundings,
    carry_over,
)
from bot.form_progress import first_question as begin
from storage.outbox.body import Body

TODAY = date(2025, 8, 1)
COLOURS = [Option(1, "红色"), Option(2, "蓝色"), Option(3, "深蓝色")]
PEOPLE = [Option(7, "张三"), Option(8, "李四"), Option(9, "王五")]

FORM = Form(
    name="toy",
    version=2,
    title="试填",
    submit=lambda _: Submitted(Body("好")),
    fields=(
        FormField("colour", "颜色", "什么颜色？", FieldKind.CHOICE, options=lambda _: COLOURS),
        FormField("shade", "色号", "哪个色号？", FieldKind.TEXT, depends=("colour",)),
        FormField("percent", "完成比例", "多少？", FieldKind.PERCENT, reads="percent"),
        FormField(
            "day", "预计完成日期", "哪天？", FieldKind.DATE, reads="date", times=Times.FUTURE,
            when=lambda answers: answers.get("percent", {}).get("v") != 100,
        ),
        FormField("trouble", "困难", "困难？", FieldKind.TEXT, required=False, reads="blocker"),
        FormField("people", "责任人", "谁？", FieldKind.MANY, options=lambda _: PEOPLE),
        FormField("files", "佐证材料", "文件？", FieldKind.FILES, required=False),
    ),
)  # fmt: skip
OPTIONS = {"colour": COLOURS, "people": PEOPLE}
AROUND = Surroundings(TODAY, lambda field, _: OPTIONS.get(field.name, []))
ANSWERS = {
    "colour": {"v": 1, "s": "红色"},
    "shade": {"v": "朱红", "s": "朱红"},
    "percent": {"v": 60, "s": "60%"},
    "day": {"v": "2025-12-15", "s": "2025年12月15日"},
    "trouble": {"v": "缺人", "s": "缺人"},
    "people": {"v": [7], "s": "张三"},
    "files": {"v": None, "s": "（未填）"},
}
ORDER = tuple(ANSWERS)


def standing_at(step: str) -> FormProgress:
    """A form whose fields before `step` are answered."""
    names = ORDER[: ORDER.index(step)] if step in ORDER else ORDER
    return FormProgress({name: ANSWERS[name] for name in names}, names, step)


def do(progress: FormProgress, text: str = "", choice: str = "", files: tuple[Attached, ...] = ()) -> Step:
    return advance(FORM, progress, Event(text, choice, files), AROUND)


def value(step: Step, name: str) -> Any:
    return step.progress.answers.get(name, {}).get("v")


STEPS = [*ORDER, SUMMARY]
ALWAYS = [
    ("暂停", Act.PAUSE, None),
    ("帮助", Act.ASK, None),
    ("看看填了什么", Act.ASK, None),
    ("取消", Act.ASK, CANCEL),
]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize(("words", "act", "asked"), ALWAYS)
def test_steering_words_are_heard_at_every_step(step: str, words: str, act: Act, asked: str | None) -> None:
    before = standing_at(step)
    after = do(before, words)
    assert (after.act, after.progress.asked) == (act, asked or step)
    assert after.progress.answers == before.answers


@pytest.mark.parametrize("step", STEPS)
def test_cancelling_asks_once_and_may_be_taken_back(step: str) -> None:
    asked = do(standing_at(step), "取消").progress
    assert do(asked, "放弃").act is Act.CANCELLED
    assert do(asked, "取消").act is Act.CANCELLED
    assert do(asked, choice="yes").act is Act.CANCELLED
    for back in ({"text": "继续填写"}, {"choice": "no"}, {"text": "不"}):
        kept = do(asked, **back)
        assert (kept.act, kept.progress.asked, kept.progress.answers) == (Act.ASK, step, standing_at(step).answers)


@pytest.mark.parametrize("step", STEPS[1:])
@pytest.mark.parametrize("words", ["上一步", "返回上一步", "回到上一题"])
def test_back_asks_the_field_before_and_loses_nothing(step: str, words: str) -> None:
    before = standing_at(step)
    after = do(before, words)
    assert after.progress.asked == STEPS[STEPS.index(step) - 1]
    assert after.progress.answers == before.answers
    assert do(after.progress, choice="keep").progress == before


def test_back_at_the_first_step_says_so() -> None:
    assert do(standing_at("colour"), "上一步").notes == ("这已经是第一项。",)


def test_back_again_and_again_reaches_the_first_and_one_tap_returns() -> None:
    progress = standing_at(SUMMARY)
    for name in reversed(ORDER):
        progress = do(progress, choice="back").progress
        assert progress.asked == name
    assert do(progress, choice="keep").progress.asked == SUMMARY


@pytest.mark.parametrize("step", ["colour", "shade", "percent", "day", "people"])
def test_skip_on_a_required_field_is_explained(step: str) -> None:
    after = do(standing_at(step), "跳过")
    assert (after.progress.asked, after.act) == (step, Act.ASK)
    assert "不能跳过" in after.notes[0]
    assert "暂停" in after.notes[0]


@pytest.mark.parametrize(("step", "then"), [("trouble", "people"), ("files", SUMMARY)])
@pytest.mark.parametrize("words", ["跳过", "没有", "暂无", "下一题"])
def test_skip_on_an_optional_field_moves_on(step: str, then: str, words: str) -> None:
    after = do(standing_at(step), words)
    assert after.progress.asked == then
    assert value(after, step) is None


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("修改第1项", "colour"), ("修改颜色", "colour"), ("改第2项", "shade"), ("修改色号", "shade"), ("修改完成比例", "percent"),
        ("我要改责任人", "people"), ("修改困难", "trouble"), ("修改佐证材料", "files"),
    ],
)  # fmt: skip
def test_change_by_number_and_by_name_at_every_step(step: str, words: str, asked: str) -> None:
    after = do(standing_at(step), words)
    assert after.progress.asked == asked
    assert after.progress.answers == standing_at(step).answers


def test_change_without_a_target_asks_which() -> None:
    after = do(standing_at(SUMMARY), "修改")
    assert after.progress.asked == CHANGE
    for how in ({"text": "3"}, {"text": "完成比例"}, {"choice": "change.percent"}):
        assert do(after.progress, **how).progress.asked == "percent"
    assert do(after.progress, choice="submit").progress.asked == SUMMARY
    assert do(after.progress, "上一步").progress.asked == SUMMARY


@pytest.mark.parametrize(
    ("words", "name", "expected"),
    [
        ("不对，是80%", "percent", 80), ("完成比例改为75%", "percent", 75), ("完成时间改到11月20日", "day", "2025-11-20"),
        ("色号改为玫红", "shade", "玫红"), ("责任人改成李四", "people", [8]), ("颜色改成蓝色", "colour", 2),
        ("困难：没有资金", "trouble", "没有资金"),
    ],
)  # fmt: skip
def test_a_sentence_at_the_summary_corrects_its_field(words: str, name: str, expected: object) -> None:
    after = do(standing_at(SUMMARY), words)
    assert value(after, name) == expected
    assert after.act is Act.ASK


def test_submit_only_from_the_summary_and_only_when_complete() -> None:
    assert do(standing_at(SUMMARY), "提交").act is Act.SUBMIT
    assert do(standing_at(SUMMARY), "确认").act is Act.SUBMIT
    assert do(standing_at(SUMMARY), choice="submit").act is Act.SUBMIT
    for step in ORDER:
        early = do(standing_at(step), choice="submit")
        assert early.act is Act.ASK
        assert "还差" in early.notes[0]
    assert do(standing_at("percent"), "提交").act is Act.ASK


def test_several_facts_in_one_sentence_fill_several_fields() -> None:
    after = do(standing_at("percent"), "完成60%了，12月15日前能完成，卡在用地审批")
    assert [value(after, name) for name in ("percent", "day", "trouble")] == [60, "2025-12-15", "用地审批"]
    assert after.progress.asked == "people"
    assert "2025年12月15日" in "".join(after.notes)


def test_a_fact_off_the_question_is_kept_and_the_question_stays() -> None:
    after = do(standing_at("day"), "完成80%了")
    assert (value(after, "percent"), after.progress.asked) == (80, "day")


def test_what_does_not_apply_any_more_is_not_asked_and_not_submitted() -> None:
    done = do(standing_at(SUMMARY), "完成比例改为100%").progress
    assert "day" in done.answers
    assert "day" not in FORM.applying(done.answers)
    assert do(done, choice="submit").act is Act.SUBMIT


def test_changing_a_field_voids_what_depends_on_it() -> None:
    there = do(standing_at(SUMMARY), "修改颜色").progress
    after = do(there, choice="o.2")
    assert "shade" not in after.progress.answers
    assert after.progress.asked == "shade"
    assert "色号" in "".join(after.notes)
    assert "shade" in do(there, choice="o.1").progress.answers


@pytest.mark.parametrize(
    ("words", "expected"),
    [("2", 2), ("红色", 1), ("深蓝色", 3), ("深蓝", 3), ("１", 1)],
)
def test_an_option_by_number_or_name(words: str, expected: int) -> None:
    assert value(do(standing_at("colour"), words), "colour") == expected


def test_an_option_that_could_be_two_is_asked_back() -> None:
    after = do(standing_at("colour"), "色")
    assert after.progress.asked == "colour"
    assert "有几项都符合" in after.notes[0]


def test_an_option_is_tapped_by_what_it_means_not_by_its_place() -> None:
    moved = Surroundings(TODAY, lambda *_: [Option(5, "紫色"), *COLOURS])
    tapped = advance(FORM, standing_at("colour"), Event(choice="o.2"), moved)
    assert value(tapped, "colour") == 2
    gone = advance(FORM, standing_at("colour"), Event(choice="o.2"), Surroundings(TODAY, lambda *_: COLOURS[:1]))
    assert (gone.progress.asked, value(gone, "colour")) == ("colour", None)
    assert "重新选择" in gone.notes[0]


def test_several_people_by_taps_and_by_names() -> None:
    progress = standing_at("people")
    for choice in ("o.7", "o.8", "o.9", "o.8"):
        progress = do(progress, choice=choice).progress
        assert progress.asked == "people"
    after = do(progress, choice="done")
    assert (value(after, "people"), after.progress.asked) == ([7, 9], "files")
    assert value(do(standing_at("people"), "张三、王五"), "people") == [7, 9]
    assert value(do(standing_at("people"), "1、3"), "people") == [7, 9]
    assert "赵六" in do(standing_at("people"), "张三、赵六").notes[0]
    assert "必须填写" in do(standing_at("people"), choice="done").notes[0]


@pytest.mark.parametrize("step", STEPS)
def test_files_are_taken_at_every_step(step: str) -> None:
    after = do(standing_at(step), files=(Attached(5, "照片.png"),))
    assert [item[0] for item in value(after, "files")] == [5]
    assert after.progress.asked == step
    twice = do(after.progress, files=(Attached(5, "照片.png"), Attached(6, "表.xlsx")))
    assert [item[0] for item in value(twice, "files")] == [5, 6]
    assert "照片.png" in after.notes[0]


def test_files_end_with_one_tap_or_word() -> None:
    sent = do(standing_at("files"), files=(Attached(5, "照片.png"),)).progress
    for ending in ({"choice": "done"}, {"text": "发完了"}, {"text": "没有了"}, {"text": "好了"}):
        after = do(sent, **ending)
        assert (after.progress.asked, value(after, "files")) == (SUMMARY, [[5, "照片.png"]])


def test_a_caption_beside_a_file_is_read_too() -> None:
    after = do(standing_at("percent"), "完成80%", files=(Attached(5, "照片.png"),))
    assert (value(after, "percent"), [item[0] for item in value(after, "files")]) == (80, [5])


@pytest.mark.parametrize("step", STEPS)
def test_a_question_is_passed_on_at_every_step_and_changes_no_answer(step: str) -> None:
    after = do(standing_at(step), "延期要谁批准？")
    assert (after.act, after.progress.asked) == (Act.QUESTION, step)
    assert FORM.applying(after.progress.answers) == standing_at(step).answers


def test_a_text_taken_for_a_question_becomes_the_answer_with_one_tap() -> None:
    asked = do(standing_at("shade"), "为什么是这个颜色")
    assert asked.act is Act.QUESTION
    after = do(asked.progress, choice="take")
    assert (value(after, "shade"), after.progress.asked) == ("为什么是这个颜色", "percent")
    forgotten = do(asked.progress, "朱红")
    assert do(FormProgress(forgotten.progress.answers, (), "shade"), choice="take").progress.asked == "shade"


def test_a_long_statement_with_question_words_is_an_answer() -> None:
    words = "他说明了为什么工作推进慢，主要是人手不足、资金到位晚，下一步由分管领导负责协调解决"
    assert value(do(standing_at("shade"), words), "shade") == words


def test_restart_begins_from_nothing() -> None:
    after = do(standing_at(SUMMARY), "重新填写")
    assert (after.progress.answers, after.progress.asked) == ({}, "colour")


@pytest.mark.parametrize("choice", ["o.99", "o.x", "nonsense", "change.unknown", "take", "done", "yes", "no", "drop"])
def test_a_useless_tap_changes_nothing(choice: str) -> None:
    before = standing_at("percent")
    after = do(before, choice=choice)
    assert (after.act, after.progress) == (Act.ASK, before)


def test_an_old_version_is_carried_over() -> None:
    old = FormProgress({**ANSWERS, "gone": {"v": 1, "s": "一"}}, (*ORDER, "gone"), "gone")
    del old.answers["percent"]
    carried = carry_over(FORM, old)
    assert "gone" not in carried.answers
    assert carried.asked == "percent"
    assert carried.answers["shade"]["v"] == "朱红"


def test_begun_with_something_known_asks_the_rest() -> None:
    assert begin(FORM, {"colour": {"v": 1, "s": "红色"}}).asked == "shade"
    assert begin(FORM, dict(ANSWERS)).asked == SUMMARY
