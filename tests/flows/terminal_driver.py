"""Drives `tanhua` as its users do: real processes, JSON lines, and kill -9 whenever a test wants it."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any


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
    """One `tanhua chat --as PERSON --json` process."""

    def __init__(self, installation: Installation, person: str) -> None:
        self.process = subprocess.Popen(
            installation.command("chat", "--as", person, "--json"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=installation.surroundings(),
        )

    def send(self, **line: Any) -> list[Said]:
        """Send one JSON line and give what the bot says up to its end mark."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(line, ensure_ascii=False) + "\n")
        self.process.stdin.flush()
        said: list[Said] = []
        while True:
            answer = self.process.stdout.readline()
            assert answer, self.process.stderr.read() if self.process.stderr else "no output"
            data = json.loads(answer)
            if data == {"end": True}:
                return said
            choices = {choice["id"]: choice["label"] for choice in data["choices"]}
            said.append(Said(data["text"], choices, data["files"]))

    def kill(self) -> None:
        """Kill -9, as a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()


def say_and_die(installation: Installation, person: str, **line: Any) -> list[Said]:
    """One message in a process of its own that is killed right after it answered."""
    chat = installation.chat(person)
    try:
        return chat.send(**line)
    finally:
        chat.kill()
