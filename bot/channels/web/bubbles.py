"""What a thread looks like: bubbles with texts, files and the buttons that may still be tapped. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType

from bot.messages import read_message
from storage.conversations.threads import Heard, Said
from storage.instants import SHANGHAI, WEEKDAYS
from storage.outbox.body import Choice
from storage.outbox.rules import MessageKind

FROM_CHANNEL = {"telegram": "Telegram", "wecom": "企业微信", "terminal": "终端"}
OWN_QUESTIONS = ("f:", "resume:")
"""Choices that belong to one step of a form: gone as soon as the conversation goes on."""


@dataclass(frozen=True)
class FileLink:
    """A file as shown: its name, and where to get it."""

    name: str
    url: str


@dataclass(frozen=True)
class Bubble:
    """One message as shown. `day` heads the first one of a day; `note` says where it was sent from."""

    key: str
    mine: bool
    text: str
    time: str
    day: str = ""
    note: str = ""
    kind: str = ""
    choices: tuple[Choice, ...] = ()
    files: tuple[FileLink, ...] = ()
    waiting: bool = False


def taps_from_before(lines: Sequence[Said | Heard]) -> set[str]:
    """The choices tapped in these lines whose buttons stand in earlier ones."""
    shown: set[str] = set()
    found: set[str] = set()
    for line in lines:
        if isinstance(line, Heard):
            shown |= {choice.id for choice in line.body.choices}
        elif (choice := read_message(line.channel, "", line.body).choice) and choice not in shown:
            found.add(choice)
    return found


def bubbles_of(
    lines: Sequence[Said | Heard], *, today: date, earlier: Mapping[str, str] = MappingProxyType({})
) -> list[Bubble]:
    """The bubbles of a thread, oldest first. `earlier`: what buttons of messages before these lines say, by id."""
    last_said = max((place for place, line in enumerate(lines) if isinstance(line, Said)), default=-1)
    used = _used_choices(lines)
    labels = dict(earlier)
    shown: list[Bubble] = []
    day = None
    for place, line in enumerate(lines):
        local = line.at.astimezone(SHANGHAI)
        heading = _day_heading(local.date(), today) if local.date() != day else ""
        day = local.date()
        if isinstance(line, Said):
            shown.append(_said(line, labels, local, heading))
            continue
        labels.update({choice.id: choice.label for choice in line.body.choices})
        choices = _live_choices(line, used.get(place, set()), is_latest=place > last_said)
        files = tuple(FileLink(file.name, f"/sent/{line.id}/{number}") for number, file in enumerate(line.body.files))
        text, time = line.body.text, f"{local:%H:%M}"
        shown.append(Bubble(f"out:{line.id}", False, text, time, heading, "", line.kind, choices, files))
    return shown


def _said(line: Said, labels: dict[str, str], local: datetime, heading: str) -> Bubble:
    message = read_message(line.channel, "", line.body)
    text = message.text
    if message.choice:
        text = labels.get(message.choice, "（点选）")
    files = tuple(FileLink(file.name, f"/files/{file.digest}") for file in message.files)
    if not text and not files:
        text = "（文件未能接收）" if message.refused else "（其他消息）"
    note = f"来自{FROM_CHANNEL[line.channel]}" if line.channel in FROM_CHANNEL else ""
    time = f"{local:%H:%M}"
    return Bubble(f"in:{line.id}", True, text, time, heading, note, files=files, waiting=not line.is_handled)


def _used_choices(lines: Sequence[Said | Heard]) -> dict[int, set[str]]:
    """By place of a message: the choices tapped after it."""
    tapped: set[str] = set()
    found: dict[int, set[str]] = {}
    for place in range(len(lines) - 1, -1, -1):
        line = lines[place]
        if isinstance(line, Said):
            choice = read_message(line.channel, "", line.body).choice
            tapped = tapped | {choice} if choice else tapped
        else:
            found[place] = tapped
    return found


def _live_choices(line: Heard, used: set[str], *, is_latest: bool) -> tuple[Choice, ...]:
    """The buttons of the latest messages; of an earlier reminder or notice those not yet used."""
    if is_latest:
        return line.body.choices
    if line.kind == MessageKind.REPLY:
        return ()
    return tuple(
        choice for choice in line.body.choices if choice.id not in used and not choice.id.startswith(OWN_QUESTIONS)
    )


def _day_heading(day: date, today: date) -> str:
    year = "" if day.year == today.year else f"{day.year}年"
    tail = "（今天）" if day == today else ""
    return f"{year}{day.month}月{day.day}日 星期{WEEKDAYS[day.weekday()]}{tail}"
