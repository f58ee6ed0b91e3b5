"""What a question asks for, and whether it stands in what was found: figures, versions, members, masked dates."""

import pytest

from knowledge.asked_for import (
    Piece,
    counted_words,
    figure_missing,
    head_missing,
    masked_away,
    members_missing,
    thing_asked,
    version_missing,
)

SUMMARY = Piece("全县开展走访312人次，其中驻村干部走访40人。", "走访工作总结")


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("全县走访312人次里，驻村干部一共有多少人", "驻村干部"),
        ("试岗期最长多久", "试岗期"),
        ("每次值守补助多少元", "每次值守补助"),
        ("多少人参加了走访", ""),
    ],
)
def test_what_is_counted_stands_before_the_asking_words(question, words):
    assert counted_words(question) == words


def test_a_figure_of_another_unit_is_no_figure():
    assert figure_missing("走访了多少分钟", [SUMMARY]) == 1
    assert figure_missing("走访了多少人", [SUMMARY]) == 0
    assert figure_missing("走访要注意哪些方面", [SUMMARY]) == 0
    assert thing_asked("走访要注意哪些方面") == ""


def test_a_figure_of_something_else_leaves_the_head_missing():
    assert head_missing("驻村干部有多少人", [SUMMARY]) < 0.2
    assert head_missing("退休职工有多少人", [SUMMARY]) == 1
    assert head_missing("走访工作怎么开展", [SUMMARY]) == 0


def test_headings_count_half():
    piece = Piece("每次不得少于2小时。", "第三章 集中学习")
    assert head_missing("集中学习多长时间", [piece]) == 0.5


def test_a_penalty_must_stand_beside_the_act():
    rule = Piece("擅自离岗的，给予警告处分。", "值班管理办法")
    assert head_missing("擅自离岗会受什么处分", [rule]) < 0.55
    assert head_missing("拒绝体检会受什么处分", [rule]) > 0.55


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("2023年修订的值班管理办法新增了哪些内容", 1),
        ("2024年印发的值班管理办法新增了哪些内容", 0),
        ("2024年印发的档案管理办法有几条", 1),
        ("值班管理办法有几条", 0),
    ],
)
def test_a_version_is_named_by_rule_and_year(question, missing):
    assert version_missing(question, ["云溪县机关值班管理办法 值班办法2024.txt 2024-03-01"]) == missing


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("深入推进“四大行动”，成效明显。", 1),
        ("深入推进“四大行动”，即清源、护航、强基、暖心。", 0),
        ("“四大行动”包括：一是清源；二是护航；三是强基；四是暖心。", 0),
        ("要做到“四大行动”。行动清源。行动护航。行动强基。行动暖心。", 0),
        ("深入推进清源、护航、强基、暖心“四大行动”。", 0),
    ],
)
def test_a_counted_name_is_not_its_members(text, missing):
    assert members_missing("“四大行动”具体是哪些", [text]) == missing
    assert members_missing("“四大行动”是哪年开始的", [text]) == 0


def test_a_masked_date_is_no_date():
    masked = Piece("会议于*年*月召开。", "")
    assert masked_away("会议是哪一年开的", [masked]) == 1
    assert masked_away("会议讲了什么", [masked]) == 0
    assert masked_away("会议是哪一年开的", [SUMMARY]) == 0
