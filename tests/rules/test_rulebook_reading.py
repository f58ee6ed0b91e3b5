"""Rulebooks are data: the presets say what the requirements say, a wrong one is refused naming the entry."""

from datetime import time

import pytest

from storage.errors import Refused
from storage.rulebooks.reading import DEFAULT, preset_rulebooks, read_rulebook

GOOD = """
name = "ours-1"
title = "本市提醒规则"
send_at = "09:00"
quiet_from = "20:00"
quiet_until = "08:30"
[annual_talk]
basis = "每年一次"
before = [10, 0]
overdue_first = 3
overdue_every = 5
recipients = [{ role = "talker" }, { role = "liaison", from_stage = -3, or_when_alone = true }]
"""


def test_the_presets() -> None:
    standard = preset_rulebooks()[DEFAULT]
    assert standard.annual_talk.before == (30, 14, 7, 3, 1, 0)
    assert (standard.annual_talk.overdue_first, standard.annual_talk.overdue_every) == (7, 7)
    assert standard.send_at == time(9)
    assert not standard.annual_talk.collective_counts
    assert preset_rulebooks()["jiangjin-1"].annual_talk.before == (20, 10)


def test_a_rulebook_of_ones_own() -> None:
    rulebook = read_rulebook(GOOD)
    assert rulebook.annual_talk.before == (10, 0)
    assert rulebook.annual_talk.recipients[1].or_when_alone
    assert (rulebook.questions_at_least, rulebook.questions_at_most) == (3, 4)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('title = "本市提醒规则"', "", "title"),
        ('send_at = "09:00"', 'send_at = "九点"', "send_at 应写成"),
        ('send_at = "09:00"', "send_at = 9", "send_at 应写成"),
        ('send_at = "09:00"', 'send_at = "25:00"', "send_at 应写成"),
        ('send_at = "09:00"', 'send_at = "22:00"', "免打扰时段"),
        ('quiet_until = "08:30"', 'quiet_until = "09:01"', "免打扰时段"),
        ('title = "本市提醒规则"', "title = 5", "title 应为文字"),
        ('basis = "每年一次"', "basis = 5", "basis 应为文字"),
        ("before = [10, 0]", 'before = "x"', "before 应为列表"),
        ("before = [10, 0]", "before = [true]", "before 应为列表"),
        ("before = [10, 0]", "before = [1.5]", "before 应为列表"),
        ("overdue_every = 5", 'overdue_every = "5"', "overdue_every 应为整数"),
        ("overdue_every = 5", "overdue_every = 5\nafter_days = -1", "after_days 应为整数，不小于 0"),
        ("overdue_every = 5", 'overdue_every = 5\ncollective_counts = "false"', "collective_counts 应为 true"),
        ("overdue_every = 5", "overdue_every = 5\ncollectiv_counts = true", "annual_talk 中不认识的项目：collectiv"),
        ("overdue_every = 5", 'overdue_every = 5\ndue = ["02-29"]', "due 中的“02-29”"),
        ("from_stage = -3", 'from_stage = "7"', "from_stage 应为整数"),
        ("or_when_alone = true", "or_when_alon = true", "recipients 中不认识的项目"),
        ("[annual_talk]", "[anual_talk]", "缺少 annual_talk"),
        ("[annual_talk]", "[outline]\nquestions_at_least = 9\n[annual_talk]", "大于 questions_at_most"),
        ("[annual_talk]", "outline = 5\n[annual_talk]", "outline 应为一节"),
        ("[annual_talk]", "[look_back]\n[annual_talk]", "不认识的项目：look_back"),
        ('basis = "每年一次"', "", "basis"),
        ("before = [10, 0]", "before = [-1]", "before"),
        ("overdue_every = 5", "overdue_every = 0", "overdue_every"),
        ('role = "talker"', 'role = "nobody"', "nobody"),
        ('{ role = "talker" }, ', '"talker", ', "有误"),
        ("[annual_talk]", "[annual_talk", "TOML"),
        ("[annual_talk]", "[at_once]\ndays = 0\n[annual_talk]", "at_once"),
        ("[annual_talk]", '[problem_types]\nother = ["履职"]\n[annual_talk]', "problem_types"),
        ("[annual_talk]", '[problem_types]\nunit = [""]\n[annual_talk]', "名称"),
        ("[annual_talk]", '[preparation]\nitems = [{ key = "a b", name = "调研", days = 1 }]\n[annual_talk]', "key"),
        ("[annual_talk]", '[preparation]\nitems = [{ key = "a", name = "调研", days = -1 }]\n[annual_talk]', "days"),
        ("[annual_talk]", "[talk_preparation]\n[annual_talk]", "preparation"),
    ],
)
def test_a_wrong_one_is_refused_naming_the_entry(old: str, new: str, named: str) -> None:
    assert old in GOOD
    with pytest.raises(Refused, match=named):
        read_rulebook(GOOD.replace(old, new))


def test_no_wrong_one_is_explained_in_english() -> None:
    entries = [line for line in GOOD.splitlines() if "=" in line]
    for line in entries:
        for wrong in ("[[1]]", "{ a = 1 }", "2025-01-01", "-1.5", "true", '""'):
            with pytest.raises(Refused) as refused:
                read_rulebook(GOOD.replace(line, f"{line.partition(' =')[0]} = {wrong}"))
            assert "invalid" not in refused.value.message
            assert "object" not in refused.value.message


def test_a_stage_given_twice_is_one() -> None:
    assert read_rulebook(GOOD.replace("[10, 0]", "[10, 0, 10]")).annual_talk.before == (10, 0)
