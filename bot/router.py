"""What a message means, before anything is done: continue the open form, run a command, or answer a question. Pure."""

import re
from dataclasses import dataclass
from datetime import date

from bot.commands import BY_VERB, COMMANDS
from bot.commands.phrases import verb_meant
from bot.messages import IncomingMessage
from bot.understanding import Expecting, read_reply

LONGEST_COMMAND = 30
ENDING = "。.！!？?~～，,、 \u3000"
LONGEST_REPORT = 300
ANY_DAY = date(2000, 1, 1)
"""Percentages and commands read the same on every day; dates are read by the form, which knows today."""
LED_BY = re.compile(r"\s*(?P<name>[^：:，,。\n]{2,12})[：:，,。\n]\s*(?P<rest>.+)", re.DOTALL)
NO_FORM_FOR_FILES = "文件已收到，但现在没有正在填写的事项。要作为佐证，请先点“汇报进展”。"
RESUME = {"继续", "接着填", "继续填", "继续填写", "接着"}


@dataclass(frozen=True)
class FormTurn:
    """The message goes to the open form: typed text, a tap on a question of step `step`, or files."""

    text: str = ""
    choice: str = ""
    form_id: int = 0
    step: int = -1


@dataclass(frozen=True)
class CommandTurn:
    """Run a command. `sure`: named or tapped, not only guessed from the wording; `said`: the sentence that asked for
    it, which may hold facts for the form it begins."""

    verb: str
    argument: str = ""
    sure: bool = True
    said: str = ""


@dataclass(frozen=True)
class ResumeTurn:
    """Go on with a paused form; 0 = ask which, when there are several."""

    form_id: int = 0


@dataclass(frozen=True)
class QuestionTurn:
    """Answer from the documents."""

    text: str


@dataclass(frozen=True)
class UselessTurn:
    """Nothing we can use: a location, an unknown button, only refused files."""

    reason: str = ""


Turn = FormTurn | CommandTurn | ResumeTurn | QuestionTurn | UselessTurn


NOTHING_OPEN = "现在没有正在填写的事项。回复“帮助”查看可以办理的事项。"


def decide(message: IncomingMessage, *, has_open_form: bool, has_paused: bool, names_option: bool = False) -> Turn:
    """The one turn this message takes. `names_option`: the text is word for word an option of what the form asks."""
    if message.choice:
        return _tapped(message.choice)
    text = message.text.strip()
    if message.files:
        return FormTurn(text=text) if has_open_form else UselessTurn(NO_FORM_FOR_FILES)
    if not text:
        return UselessTurn("；".join(message.refused) or "这类消息暂时用不上，请用文字或点选按钮。")
    steering = read_reply(text, today=ANY_DAY, expecting=Expecting("any")).command
    if has_open_form and (steering or names_option):
        return FormTurn(text=text)
    if command := command_named(text):
        return CommandTurn(command)
    if has_open_form:
        return FormTurn(text=text)
    if has_paused and (text.strip(ENDING) in RESUME or steering == "resume"):
        return ResumeTurn()
    return _unprompted(text, steering or "")


def _unprompted(text: str, steering: str) -> Turn:
    """A sentence with no form open: a command in other words, facts for a report, or a question."""
    led = LED_BY.match(text)
    if led and (begun := command_named(led["name"])):
        return CommandTurn(begun, said=led["rest"])
    if guess := command_meant(text):
        return CommandTurn(guess, sure=False, said=text)
    if steering in ("cancel", "pause", "resume", "back", "skip", "submit", "show", "restart", "confirm", "deny"):
        return UselessTurn(NOTHING_OPEN)
    if steering == "help":
        return CommandTurn("help")
    return CommandTurn("progress", sure=False, said=text) if reports_progress(text) else QuestionTurn(text)


def reports_progress(text: str) -> bool:
    """Whether a sentence nobody asked for reports progress: a percentage, and no question."""
    reading = read_reply(text, today=ANY_DAY, expecting=Expecting("any"))
    return reading.percent is not None and not reading.is_question and len(text) <= LONGEST_REPORT


def _tapped(choice: str) -> Turn:
    verb, _, rest = choice.partition(":")
    if verb == "f":
        parts = rest.split(":", 2)
        if len(parts) == 3 and parts[0].isdecimal() and parts[1].isdecimal():
            return FormTurn(choice=parts[2], form_id=int(parts[0]), step=int(parts[1]))
    if verb == "resume" and rest.isdecimal():
        return ResumeTurn(int(rest))
    return (
        CommandTurn(verb, rest) if verb in BY_VERB else UselessTurn("这个按钮已经失效。回复“帮助”查看可以办理的事项。")
    )


def command_named(text: str) -> str:
    """The verb of the command whose name is all that was typed; "" when there is none."""
    words = text.strip(ENDING).lower()
    if len(words) > LONGEST_COMMAND:
        return ""
    return next((command.verb for command in COMMANDS if words in command.names), "")


def command_meant(text: str) -> str:
    """The verb of the command a short sentence asks for; "" when it is rather a question to answer."""
    words = text.strip(ENDING)
    return verb_meant(words) if len(words) <= LONGEST_COMMAND else ""
