"""Acts asked about: whether something may be done, and who does it; over sentences written here."""

import pytest

from knowledge.asked_acts import act_asked, act_missing, deed_asked, unlisted_deed
from knowledge.asked_near import nearness
from tests.knowledge.test_asked_near import scene

KITCHEN = ["食堂由后勤中心管理，工作日供应午餐。", "职工凭餐卡用餐，餐卡不得转借他人。"]


@pytest.mark.parametrize(
    ("question", "act"),
    [
        ("餐卡能不能转借", "转借"),
        ("食堂里可不可以自己带酒水", "带酒水"),
        ("值班室能过夜吗", "过夜"),
        ("食堂几点开门", ""),
        ("食堂由谁管理", ""),
        ("领导能力怎么考核", ""),
        ("餐卡可以吗", ""),
        ("餐卡能不能换一张", "换"),
        ("餐卡丢了怎么办？能不能补？", ""),
    ],
)
def test_the_act_is_what_follows_may(question: str, act: str) -> None:
    assert act_asked(question) == act


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("餐卡能不能转借", 0),
        ("餐卡能不能外借", 0),  # 外借 and 转借: one character is the same
        ("餐卡能不能挂失", 1),
        ("食堂可以唱歌吗", 1),
        ("食堂由谁管理", 0),
        ("餐卡丢了向谁挂失", 1),
        ("餐卡由谁印", 1),
        ("食堂由谁组织抽检", 1),
        ("食堂由谁供应午餐", 0),
        ("食堂有几个冷藏柜", 1),
        ("食堂用几个餐卡", 0),
        ("食堂要抓哪几个方面", 0),
        ("餐卡能转借给谁", 0),
    ],
)
def test_an_act_none_of_whose_characters_is_said_is_missing(question: str, missing: int) -> None:
    assert act_missing(question, KITCHEN) == missing
    assert act_missing(question, KITCHEN[::-1]) == missing


def test_the_documents_word_for_a_spoken_one_counts() -> None:
    assert act_missing("会场能不能拍照", ["会场内禁止摄像和拍摄。"]) == 0
    assert act_missing("会场能不能送红包", ["任何人不得收受礼金。"]) == 0


def test_only_the_nearest_sentences_are_looked_at() -> None:
    far = [*["食堂每日供应午餐。"] * 6, "公共走廊禁止唱歌。"]
    assert act_missing("食堂可以唱歌吗", far) == 1
    assert act_missing("食堂可以唱歌吗", far[::-1]) == 0


def test_the_deed_whose_doer_is_asked_for() -> None:
    assert "主持" in deed_asked("碰头会由谁来主持")
    assert "批准" in deed_asked("请假要哪个部门批")
    assert "决定" in deed_asked("名额谁说了算")
    assert deed_asked("谁参加碰头会") == ""
    assert deed_asked("碰头会怎么主持") == ""


def test_a_verb_of_two_characters_behind_who_is_looked_for_as_an_act_is() -> None:
    assert unlisted_deed("餐卡丢了找哪个部门补办") == "补办"
    assert unlisted_deed("餐卡由谁发放的") == "发放"
    assert unlisted_deed("食堂由谁负责") == ""  # looked for beside its subject, by deed_asked
    assert unlisted_deed("谁来？几点？") == ""
    assert unlisted_deed("食堂几点开门") == ""


DUTY = "碰头会每周一召开，办公室做好会议记录。值班表由综合科负责，报分管领导批准。印章由专人保管。"


@pytest.mark.parametrize(
    ("question", "is_far"),
    [("值班表由谁批准", False), ("值班表归哪个部门负责", False), ("碰头会由谁主持", True)],
)
def test_a_deed_beside_something_else_is_far(question: str, is_far: bool) -> None:
    assert nearness(scene(question, DUTY)).is_far is is_far
