"""A rulebook from its TOML text, or a clear refusal naming the entry that is wrong."""

import tomllib
from datetime import date, time
from functools import cache
from importlib.resources import files
from typing import Any

from storage.errors import Refused
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
        outline = data.get("outline", {})
        return Rulebook(
            name=str(data["name"]),
            title=str(data["title"]),
            send_at=time.fromisoformat(data["send_at"]),
            quiet_from=time.fromisoformat(data["quiet_from"]),
            quiet_until=time.fromisoformat(data["quiet_until"]),
            duties={ANNUAL_TALK: _ladder(data[ANNUAL_TALK]), **_others(data)},
            questions_at_least=int(outline.get("questions_at_least", 3)),
            questions_at_most=int(outline.get("questions_at_most", 4)),
            at_once_days=_days(data.get("at_once", {}).get("days", 30)),
            aspects=_aspects(data.get("problem_types", {})),
            preparation=_preparation(data.get("preparation", {})),
        )
    except KeyError as error:
        raise Refused(f"提醒规则缺少 {error.args[0]} 一项。") from error
    except (TypeError, ValueError, AttributeError) as error:
        raise Refused(f"提醒规则有误：{error}") from error


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
LONGEST_ASPECT, LONGEST_ITEM = 8, 40
"""Characters of a field of problems, whose button carries it, and of an item of preparation."""


def _others(data: dict[str, Any]) -> dict[str, Ladder]:
    if TALK_PREPARATION in data and not data.get("preparation", {}).get("items"):
        raise ValueError(f"{TALK_PREPARATION} 需要 preparation 的 items")
    unknown = data.keys() - KNOWN - FIELDS
    if unknown:
        raise ValueError(f"不认识的项目：{'、'.join(sorted(unknown))}")
    return {name: _ladder(entry) for name, entry in data.items() if name in KNOWN}


def _ladder(data: dict[str, Any]) -> Ladder:
    ladder = Ladder(
        basis=str(data["basis"]),
        before=tuple(int(days) for days in data["before"]),
        overdue_first=int(data["overdue_first"]),
        overdue_every=int(data["overdue_every"]),
        recipients=tuple(
            RecipientRule(RecipientRole(entry["role"]), entry.get("from_stage"), bool(entry.get("or_when_alone")))
            for entry in data["recipients"]
        ),
        collective_counts=bool(data.get("collective_counts", False)),
        after_days=int(data.get("after_days", 0)),
        grace_days=int(data.get("grace_days", 0)),
        due=tuple(_month_day(text) for text in data.get("due", ())),
        levels=tuple(map(str, data.get("levels", ()))),
        categories=tuple(map(str, data.get("categories", ()))),
        years=int(data.get("years", 0)),
    )
    if min(ladder.before, default=0) < 0 or ladder.overdue_first < 1 or ladder.overdue_every < 1:
        raise ValueError("before 应为不小于 0 的天数，overdue_first 与 overdue_every 应为正数")
    return ladder


def _aspects(data: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    unknown = data.keys() - ABOUT.keys()
    if unknown:
        raise ValueError(f"problem_types 只能有 {'、'.join(ABOUT)}，没有 {'、'.join(sorted(unknown))}")
    return {
        about: tuple(_named(name, LONGEST_ASPECT) for name in dict.fromkeys(data.get(about, ASPECTS)))
        for about in ABOUT
    }


def _days(value: object) -> int:
    if not isinstance(value, int) or value < 1:
        raise ValueError("at_once 的 days 应为正整数")
    return value


def _preparation(data: dict[str, Any]) -> tuple[PreparationItem, ...]:
    items = tuple(
        PreparationItem(str(entry["key"]), _named(entry["name"], LONGEST_ITEM), int(entry["days"]))
        for entry in data.get("items", ())
    )
    keys = [item.key for item in items]
    if len(set(keys)) < len(keys) or not all(key.isascii() and key.isidentifier() and len(key) < 31 for key in keys):
        raise ValueError("preparation 各项的 key 应为不重复的英文短名")
    if min((item.days for item in items), default=0) < 0:
        raise ValueError("preparation 各项的 days 应为不小于 0 的天数")
    return items


def _named(text: object, longest: int) -> str:
    name = str(text).strip()
    if not 0 < len(name) <= longest:
        raise ValueError(f"名称“{name}”应为 1 至 {longest} 个字")
    return name


def _month_day(text: str) -> str:
    date.fromisoformat(f"2023-{text}")  # a year without 29 February: it does not come every year
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
