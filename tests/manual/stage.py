"""The sample organisation with a set clock, and people who talk with the bot as `tanhua chat --json` lets them."""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from bot.app import App, open_app
from bot.channels.terminal import Terminal
from bot.conversation import Conversation
from bot.sample.setting_up import set_up_sample
from bot.settings import Settings
from jobs.planning import plan_in_rounds
from knowledge.answering import Answer, AnswerKind
from storage.documents.rules import Audience
from storage.people.queries import names_of, person_id_of

ANSWERED = "（按已收录的文件答复，引原文，注明文件、条款和效力，见“五、制度问答”。）"
PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489") + b"\x00" * 40


class ShortAnswers:
    """What the documents say is shown elsewhere in the manual; here it is only said that they were asked."""

    def answer(self, question: str, *, audience: Audience, on_date: date) -> Answer:
        del question, audience, on_date
        return Answer(AnswerKind.QUOTED, ANSWERED)


@dataclass
class Stage:
    """One installation and its clock."""

    app: App
    folder: Path
    now: datetime
    people: dict[str, "Person"] = field(default_factory=dict)

    def at(self, moment: str) -> None:
        """Set the clock (Shanghai) and plan what is due."""
        self.now = datetime.fromisoformat(f"{moment}+08:00")
        plan_in_rounds(self.app.database, now=self.now)

    def person(self, code: str) -> "Person":
        """Somebody at their terminal, always the same."""
        if code not in self.people:
            with self.app.database.reading() as session:
                id_ = person_id_of(session, code)
                name = names_of(session, [id_])[id_]
            conversation = Conversation(self.app.database, ShortAnswers(), lambda: self.now, self.app.data)
            out = io.StringIO()
            self.people[code] = Person(self, name, Terminal(conversation, id_, code, out, as_json=True), out)
        return self.people[code]


@dataclass(frozen=True)
class Said:
    """One message of the bot."""

    text: str
    choices: tuple[tuple[str, str], ...]
    files: tuple[str, ...]


@dataclass
class Person:
    """Somebody talking. `last` are the messages heard after the last word."""

    stage: Stage
    name: str
    terminal: Terminal
    out: io.StringIO
    last: list[Said] = field(default_factory=list)

    def hears(self) -> list[Said]:
        """What waits for this person."""
        return self._listen(lambda: self.terminal.run([]))

    def does(self, step: str) -> list[Said]:
        """Type a text, tap [a label], or send file:NAME."""
        return self._listen(lambda: self.terminal.run([json.dumps(self._line(step), ensure_ascii=False)]))

    def _line(self, step: str) -> dict[str, Any]:
        if step.startswith("file:"):
            path = self.stage.folder / step.removeprefix("file:")
            path.write_bytes(PNG)
            return {"file": str(path)}
        if not step.startswith("["):
            return {"text": step}
        label = step[1:-1]
        offered = [choice for said in self.last for choice in said.choices]
        found = [id_ for id_, one in offered if one == label] or [id_ for id_, one in offered if label in one]
        assert found, f"{self.name}: no button {label!r} among {[one for _, one in offered]}"
        return {"choice": found[-1]}

    def _listen(self, act: Any) -> list[Said]:
        self.out.seek(0)
        self.out.truncate()
        act()
        lines = [json.loads(line) for line in self.out.getvalue().splitlines()]
        self.last = [
            Said(line["text"], tuple((one["id"], one["label"]) for one in line["choices"]), tuple(line["files"]))
            for line in lines
            if "text" in line
        ] or self.last
        return [] if not any("text" in line for line in lines) else self.last


@contextmanager
def staged(folder: Path, moment: str) -> Iterator[Stage]:
    """The sample organisation as it is at `moment`."""
    now = datetime.fromisoformat(f"{moment}+08:00")
    app = open_app(Settings(data=folder / "data", now=now))
    try:
        set_up_sample(app, now=now)
        stage = Stage(app, folder, now)
        stage.app = replace(app, clock=lambda: stage.now)
        yield stage
    finally:
        app.database.close()
