"""The documents promise what there is: every setting, command, form and rule is named where a reader looks for it."""

import tomllib
from pathlib import Path

import pytest

from bot.command_line import COMMANDS
from bot.forms import FORMS
from bot.settings import Settings
from jobs.reminders import RULES
from jobs.wording import PLACEHOLDERS, check_wording

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
MANUAL = (ROOT / "docs" / "manual.zh.md").read_text("utf-8")


def test_wording_keys_and_placeholders_are_whole() -> None:
    check_wording()


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"digest.each": None}, "digest.each"),
        ({"digest.more": "x"}, "digest.more"),
        ({"annual_talk.talker": "{problem}"}, "problem"),
    ],
)
def test_a_text_that_is_missing_unknown_or_wrong_is_named(change: dict[str, str | None], named: str) -> None:
    """The service asks this before it starts."""
    texts = dict.fromkeys(PLACEHOLDERS, "") | change
    with pytest.raises(ValueError, match=named):
        check_wording({key: text for key, text in texts.items() if text is not None})


@pytest.mark.parametrize("setting", sorted(Settings.model_fields))
def test_every_setting_is_in_the_readme(setting: str) -> None:
    group, _, rest = setting.partition("_")
    full, short = f"TANHUA_{setting.upper()}", f"_{rest.upper()}"
    assert full in README or (f"TANHUA_{group.upper()}_" in README and short in README)


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_is_in_the_readme(command: str) -> None:
    assert command.rstrip("_").replace("_", "-") in README


@pytest.mark.parametrize("form", sorted(FORMS))
def test_every_form_is_in_the_manual(form: str) -> None:
    assert FORMS[form].title in MANUAL


def test_every_reminder_rule_is_in_the_glossary_or_manual() -> None:
    for rule in RULES:
        assert rule.NAME in (ROOT / "docs" / "glossary.md").read_text("utf-8") + MANUAL


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock", "requirements-bench.lock"])
def test_lock_files_name_no_host_and_pin_every_line(lock: str) -> None:
    lines = (ROOT / lock).read_text("utf-8").splitlines()
    assert not [line for line in lines if "://" in line]
    pinned = [line for line in lines if line and not line.startswith((" ", "#"))]
    assert pinned
    assert all("==" in line for line in pinned)


def test_runtime_lock_covers_the_declared_dependencies() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    locked = {line.partition("==")[0] for line in (ROOT / "requirements.lock").read_text("utf-8").splitlines()}
    names = {name.partition(">=")[0].partition("[")[0].strip().lower() for name in declared}
    assert {name.replace("_", "-") for name in names} <= locked | {"psycopg", "wechatpy"}
