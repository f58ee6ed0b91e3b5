"""Fields and forms as declarations: a form is a list of typed fields; the next question is the first one missing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from sqlmodel import Session

from storage.errors import RuleBroken
from storage.instants import shanghai_date
from storage.outbox.body import Body
from storage.people.rules import Actor

Answers = Mapping[str, Any]
"""Answers by field name: {"v": JSON value or None when skipped, "s": as shown}."""


class FieldKind(StrEnum):
    """What a field takes."""

    TEXT = "text"
    CHOICE = "choice"
    MANY = "many"
    PERCENT = "percent"
    DATE = "date"
    MOMENT = "moment"
    FILES = "files"


@dataclass(frozen=True)
class Option:
    """One answer to choose: `value` is JSON, `label` what it says; `also` other words that say the same."""

    value: Any
    label: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Situation:
    """Who fills in a form, when, with what answered so far: what options, checks and permissions depend on."""

    session: Session
    actor: Actor
    answers: Answers
    now: datetime
    data: Path

    @property
    def today(self) -> date:
        """Today in Shanghai."""
        return shanghai_date(self.now)

    def value(self, name: str) -> Any:
        """The value of a field; None when skipped or not yet answered."""
        return self.answers.get(name, {}).get("v")

    def text(self, name: str) -> str:
        """The text of a field; "" when skipped."""
        return self.value(name) or ""

    def day(self, name: str) -> date | None:
        """The date of a field, or None."""
        value = self.value(name)
        return date.fromisoformat(value) if value else None


class LoadOptions(Protocol):
    """The options of a choice field for this person, given what is answered so far."""

    def __call__(self, at: Situation, /) -> list[Option]:
        """The options; an empty list means there is nothing to choose from. Values are unique, short when written."""


class Times(StrEnum):
    """Which days a date may lie on."""

    ANY = "any"
    PAST = "past"
    FUTURE = "future"


def always(_answers: Answers) -> bool:
    """The condition of a field that is always asked."""
    return True


class _Watched(dict[str, Any]):
    """Answers that note which of them are looked up."""

    def __init__(self, answers: Answers) -> None:
        super().__init__(answers)
        self.looked_up: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        self.looked_up.add(name)
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        self.looked_up.add(str(name))
        return super().__contains__(name)

    def get(self, name: str, default: Any = None) -> Any:
        """The answer, or the default."""
        self.looked_up.add(name)
        return super().get(name, default)


def _looked_up(when: Callable[[Answers], bool], answers: Answers) -> set[str]:
    watched = _Watched(answers)
    when(watched)
    return watched.looked_up


@dataclass(frozen=True)
class FormField:
    """One field. `label` names it in the summary, `ask` is the question; `reads` the fact of a sentence that fills it.

    `quick` are buttons with ready answers; `when` decides from earlier answers whether it is asked at all; `check`
    says, in Chinese, what is wrong with a value, or ""; `depends` are fields whose change makes this answer void;
    `in_summary` False hides a field that only steers the form; `plain`: what is typed is the answer, be it a question;
    `explains`: a reason is asked for, so 填错了 is the answer and no order to go back; `presumes` gives, once the fields
    it depends on are answered, what need not be asked because it is nearly always so: the summary shows it, to be changed.
    """

    name: str
    label: str
    ask: str
    kind: FieldKind
    required: bool = True
    hint: str = ""
    reads: str = ""
    options: LoadOptions | None = None
    quick: tuple[Option, ...] = ()
    when: Callable[[Answers], bool] = always
    times: Times = Times.ANY
    nothing: str = "没有可以选择的内容。"
    longest: int = 2_000
    shortest: int = 2
    depends: tuple[str, ...] = ()
    in_summary: bool = True
    plain: bool = False
    explains: bool = False
    check: Callable[[Situation, Any], str] = lambda *_: ""
    due: Callable[[Situation], date | None] | None = None
    presumes: Callable[[Situation], Option | None] | None = None
    shown: int = 20
    """So many of the options become buttons; the others are chosen by name."""
    until: str = ""
    """Of the first day of a span: the field of its last day, which one sentence may give too."""


class Unfilled(RuleBroken):
    """What was confirmed cannot be done yet: this field is asked again, with the reason."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


@dataclass(frozen=True)
class Submission(Situation):
    """A confirmed form on its way to its one action: only the answers of fields that apply."""

    form_id: int


@dataclass(frozen=True)
class Submitted:
    """What submitting did: the reply to its sender, and notices to others as (person id, message)."""

    reply: Body
    notices: tuple[tuple[int, Body], ...] = ()


@dataclass(frozen=True)
class Form:
    """A form: its fields in order and the one action it calls when confirmed.

    `version` grows when fields change; a form in progress keeps the answers that still have a field.
    """

    name: str
    version: int
    title: str
    fields: tuple[FormField, ...]
    submit: Callable[[Submission], Submitted]
    permitted: Callable[[Situation], str] = field(default=lambda _: "")
    """Why this person cannot begin the form now, or ""."""
    amended_by: tuple[str, ...] = ()
    """The commands that put right what was submitted with it."""
    warnings: Callable[[Situation], Sequence[str]] | None = None
    """What to point out above the summary; people decide, nothing is refused by it."""

    def field(self, name: str) -> FormField:
        """The field of that name. KeyError when there is none."""
        for one in self.fields:
            if one.name == name:
                return one
        raise KeyError(name)

    def asked(self, answers: Answers) -> list[FormField]:
        """The fields that apply given the answers so far."""
        return [one for one in self.fields if one.when(answers)]

    def may_grow(self, answers: Answers) -> bool:
        """Whether an answer still missing can bring further questions: then nobody can say how many there are.

        Each condition that does not hold is tried on answers that note what it looks up: where that is a field which is
        asked and has no answer yet, the condition may still come to hold. Nor can it be said while it is open whether an
        answer will be presumed.
        """
        asked = {one.name for one in self.asked(answers)}
        missing = asked - answers.keys()
        if any(one.presumes and missing.intersection(one.depends) for one in self.fields if one.name in missing):
            return True
        return any(_looked_up(one.when, answers) & missing for one in self.fields if one.name not in asked)

    def applying(self, answers: Answers) -> dict[str, Any]:
        """The answers of the fields that apply."""
        return {one.name: answers[one.name] for one in self.asked(answers) if one.name in answers}
