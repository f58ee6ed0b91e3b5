"""Audiences, dates and standings: values only."""

from datetime import date

import pytest

from storage.documents.rules import (
    PUBLIC,
    Audience,
    AudienceLevel,
    Kind,
    Standing,
    audience_for,
    first_day,
    kind_of,
    read_audience,
    standing_of,
    was_in_force,
)
from storage.errors import Refused
from storage.people.rules import Actor, Grant, Role


def test_deny_by_default():
    assert PUBLIC.may_see("公开", None)
    for level in ("内部", "单位", "未定", "", "绝密", "公开 "):
        assert not PUBLIC.may_see(level, None)
    assert not Audience(internal=True, units=frozenset({1})).may_see("单位", None)


@pytest.mark.parametrize(
    ("role", "internal"),
    [(Role.OFFICIAL, False), (Role.ADMINISTRATOR, False), (Role.ORGANISATION, True), (Role.DISCIPLINE, True)],
)
def test_internal_is_for_staff(role, internal):
    actor = Actor(1, "A1", "某人", (Grant(role, 1, "/1/"),), frozenset({5}), ("/1/5/",))
    assert audience_for(actor).internal is internal


def test_a_unit_document_is_for_the_unit_and_those_below():
    county, town, other = (Actor(1, "A", "某", (), frozenset(), (path,)) for path in ("/1/", "/1/5/", "/1/6/"))
    assert audience_for(town).may_see("单位", 5)
    assert audience_for(town).may_see("单位", 1)
    assert not audience_for(county).may_see("单位", 5)
    assert not audience_for(other).may_see("单位", 5)
    assert audience_for(None) is PUBLIC


def test_audiences_are_read():
    assert read_audience("单位：JN-3").unit_code == "JN-3"
    assert read_audience(" 内部 ").level is AudienceLevel.INTERNAL
    for wrong in ("单位", "单位:", "大家", ""):
        with pytest.raises(Refused):
            read_audience(wrong)


def test_manifest_words():
    assert kind_of("中央党内法规") is Kind.PARTY_RULE
    assert kind_of("部门规章") is kind_of("部门规范") is Kind.NORMATIVE
    assert (kind_of("新闻"), kind_of("文章"), kind_of("法律"), kind_of("诗")) == (
        Kind.REPORT,
        Kind.COMMENTARY,
        Kind.LAW,
        None,
    )
    assert standing_of("部分被取代") is Standing.IN_FORCE
    assert standing_of("参考") is Standing.UNKNOWN


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2019", date(2019, 1, 1)),
        ("2021-07", date(2021, 7, 1)),
        ("2022-10-22", date(2022, 10, 22)),
        ("2019-02-31", date(2019, 2, 28)),
        ("2019年5月", date(2019, 5, 1)),
        ("不详", None),
        ("2019-13", None),
    ],
)
def test_first_days(text, day):
    assert first_day(text) == day


def test_in_force():
    start, end = date(2019, 5, 1), date(2024, 4, 1)
    assert was_in_force(Standing.SUPERSEDED, start, end, date(2024, 3, 31))
    assert not was_in_force(Standing.SUPERSEDED, start, end, end)
    assert not was_in_force(Standing.IN_FORCE, start, None, date(2019, 4, 30))
    assert was_in_force(Standing.UNKNOWN, None, None, end)
    assert not was_in_force(Standing.SUPERSEDED, start, None, end)
