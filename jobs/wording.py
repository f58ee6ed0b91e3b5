"""Every sentence reminders and notices say, read once; a missing key or placeholder fails at start, not at night."""

import string
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from storage.duties.rules import BY_HAND
from storage.rulebooks.reading import KNOWN

ABOUT_TALK = frozenset({"subject", "unit", "deadline", "basis", "rulebook"})
ABOUT_FINDING = frozenset({"code", "unit", "deadline", "basis", "rulebook"})
ABOUT_UNIT = frozenset({"unit", "deadline", "basis", "rulebook"})
OBLIGATIONS: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(
        ("talk_preparation", "record_missing", "lists_missing", "newly_appointed", "long_in_post"), ABOUT_TALK
    ),
    **dict.fromkeys(
        ("rectification_due", "progress_silent", "review_waiting", "extension_waiting", "look_back_due"), ABOUT_FINDING
    ),
    **dict.fromkeys(("yearly_survey", "joint_conference", "special_report", "year_end_report"), ABOUT_UNIT),
}
"""The duties besides the yearly talk: each has a text before, a text after its deadline, and a button."""

PLACEHOLDERS: Mapping[str, frozenset[str]] = {
    **{f"{rule}.{key}": allowed for rule, allowed in OBLIGATIONS.items() for key in ("text", "overdue")},
    **{f"{rule}.button": frozenset() for rule in OBLIGATIONS if rule not in BY_HAND},
    **{f"{rule}.done": frozenset() for rule in ("lists_missing", *sorted(BY_HAND))},
    **{f"{rule}.title": frozenset() for rule in (*OBLIGATIONS, "annual_talk", "unfinished_form")},
    "annual_talk.talker": frozenset(
        {"subject", "unit", "title", "deadline", "meeting", "provisional", "basis", "rulebook"}
    ),
    "annual_talk.talker_overdue": frozenset(
        {"subject", "unit", "title", "deadline", "meeting", "provisional", "basis", "rulebook"}
    ),
    "annual_talk.other": frozenset(
        {"subject", "unit", "title", "talker", "deadline", "meeting", "provisional", "basis", "rulebook"}
    ),
    "annual_talk.other_overdue": frozenset(
        {"subject", "unit", "title", "talker", "deadline", "meeting", "provisional", "basis", "rulebook"}
    ),
    "annual_talk.provisional": frozenset(),
    "annual_talk.nobody": frozenset(),
    "reminders.late": frozenset({"day"}),
    "digest.heading": frozenset({"count", "day"}),
    "digest.due": frozenset({"deadline"}),
    "digest.overdue": frozenset({"deadline"}),
    "digest.button": frozenset({"number", "label"}),
    "digest.each": frozenset(),
    "buttons.record_talk": frozenset(),
    "buttons.plan_talk": frozenset(),
    "buttons.why": frozenset(),
    "buttons.snooze": frozenset(),
    "buttons.take_note": frozenset(),
    "buttons.arranged": frozenset(),
    "buttons.progress": frozenset(),
    "buttons.open_finding": frozenset(),
    "buttons.resume": frozenset(),
    "unfinished_form.nudge": frozenset({"days"}),
    "notices.progress_reported": frozenset({"reporter", "percent", "expected"}),
}
"""Every wording key with the placeholders it may use."""


@cache
def _texts() -> dict[str, str]:
    data = tomllib.loads(files("jobs.texts").joinpath("reminders.toml").read_text("utf-8"))
    return {f"{group}.{key}": text.strip() for group, entries in data.items() for key, text in entries.items()}


def check_wording(texts: Mapping[str, str] | None = None) -> None:
    """ValueError naming the first key that is missing, unknown, or uses a placeholder it does not have.

    `texts`: those to be checked; without, those in use. Every duty a rulebook may name must have its texts too.
    """
    texts = _texts() if texts is None else texts
    if OBLIGATIONS.keys() != KNOWN:
        raise ValueError(f"duties without texts: {sorted(KNOWN ^ OBLIGATIONS.keys())}")
    if texts.keys() != PLACEHOLDERS.keys():
        raise ValueError(f"wording keys differ: {sorted(texts.keys() ^ PLACEHOLDERS.keys())}")
    for key, allowed in PLACEHOLDERS.items():
        used = {name for _, name, _, _ in string.Formatter().parse(texts[key]) if name}
        if used - allowed:
            raise ValueError(f"wording {key} uses unknown placeholders {sorted(used - allowed)}")


def say(key: str, **values: object) -> str:
    """The sentence of `key` with its placeholders filled. KeyError on an unknown key or a missing value."""
    return _texts()[key].format(**values)
