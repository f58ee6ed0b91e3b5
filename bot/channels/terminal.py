"""The whole bot in the terminal, as one signed-in person: what waits in their outbox, and every reply to what they type."""

import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO
from uuid import uuid4

from bot.conversation import Conversation
from bot.inbox import accept
from bot.messages import IncomingMessage
from jobs.fetching import fetch, fetched
from storage.attachments.folder import keep_file
from storage.errors import Refused
from storage.outbox.body import Body, Choice

CHANNEL = "terminal"


@dataclass
class Terminal:
    """One person at a terminal. `spoken` are the choices shown last, to be typed by number."""

    conversation: Conversation
    person_id: int
    code: str
    out: TextIO
    as_json: bool = False
    shown: tuple[Choice, ...] = ()

    def run(self, lines: Iterable[str]) -> None:
        """Show what waits, then answer every line until the input ends."""
        self._show_waiting()
        for line in lines:
            text = line.rstrip("\n")
            if self.as_json:
                self._take_json(text)
            elif text.strip():
                self._take(self._typed(text))

    def _take_json(self, line: str) -> None:
        if not line.strip():
            return
        try:
            data = _object(line)
            if "now" in data:
                self._set_clock(str(data["now"]))
            else:
                self._take(self._from_json(data))
        except ValueError as error:
            self._say(Body(f"这一行无法识别：{error}。请用 text、choice、file 或 now。"))
        self._write({"end": True})

    def _set_clock(self, text: str) -> None:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise ValueError(f"“{text}”不是时间，now 应写成 2025-08-13T09:00:00+08:00 的样子") from None
        if moment.tzinfo is None:
            raise ValueError("now 需要带时区，例如 2025-08-13T09:00:00+08:00")
        self.conversation = replace(self.conversation, clock=lambda: moment)
        self._plan()
        self._show_waiting()

    def _plan(self) -> None:
        from jobs.planning import plan_in_rounds

        plan_in_rounds(self.conversation.database, now=self.conversation.clock())

    def _from_json(self, data: dict[str, Any]) -> IncomingMessage:
        if "choice" in data:
            return self._message(choice=str(data["choice"]))
        if "file" in data:
            return self._file(Path(str(data["file"])))
        if "text" in data:
            return self._message(text=str(data["text"]))
        raise ValueError("缺少 text、choice、file 或 now")

    def _typed(self, text: str) -> IncomingMessage:
        if text.startswith("/file "):
            return self._file(Path(text.removeprefix("/file ").strip()))
        number = text.strip()
        if number.isdecimal() and 1 <= int(number) <= len(self.shown):
            return self._message(choice=self.shown[int(number) - 1].id)
        return self._message(text=text)

    def _file(self, path: Path) -> IncomingMessage:
        try:
            data = path.read_bytes()
        except OSError:
            raise ValueError(f"文件 {path.name} 读不到") from None
        try:
            return self._message(files=(keep_file(self.conversation.data, data, path.name),))
        except Refused as error:
            return self._message(refused=(error.message,))

    def _message(self, **content: Any) -> IncomingMessage:
        return IncomingMessage(CHANNEL, uuid4().hex, self.code, **content)

    def _take(self, message: IncomingMessage) -> None:
        conversation = self.conversation
        accept(conversation.database, message, now=conversation.clock(), person_id=self.person_id)
        conversation.work()
        self._show_waiting()

    def _show_waiting(self) -> None:
        database, now = self.conversation.database, self.conversation.clock()
        with database.transaction() as session:
            waiting = fetch(session, self.person_id, now=now, any_channel=True)
        for message in waiting:
            self._say(message.body)
            with database.transaction() as session:
                fetched(session, message, channel=CHANNEL, account=self.code, now=now)

    def _say(self, body: Body) -> None:
        self.shown = body.choices
        if self.as_json:
            self._write(
                {
                    "text": body.text,
                    "choices": [{"id": choice.id, "label": choice.label} for choice in body.choices],
                    "files": [file.path for file in body.files],
                }
            )
            return
        print(f"\n{body.text}", file=self.out)
        for number, choice in enumerate(body.choices, start=1):
            print(f"  [{number}] {choice.label}", file=self.out)
        for file in body.files:
            print(f"  附件：{file.name}（{file.path}）", file=self.out)
        self.out.flush()

    def _write(self, data: dict[str, Any]) -> None:
        print(json.dumps(data, ensure_ascii=False), file=self.out, flush=True)


def _object(line: str) -> dict[str, Any]:
    """The JSON object of a line. ValueError, in words, when it is none."""
    try:
        data = json.loads(line)
    except ValueError:
        data = None
    if not isinstance(data, dict):
        raise ValueError("不是一个 JSON 对象")
    return data


def open_terminal(conversation: Conversation, person_id: int, code: str, *, as_json: bool) -> Terminal:
    """The terminal of one person on this process's output."""
    return Terminal(conversation, person_id, code, sys.stdout, as_json)
