"""What the fields of a form ask of the database: their options, their checks, days and deadlines."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlmodel import Session

from bot.form_fields import Answers, FieldKind, Form, FormField, Option, Situation
from bot.form_progress import FormProgress, Surroundings
from bot.form_reading import Fact, date_fact
from storage.calendar import WorkingDays, working_days
from storage.errors import NotFound
from storage.instants import shanghai_date
from storage.people.rules import Actor

FIELD_DAYS = {"today": 0, "yesterday": 1, "half_year": -183, "year": -365}
"""Quick answers of a date field: so many days ago; less than 0, ahead."""


@dataclass(frozen=True)
class FormSources:
    """For one person in one transaction."""

    session: Session
    actor: Actor
    now: datetime
    data: Path

    def situation(self, answers: Answers) -> Situation:
        """What a field's own functions are given."""
        return Situation(self.session, self.actor, answers, self.now, self.data)

    def surroundings(self, form: Form, progress: FormProgress) -> Surroundings:
        """What one step of the form's machine is given."""
        return Surroundings(
            shanghai_date(self.now), self.options, self._problem, self.due(form, progress), self.is_workday
        )

    def options(self, asked: FormField, answers: Answers) -> list[Option]:
        """What may be chosen, or the quick answers of a field that has no choices."""
        if asked.options is not None:
            try:
                return asked.options(self.situation(answers))
            except NotFound:  # what an earlier answer chose has gone meanwhile: nothing to choose from is said
                return []
        if asked.kind is not FieldKind.DATE:
            return list(asked.quick)
        today = shanghai_date(self.now)
        facts = [date_fact(today - timedelta(days=FIELD_DAYS[str(one.value)]), asked, today) for one in asked.quick]
        return [
            Option(fact.value, fact.shown) if isinstance(fact, Fact) else one
            for one, fact in zip(asked.quick, facts, strict=True)
        ]

    def label_of(self, form: Form, name: str, answers: Answers) -> str | None:
        """How the answer to a field reads among its options; None where it is none of them."""
        try:
            options = self.options(form.field(name), answers)
        except NotFound:
            return None
        return next((option.label for option in options if option.value == answers[name]["v"]), None)

    def is_workday(self, day: date) -> bool:
        """Whether it is a working day. LookupError where the calendar of that day is not published yet."""
        if not self._calendar.is_known(day):
            raise LookupError(day)
        return self._calendar.is_working(day)

    def due(self, form: Form, progress: FormProgress) -> date | None:
        """The deadline of what the form is about, where it is about something that has one."""
        for one in form.fields:
            if one.due is not None:
                return one.due(self.situation(progress.answers))
        return None

    def _problem(self, asked: FormField, value: Any, answers: Answers) -> str:
        return asked.check(self.situation(answers), value)

    @cached_property
    def _calendar(self) -> WorkingDays:
        return working_days(self.session)
