"""The number before a question: the same as in the summary, and a total only where it will not grow."""

import re
from itertools import pairwise

import pytest

from bot.forms import FORMS
from tests.bot.dialogue.speaking import Speaker
from tests.bot.dialogue.world import World

PLACE = re.compile(r"（(?:第(?P<alone>\d+)项|(?P<number>\d+)/(?P<total>\d+))）")


def places(speaker: Speaker, *answers: str) -> list[str]:
    """The number before each question, "" where there is none."""
    found = []
    for answer in answers:
        said = speaker.taps(answer[1:-1]) if answer.startswith("[") else speaker.says(answer)
        place = PLACE.search(said)
        found.append(place[0] if place else "")
    return found


def test_a_problem_the_subject_will_work_out_is_counted_when_that_is_known(world: World) -> None:
    leader = world.speaker("leader")
    assert places(leader, "建立三清单", "吴敏", "[单位]", "台账缺12处", "跳过") == [
        "（第1项）", "（第2项）", "（第3项）", "（第4项）", "（5/5）",
    ]  # fmt: skip


def test_every_further_measure_is_counted_when_it_is_wanted(world: World) -> None:
    leader = world.speaker("leader")
    found = places(
        leader, "建立三清单", "吴敏", "[单位]", "台账缺12处", "补齐12处", "9月30日", "[再加一条]", "核对3遍", "10月30日", "[没有了]", "[否，按时限整改]",
    )  # fmt: skip
    assert found == [
        "（第1项）", "（第2项）", "（第3项）", "（第4项）", "（第5项）", "", "（第6项）", "（第7项）", "", "（8/12）", "（9/12）",
    ]  # fmt: skip
    assert "9. 原因" in leader.says("看看填了什么") + leader.says("跳过") + leader.says("看看填了什么")


def test_a_total_may_shrink_and_never_grows(world: World) -> None:
    doer = world.speaker("responsible")
    assert places(doer, "汇报进展", "[清理积压拨付单]", "清理了30笔", "全部完成了") == [
        "（1/6）",
        "（2/6）",
        "（3/6）",
        "（4/5）",
    ]


def test_a_condition_that_can_still_come_to_hold_keeps_the_total_back() -> None:
    form = FORMS["review"]
    assert form.may_grow({})
    assert not form.may_grow({"decision": {"v": "no", "s": "退回整改"}})
    assert not form.may_grow({"decision": {"v": "yes", "s": "同意销号"}})


@pytest.mark.parametrize("name", sorted(FORMS))
def test_no_condition_is_left_out_of_the_count(name: str) -> None:
    """With nothing answered a form either asks every field, or says that nobody can know yet how many it will ask."""
    form = FORMS[name]
    presumes = any(one.presumes for one in form.fields)
    assert form.may_grow({}) == (presumes or len(form.asked({})) < len(form.fields))


def test_the_numbers_of_a_whole_form_follow_one_another(world: World) -> None:
    subject = world.speaker("responsible")
    found = places(subject, "申请延期", "[清理积压拨付单]", "10月20日")
    numbers = [int(match["alone"] or match["number"]) for place in found if (match := PLACE.search(place))]
    assert all(after == before + 1 for before, after in pairwise(numbers))
