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
        ('send_at = "09:00"', 'send_at = "九点"', "有误"),
        ('send_at = "09:00"', "send_at = 9", "有误"),
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
