"""Which question counts as the same: the way of asking may differ, nothing else."""

import pytest

from knowledge.same_question import NEAR, alikeness, question_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("谈话提纲必须包含什么", "请问谈话提纲应当包括哪些内容？"),
        ("什么是一报告两评议", "一报告两评议是什么意思"),
        ("谈话可以录音吗", "谈话能不能录音"),
        ("监督谈话一年谈几次", "监督谈话每年谈多少次呢"),
        ("请假多少天要报批", "请假几天要报批？"),
        ("怎么办理延期", "如何办理延期"),
        ("谈话记录由谁保管", "谈话记录由哪位保管啊"),
        ("ＡＢ级单位怎么分", "AB级单位怎么分"),
    ],
)
def test_the_same_question(one: str, other: str) -> None:
    assert question_key(one) == question_key(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("谈话可以录音吗", "谈话不可以录音吗"),
        ("县级领导外出向谁报告", "乡级领导外出向谁报告"),
        ("上级约谈下级要几天通知", "下级约谈上级要几天通知"),
        ("2019年谈话几次", "2024年谈话几次"),
        ("谈话前要准备什么", "谈话后要准备什么"),
        ("什么时候谈话", "为什么谈话"),
        ("今年谈话几次", "今年谈话了几次"),
        ("3人以上怎么办", "13人以上怎么办"),
    ],
)
def test_another_question(one: str, other: str) -> None:
    assert question_key(one) != question_key(other)


def test_nothing_left_is_no_question() -> None:
    assert question_key("？！……") == question_key("请问一下") == ""


def test_near_is_near_and_far_is_far() -> None:
    key = question_key("谈话记录要保存几年")
    assert alikeness(key, key) == 1.0
    assert NEAR <= alikeness(key, question_key("述职谈话记录要保存几年")) < 1.0
    assert alikeness(key, question_key("食堂几点开饭")) < NEAR
