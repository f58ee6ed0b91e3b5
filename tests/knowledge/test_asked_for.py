"""What a question asks for, and whether it stands in what was found: figures, versions, members, masked dates."""

import pytest

from knowledge.asked_for import (
    Piece,
    figure_missing,
    masked_away,
    members_missing,
    thing_asked,
    version_missing,
)

SUMMARY = Piece("全县开展走访312人次，其中驻村干部走访40人。", "走访工作总结")


def test_a_figure_of_another_unit_is_no_figure():
    assert figure_missing("走访了多少分钟", [SUMMARY]) == 1
    assert figure_missing("走访了多少人", [SUMMARY]) == 0
    assert figure_missing("走访要注意哪些方面", [SUMMARY]) == 0
    assert thing_asked("走访要注意哪些方面") == ""


@pytest.mark.parametrize(
    ("question", "text", "given"),
    [
        ("食堂补贴多少钱一个月", "每月补贴300元。", True),
        ("食堂补贴多少钱一个月", "食堂由后勤中心管理，共12人。", False),
        ("结业考试多少分合格", "考试80分以上为合格。", True),
        ("结业考试多少分合格", "缺课三分之一以上的不予结业。", False),
        ("办公室面积多大", "使用面积不超过12平方米。", True),
        ("窗口几点开门", "工作日9时至17时开放。", True),
        ("组长由什么级别的人担任", "组长由县处级以上干部担任。", True),
        ("扫描要多少dpi", "分辨率不低于300dpi。", True),
        ("扫描要多少dpi", "扫描件共300页。", False),
        ("一顿工作餐不超过多少钱", "陪同人数不超过来客的三分之一。", False),
        ("补贴标准是多少", "按基本工资的三分之一发放。", True),
        ("要多少人同意才算通过", "到会人员过半数同意的，方为通过。", True),
        ("要几个领导签字", "须经两名负责人签字。", True),
        ("比赛要交多少保证费", "比赛须按时到场。", False),
        ("宿舍安排几星的", "宿舍由后勤安排，每间2人。", False),
        ("复赛要打几轮", "复赛分三轮进行。", True),
        ("复赛要打几轮", "复赛于3月举行。", False),
        ("要几个领导签字", "须经负责人签字后生效。", False),
    ],
)
def test_measures_are_told_apart(question, text, given):
    assert (figure_missing(question, [Piece(text, "")]) == 0) is given


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
        ("制定短板、任务、责任、时限‘四张表’,纳入“四大行动”的内容,与日常工作结合。", 1),
        ("推进“四大行动”，解决层层递减、虚化空转、协调不畅等问题。", 1),
        ("推进“四大行动”,抓好清源、护航、强基、暖心。", 0),
        ("推进“四大行动”。" + "工作要落实落细，取得实效。" * 12 + "一是清。二是护。三是强。四是暖。", 1),
    ],
)
def test_a_counted_name_is_not_its_members(text, missing):
    assert members_missing("“四大行动”具体是哪些", [text]) == missing
    assert members_missing("四大行动具体是哪些", [text]) == missing  # the text puts the name in quotation marks
    assert members_missing("“四大行动”是哪年开始的", [text]) == 0


def test_a_masked_date_is_no_date():
    masked = Piece("会议于*年*月召开。", "")
    assert masked_away("会议是哪一年开的", [masked]) == 1
    assert masked_away("会议讲了什么", [masked]) == 0
    assert masked_away("会议是哪一年开的", [SUMMARY]) == 0
