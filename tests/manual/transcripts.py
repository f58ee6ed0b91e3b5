"""Writes the dialogues of the manual from the running bot: `python -m tests.manual.transcripts`.

Every role's whole dialogue on the sample organisation, with a set clock. The sections stand between markers in
`docs/manual.zh.md`; a test checks that they are what the bot says now.
"""

import re
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from tests.manual.scenes import SCENES, START, Scene
from tests.manual.stage import Said, Stage, staged

MANUAL = Path(__file__).parents[2] / "docs" / "manual.zh.md"
SECTION = re.compile(r"(<!-- 对话：(?P<role>\S+) -->\n).*?(<!-- 完 -->)", re.DOTALL)
INDENT = "\u3000\u3000"


def transcripts(folder: Path) -> dict[str, str]:
    """The text of every role's section."""
    lines: dict[str, list[str]] = defaultdict(list)
    with staged(folder, START) as stage:
        for scene in SCENES:
            lines[scene.role] += _played(stage, scene)
    return {role: "\n".join(said) + "\n" for role, said in lines.items()}


def _played(stage: Stage, scene: Scene) -> list[str]:
    if scene.at:
        stage.at(scene.at)
    person = stage.person(scene.person)
    heading = f"**{scene.title}**（{stage.now.month}月{stage.now.day}日 {stage.now:%H:%M}，{person.name}）"
    lines: list[str] = [] if scene.quiet else ["", heading, "", "```text"]
    waiting = [said for said in person.hears() if scene.reminded or not _is_reminder(said)]
    if waiting and not scene.quiet:
        lines += _heard(waiting)
    for step in scene.steps:
        said = person.does(step)
        if not scene.quiet:
            lines += [f"{person.name}：{_shown(step)}", *_heard(said)]
    return [] if scene.quiet else [*lines, "```"]


def _is_reminder(said: Said) -> bool:
    return any(choice.startswith(("snooze:", "take_note:")) for choice, _ in said.choices)


def _shown(step: str) -> str:
    if step.startswith("file:"):
        return f"（发送文件）{step.removeprefix('file:')}"
    return f"〔{step[1:-1]}〕" if step.startswith("[") else step


def _heard(said: Sequence[Said]) -> list[str]:
    lines = []
    for one in said:
        first, *rest = one.text.splitlines()
        lines += [f"助手：{first}", *(f"{INDENT}{line}" for line in rest)]
        lines += [f"{INDENT}（附件 {len(one.files)} 个）"] if one.files else []
        lines += _buttons(one)
    return lines


def _buttons(said: Said) -> list[str]:
    """The choices on one line; those that stand as a numbered list in the text by their numbers."""
    listed = set(said.text.splitlines())
    shown = [
        f"〔{number}〕" if f"{number}. {label}" in listed else f"〔{label}〕"
        for number, (_, label) in enumerate(said.choices, start=1)
    ]
    return [INDENT + "".join(shown)] if shown else []


def written(manual: str, sections: dict[str, str]) -> str:
    """The manual with every section between its markers. KeyError where a marker names no role."""
    return SECTION.sub(lambda match: match[1] + sections[match["role"]] + match[3], manual)


def main() -> int:
    """Write the manual."""
    with tempfile.TemporaryDirectory() as folder:
        sections = transcripts(Path(folder))
    manual = MANUAL.read_text("utf-8")
    missing = set(sections) - {match["role"] for match in SECTION.finditer(manual)}
    if missing:
        print(f"no markers for {missing}", file=sys.stderr)
        return 1
    MANUAL.write_text(written(manual, sections), "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
