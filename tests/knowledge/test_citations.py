"""What a model writes is kept only where its citations hold."""

import pytest

from knowledge.citations import carries, checked

PASSAGES = (
    "《云溪县机关值班管理办法》第四条\n夜间值班时间为18时至次日8时。值班人员应当提前15分钟到岗交接。",
    "《云溪县机关值班管理办法》第五条\n值班人员不得擅自离岗。",
)


def test_a_sentence_its_passage_carries_is_kept():
    kept, dropped = checked("夜间值班时间为18时至次日8时[1]。值班人员不得擅自离岗[2]。", PASSAGES)
    assert [(one.text, one.sources) for one in kept] == [
        ("夜间值班时间为18时至次日8时。", (0,)),
        ("值班人员不得擅自离岗。", (1,)),
    ]
    assert dropped == 0


@pytest.mark.parametrize(
    "written",
    [
        "夜间值班时间为19时至次日8时[1]。",
        "夜间值班时间为18时至次日8时。",
        "夜间值班时间为18时至次日8时[7]。",
        "值班人员可以擅自离岗[2]。",
        "根据《青石镇值班办法》，值班人员应当提前15分钟到岗[1]。",
        "夜间值班的同志由办公室统一安排晚餐和休息场所[1]。",
        "值班人员不得擅自离岗[1]。",
    ],
)
def test_a_sentence_nothing_carries_is_dropped(written):
    kept, dropped = checked(written, PASSAGES)
    assert not kept
    assert dropped == 1


def test_figures_are_compared_as_figures():
    assert carries("会议每月不超过4次。", "每月会议不超过4次。")
    assert not carries("会议每月不超过14次。", "每月会议不超过4次。")
