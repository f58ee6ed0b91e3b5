"""What must go out for yearly talks, worked out day by day from the rules' wording alone.

Written apart from the product and the slow, plain way: no planner, no ladder, no stored stage. Only the published
working days are shared with it, as anybody's would be.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from chinese_calendar import is_workday

Row = tuple[date, str, str, int]
"""Day of sending, subject, recipient, days past the deadline."""


@dataclass
class Unit:
    above: str | None
    meeting: date | None
    principals: list[str] = field(default_factory=list)
    organisers: list[str] = field(default_factory=list)


@dataclass
class Person:
    unit: str
    talking_unit: str | None = None
    talker: str | None = None
    liaison: str | None = None


@dataclass
class Organisation:
    units: dict[str, Unit]
    people: dict[str, Person]
    administrators: list[str]
    talks: list[tuple[str, date]]
    """(subject, day) of the talks that count, in any order."""

    def own_talker(self, person: str) -> str | None:
        """The talker named in the person's row, else the first principal of the talking unit, else nobody."""
        row = self.people[person]
        if row.talker or row.talking_unit is None:
            return row.talker
        return next(iter(self.units[row.talking_unit].principals), None)

    def organisers_for(self, subject: str) -> list[str]:
        """Organisation-department staff of the talking unit, or of the nearest above that has any; else administrators.

        Staff are never told about themselves, so the subject does not count: somebody else must hear of it.
        """
        unit = self.people[subject].talking_unit
        while unit is not None:
            others = [one for one in self.units[unit].organisers if one != subject]
            if others:
                return others
            unit = self.units[unit].above
        return self.administrators

    def reached(self, subject: str, stage: int) -> set[str]:
        """Who hears of this stage; the subject never does."""
        row, talker = self.people[subject], self.own_talker(subject)
        people = {talker, row.liaison}
        if stage >= 7 and talker:
            people.add(self.own_talker(talker))
        if stage >= 14:
            people.update(self.organisers_for(subject))
        return {person for person in people if person and person != subject}

    def satisfied_on(self, subject: str) -> date | None:
        """The day of the first talk whose meeting lies at most twelve months after it."""
        meeting = self.units[self.people[subject].unit].meeting
        assert meeting is not None
        day = 28 if (meeting.month, meeting.day) == (2, 29) else meeting.day
        a_year_before = meeting.replace(year=meeting.year - 1, day=day)
        days = [day for person, day in self.talks if person == subject and day >= a_year_before]
        return min(days, default=None)


def sending_day(nominal: date, stage: int) -> date:
    """Up to the deadline the working day before; past it the next one."""
    step = timedelta(days=1 if stage > 0 else -1)
    while not is_workday(nominal):
        nominal += step
    return nominal


def stages_of(deadline: date, last: date) -> Iterator[tuple[int, date]]:
    """(stage, day of sending) of the standard ladder, up to the last day anyone asks about."""
    stage = -30
    for stage in (-30, -14, -7, -3, -1, 0):
        yield stage, sending_day(deadline + timedelta(days=stage), stage)
    while deadline + timedelta(days=stage) <= last:
        stage += 7
        yield stage, sending_day(deadline + timedelta(days=stage), stage)


def messages(organisation: Organisation, first: date, last: date) -> set[Row]:
    """Every message from `first` to `last`, both inclusive: at 09:00, while talks become known at 17:00."""
    largest: dict[tuple[date, str, str], int] = {}
    for subject, row in organisation.people.items():
        meeting = organisation.units[row.unit].meeting
        if row.talking_unit is None or meeting is None:
            continue
        done = organisation.satisfied_on(subject)
        for stage, day in stages_of(meeting - timedelta(days=1), last):
            if first <= day <= last and (done is None or day <= done):
                for recipient in organisation.reached(subject, stage):
                    key = (day, subject, recipient)
                    largest[key] = max(stage, largest.get(key, stage))
    return {(*key, stage) for key, stage in largest.items()}
