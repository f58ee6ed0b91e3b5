"""Drives `tanhua` as its users do: real processes, JSON lines, and kill -9 whenever a test wants it."""

import json
import os
import subprocess
import sys
import traceback
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NoReturn

from bot.__main__ import main
from tests.flows.clean_start import ancestor, started


@dataclass(frozen=True)
class Said:
    """One message of the bot."""

    text: str
    choices: dict[str, str]
    files: list[str]

    def choice(self, label: str) -> str:
        """The id of the first choice whose label contains `label`."""
        return next(choice for choice, said in self.choices.items() if label in said)


@dataclass
class Installation:
    """A data folder and a set clock; every command is a process of its own."""

    data: Path
    now: datetime
    environment: dict[str, str] = field(default_factory=dict)

    def command(self, *arguments: str) -> list[str]:
        """The command line of `tanhua`."""
        return [sys.executable, "-m", "bot", *arguments, "--data", str(self.data)]

    def surroundings(self) -> dict[str, str]:
        """The environment of a command: the set clock, and no settings of the developer's own."""
        clean = {key: value for key, value in os.environ.items() if not key.startswith("TANHUA_")}
        return {
            **clean,
            **self.environment,
            "TANHUA_NOW": self.now.isoformat(),
            "PYTHONUTF8": "1",
            "PYTHONDONTWRITEBYTECODE": "",
        }

    def run(self, *arguments: str, expect: int = 0) -> str:
        """Run one command to its end and give its output."""
        done = subprocess.run(
            self.command(*arguments), capture_output=True, text=True, env=self.surroundings(), check=False
        )
        assert done.returncode == expect, done.stderr
        return done.stdout

    def chat(self, person: str) -> "TerminalChat":
        """A new chat process for a person."""
        return TerminalChat(self, person)


class TerminalChat:
    """One `tanhua chat --as PERSON --json` process, started clean: a story of fifty processes is told in seconds."""

    def __init__(self, installation: Installation, person: str) -> None:
        inward, self._outward = ancestor().Pipe(duplex=False)
        self._inward, outward = ancestor().Pipe(duplex=False)
        self._process = started(_become, installation, inward, outward, "chat", "--as", person, "--json")
        inward.close()
        outward.close()
        self.answers = os.fdopen(os.dup(self._inward.fileno()), encoding="utf-8")

    def write(self, **line: Any) -> None:
        """Send one JSON line."""
        os.write(self._outward.fileno(), (json.dumps(line, ensure_ascii=False) + "\n").encode())

    def send(self, **line: Any) -> list[Said]:
        """Send one JSON line and give what the bot says up to its end mark."""
        self.write(**line)
        said: list[Said] = []
        while True:
            answer = self.answers.readline()
            assert answer, "the process ended without an answer"
            data = json.loads(answer)
            if data == {"end": True}:
                return said
            choices = {choice["id"]: choice["label"] for choice in data["choices"]}
            said.append(Said(data["text"], choices, data["files"]))

    def kill(self) -> None:
        """Kill -9, as a power cut would."""
        self._process.kill()
        self._process.join()
        self._process.close()
        self.answers.close()
        self._inward.close()
        self._outward.close()


def _become(installation: Installation, inward: Connection, outward: Connection, *arguments: str) -> NoReturn:
    """Run one command in this process, a child, and end it."""
    try:
        os.dup2(inward.fileno(), 0)
        os.dup2(outward.fileno(), 1)
        os.environ.clear()
        os.environ.update(installation.surroundings())
        sys.stdin = os.fdopen(0, encoding="utf-8")
        sys.stdout = os.fdopen(1, "w", encoding="utf-8")
        status = main([*arguments, "--data", str(installation.data)])
        sys.stdout.flush()
        os._exit(status)
    except BaseException:
        traceback.print_exc(file=sys.__stderr__)
        os._exit(70)


def say_and_die(installation: Installation, person: str, **line: Any) -> list[Said]:
    """One message in a process of its own that is killed right after it answered."""
    chat = installation.chat(person)
    try:
        return chat.send(**line)
    finally:
        chat.kill()
