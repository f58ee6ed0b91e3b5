"""A verdict stands before a quote only where the quote allows or forbids the very thing that is asked about."""

import pytest

from knowledge.permission import settled

GUESTS = "接待工作餐不得提供香烟，不上酒。"
ACTING = "可以由联络员代为填报，系统会注明代报人。"


@pytest.mark.parametrize(
    ("question", "quote", "about", "verdict"),
    [
        ("接待工作餐到底能不能上酒？", GUESTS, "接待办法第九条", "不可以"),
        ("工作餐可以上酒吗", GUESTS, "接待办法第九条", "不可以"),
        ("联络员能否代为填报", ACTING, "问答", "可以"),
        ("由联络员代为填报可以吗？", ACTING, "问答", "可以"),
        (
            "谈话能不能在食堂进行，费用怎么报销？",
            "不能。任职谈话与监督谈话目的不同，应当分别进行。",
            "任职谈话能不能抵作监督谈话",
            "",
        ),
        ("谈话可以录音吗", "涉密会议不得录音录像。", "保密规定", ""),
        ("接待工作餐能不能上酒", "接待工作餐每餐不超过三人。", "接待办法第九条", ""),
        ("接待工作餐能不能上酒", "确需上酒的，可以按规定报批；未经批准不得上酒。", "接待办法第九条", ""),
        ("接待工作餐怎么安排", GUESTS, "接待办法第九条", ""),
        ("轮岗人员能不能参加评优", "轮岗人员不得参与原岗位审批。评优由人事科组织参加。", "轮岗人员评优参加办法", ""),
    ],
)
def test_only_the_very_act_settles_it(question: str, quote: str, about: str, verdict: str) -> None:
    assert settled(question, quote, about) == verdict
