"""A rulebook from its TOML text, or a clear refusal naming the entry that is wrong."""

import tomllib
from dataclasses import fields
from datetime import date
from functools import cache
from importlib.resources import files

from storage.errors import Refused
from storage.rulebooks.entries import Entries, clock, listed, only, section, whole, words, yes
from storage.rulebooks.presets import PRESETS
from storage.rulebooks.rules import (
    ABOUT,
    ANNUAL_TALK,
    ASPECTS,
    Ladder,
    PreparationItem,
    RecipientRole,
    RecipientRule,
    Rulebook,
)

DEFAULT = "standard-1"
TALK_PREPARATION = "talk_preparation"


def read_rulebook(text: str) -> Rulebook:
    """The rulebook written in `text`. Refused names what is missing or wrong."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Refused(f"提醒规则不是有效的 TOML：{error}") from error
    try:
        return _sensible(_rulebook(data))
    except KeyError as error:
        raise Refused(f"提醒规则缺少 {error.args[0]} 一项。") from error
    except ValueError as error:
        raise Refused(f"提醒规则有误：{error}") from error


def _rulebook(data: Entries) -> Rulebook:
    outline, at_once = section(data, "outline"), section(data, "at_once")
    only(outline, ("questions_at_least", "questions_at_most"), "outline")
    only(at_once, ("days",), "at_once")
    return Rulebook(
        name=words(data, "name"),
        title=words(data, "title"),
        send_at=clock(data, "send_at"),
        quiet_from=clock(data, "quiet_from"),
        quiet_until=clock(data, "quiet_until"),
        duties={ANNUAL_TALK: _ladder(data, ANNUAL_TALK), **_others(data)},
        questions_at_least=whole(outline, "questions_at_least", 3, least=1),
        questions_at_most=whole(outline, "questions_at_most", 4, least=1),
        at_once_days=_days(at_once.get("days", 30)),
        aspects=_aspects(section(data, "problem_types")),
        preparation=_preparation(section(data, "preparation")),
    )


def _sensible(rulebook: Rulebook) -> Rulebook:
    """What no entry can tell alone."""
    begins, ends, at = rulebook.quiet_from, rulebook.quiet_until, rulebook.send_at
    if (at >= begins or at < ends) if begins > ends else (begins <= at < ends):
        raise ValueError("send_at 在 quiet_from 与 quiet_until 之间的免打扰时段内，提醒会推迟发出，请错开")
    if rulebook.questions_at_least > rulebook.questions_at_most:
        raise ValueError("questions_at_least 大于 questions_at_most")
    return rulebook


KNOWN = frozenset(
    {
        "record_missing", "lists_missing", "rectification_due", "progress_silent", "review_waiting",
        "extension_waiting", "look_back_due", "newly_appointed", "long_in_post", "yearly_survey",
        "joint_conference", "special_report", "year_end_report", TALK_PREPARATION,
    }
)  # fmt: skip
"""The other duties a rulebook may name."""
FIELDS = frozenset(
    {
        "name",
        "title",
        "send_at",
        "quiet_from",
        "quiet_until",
        "outline",
        "at_once",
        "problem_types",
        "preparation",
        ANNUAL_TALK,
    }
)
LADDER_FIELDS = frozenset(field.name for field in fields(Ladder))
LONGEST_ASPECT, LONGEST_ITEM = 8, 40
"""Characters of a field of problems, whose button carries it, and of an item of preparation."""


def _others(data: Entries) -> dict[str, Ladder]:
    if TALK_PREPARATION in data and not section(data, "preparation").get("items"):
        raise ValueError(f"{TALK_PREPARATION} 需要 preparation 的 items")
    only(data, KNOWN | FIELDS, "提醒规则")
    return {name: _ladder(data, name) for name in data if name in KNOWN}


def _ladder(data: Entries, rule: str) -> Ladder:
    if rule not in data:
        raise KeyError(rule)
    entry = section(data, rule)
    only(entry, LADDER_FIELDS, rule)
    before = tuple(dict.fromkeys(listed(entry, "before", int, needed=True)))
    ladder = Ladder(
        basis=words(entry, "basis"),
        before=before,
        overdue_first=whole(entry, "overdue_first", least=None),
        overdue_every=whole(entry, "overdue_every", least=None),
        recipients=tuple(map(_recipient, listed(entry, "recipients", dict, needed=True))),
        collective_counts=yes(entry, "collective_counts"),
        after_days=whole(entry, "after_days", 0),
        grace_days=whole(entry, "grace_days", 0),
        due=tuple(map(_month_day, listed(entry, "due", str))),
        levels=tuple(listed(entry, "levels", str)),
        categories=tuple(listed(entry, "categories", str)),
        years=whole(entry, "years", 0),
    )
    if min(before, default=0) < 0 or ladder.overdue_first < 1 or ladder.overdue_every < 1:
        raise ValueError("before 应为不小于 0 的天数，overdue_first 与 overdue_every 应为正数")
    return ladder


def _recipient(entry: Entries) -> RecipientRule:
    only(entry, ("role", "from_stage", "or_when_alone"), "recipients")
    role = words(entry, "role")
    if role not in set(RecipientRole):
        raise ValueError(f"recipients 中没有“{role}”这种对象，可用：{'、'.join(RecipientRole)}")
    from_stage = whole(entry, "from_stage", least=None) if "from_stage" in entry else None
    return RecipientRule(RecipientRole(role), from_stage, yes(entry, "or_when_alone"))


def _aspects(data: Entries) -> dict[str, tuple[str, ...]]:
    unknown = data.keys() - ABOUT.keys()
    if unknown:
        raise ValueError(f"problem_types 只能有 {'、'.join(ABOUT)}，没有 {'、'.join(sorted(unknown))}")
    return {
        about: tuple(_named(name, LONGEST_ASPECT) for name in dict.fromkeys(listed(data, about, str)))
        if about in data
        else ASPECTS
        for about in ABOUT
    }


def _days(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError("at_once 的 days 应为正整数")
    return value


def _preparation(data: Entries) -> tuple[PreparationItem, ...]:
    only(data, ("items",), "preparation")
    items = []
    for entry in listed(data, "items", dict):
        only(entry, ("key", "name", "days"), "preparation")
        name = _named(words(entry, "name"), LONGEST_ITEM)
        items.append(PreparationItem(words(entry, "key"), name, whole(entry, "days", least=None)))
    keys = [item.key for item in items]
    if len(set(keys)) < len(keys) or not all(key.isascii() and key.isidentifier() and len(key) < 31 for key in keys):
        raise ValueError("preparation 各项的 key 应为不重复的英文短名")
    if min((item.days for item in items), default=0) < 0:
        raise ValueError("preparation 各项的 days 应为不小于 0 的天数")
    return tuple(items)


def _named(text: object, longest: int) -> str:
    name = str(text).strip()
    if not 0 < len(name) <= longest:
        raise ValueError(f"名称“{name}”应为 1 至 {longest} 个字")
    return name


def _month_day(text: str) -> str:
    try:
        date.fromisoformat(f"2023-{text}")  # a year without 29 February: it does not come every year
    except ValueError:
        raise ValueError(f"due 中的“{text}”应写成 12-31 的样子，且每年都有这一天") from None
    return text


@cache
def preset_texts() -> dict[str, str]:
    """The TOML of the rulebooks that ship, by name with version."""
    texts = [files("storage.rulebooks.presets").joinpath(f"{preset}.toml").read_text("utf-8") for preset in PRESETS]
    return {read_rulebook(text).name: text for text in texts}


@cache
def preset_rulebooks() -> dict[str, Rulebook]:
    """The rulebooks that ship, by name with version."""
    return {name: read_rulebook(text) for name, text in preset_texts().items()}
