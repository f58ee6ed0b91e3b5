"""What a command is: a verb for buttons, names and patterns for typing, and what it does."""

from collections.abc import Callable
from dataclasses import dataclass
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
    field: str = ""
    value: object = None
    fresh: bool = False


@dataclass(frozen=True)
class Command:
    """A command. `names` are typed as they stand; `patterns` are regular expressions of how people ask for it.

    `menu`: who sees it in 帮助 (everyone, talkers, staff); "" = only by button.
    """

    verb: str
    title: str
    run: Callable[[Asked], list[Body] | BeginForm]
    names: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    menu: str = ""
