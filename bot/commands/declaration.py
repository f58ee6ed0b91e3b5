"""What a command is: a verb for buttons, names and patterns for typing, and what it does."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from sqlmodel import Session

from storage.instants import shanghai_date
from storage.outbox.body import Body
from storage.people.rules import Actor


@dataclass(frozen=True)
class Asked:
    """A command as given: by whom, when, and with what argument (an id from a button, or "")."""

    session: Session
    actor: Actor
    now: datetime
    data: Path
    argument: str = ""
    text: str = ""

    @property
    def today(self) -> date:
        """Today in Shanghai."""
        return shanghai_date(self.now)

    @property
    def id(self) -> int:
        """The argument as an id; 0, which nothing has, when it is none."""
        return int(self.argument) if self.argument.isdecimal() and len(self.argument) < 12 else 0


@dataclass(frozen=True)
class BeginForm:
    """The command begins a form, with some answers known. `fresh`: a new one even where one lies half filled in."""

    form: str
    known: Mapping[str, object] = field(default_factory=dict)
    fresh: bool = False


@dataclass(frozen=True)
class Acted:
    """The command did something: what is said to whoever gave it, and notices to others as (person id, message)."""

    replies: list[Body]
    notices: list[tuple[int, Body]]


def begin(form: str, name: str) -> Callable[[Asked], BeginForm]:
    """A command that begins `form`; the id its button carries, if any, is the answer of field `name`."""
    return lambda asked: BeginForm(form, {name: asked.id} if asked.id else {})


@dataclass(frozen=True)
class Command:
    """A command. `names` are typed as they stand; how people ask for it in other words stands in `phrases`.

    `menu`: who sees it in 帮助 (everyone, talkers, staff); "" = only by button or by name.
    """

    verb: str
    title: str
    run: Callable[[Asked], list[Body] | BeginForm | Acted]
    names: tuple[str, ...] = ()
    menu: str = ""
