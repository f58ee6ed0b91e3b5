"""A rulebook from its TOML text, or a clear refusal naming the entry that is wrong."""

import tomllib
from datetime import time
from functools import cache
from importlib.resources import files
from typing import Any

from storage.errors import Refused
from storage.rulebooks.presets import PRESETS
from storage.rulebooks.rules import Ladder, RecipientRole, RecipientRule, Rulebook

DEFAULT = "standard-1"


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
            annual_talk=_ladder(data["annual_talk"]),
            questions_at_least=int(outline.get("questions_at_least", 3)),
            questions_at_most=int(outline.get("questions_at_most", 4)),
        )
    except KeyError as error:
        raise Refused(f"提醒规则缺少 {error.args[0]} 一项。") from error
    except (TypeError, ValueError, AttributeError) as error:
        raise Refused(f"提醒规则有误：{error}") from error


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
    )
    if min(ladder.before, default=0) < 0 or ladder.overdue_first < 1 or ladder.overdue_every < 1:
        raise ValueError("before 应为不小于 0 的天数，overdue_first 与 overdue_every 应为正数")
    return ladder


@cache
def preset_rulebooks() -> dict[str, Rulebook]:
    """The rulebooks that ship, by name with version."""
    texts = (files("storage.rulebooks.presets").joinpath(f"{preset}.toml").read_text("utf-8") for preset in PRESETS)
    return {rulebook.name: rulebook for rulebook in map(read_rulebook, texts)}
