"""What a message says: text, choices and files; kept as JSON in the outbox, the same for every channel."""

import json
from dataclasses import dataclass


@dataclass(frozen=True)
class Choice:
    """A button. `id` is what comes back when it is tapped, at most 64 bytes; `label` what it says."""

    id: str
    label: str


@dataclass(frozen=True)
class File:
    """A file that goes along: `path` inside the data folder, `name` what the reader sees."""

    path: str
    name: str


@dataclass(frozen=True)
class Body:
    """One message, channel-neutral."""

    text: str
    choices: tuple[Choice, ...] = ()
    files: tuple[File, ...] = ()

    def to_json(self) -> str:
        """The message as JSON."""
        return json.dumps(
            {
                "text": self.text,
                "choices": [[choice.id, choice.label] for choice in self.choices],
                "files": [[file.path, file.name] for file in self.files],
            },
            ensure_ascii=False,
        )


def read_body(text: str) -> Body:
    """The message written by `Body.to_json`."""
    data = json.loads(text)
    return Body(
        data["text"],
        tuple(Choice(*choice) for choice in data["choices"]),
        tuple(File(*file) for file in data["files"]),
    )
