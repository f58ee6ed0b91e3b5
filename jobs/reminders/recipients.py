"""Whom a stage reaches, for a whole batch of duties at once: a fixed number of queries, whatever the batch."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from sqlmodel import Session, col, select

from storage.people.absences import stand_ins
from storage.people.nearest import by_unit, holders_of, nearest, units_upwards
from storage.people.queries import default_talker, first_principals, names_of, open_postings
from storage.people.rules import Role
from storage.people.tables import Posting, Unit
from storage.rulebooks.rules import Ladder, RecipientRole, RecipientRule, roles_reached


class Duty(Protocol):
    """What deciding on recipients needs of a duty."""

    @property
    def id(self) -> int:
        """The duty."""

    @property
    def person_id(self) -> int:
        """Its subject."""

    @property
    def talking_unit_id(self) -> int:
        """The unit that owes the talk."""

    @property
    def talker_id(self) -> int | None:
        """The assigned talker, if any."""

    @property
    def liaison_id(self) -> int | None:
        """The subject's own liaison, if any."""


@dataclass(frozen=True)
class Recipients:
    """Everybody who may be reached, by duty and role."""

    by_role: dict[int, dict[RecipientRole, tuple[int, ...]]]
    subjects: dict[int, int]
    names: dict[int, str]
    instead: dict[int, int]
    """Who is reminded for somebody away."""

    def at_stage(self, duty_id: int, ladder: Ladder, stage: int) -> Iterator[tuple[RecipientRole, int]]:
        """The (role, person) pairs of one duty at a stage: never the subject, each person once, first role wins.

        Where the stage would reach nobody, those it names for that case (`or_when_alone`) are reached.
        """
        reached = list(self._people(duty_id, roles_reached(ladder, stage)))
        yield from reached or self._people(duty_id, [rule for rule in ladder.recipients if rule.or_when_alone])

    def _people(self, duty_id: int, rules: Sequence[RecipientRule]) -> Iterator[tuple[RecipientRole, int]]:
        roles, seen = self.by_role[duty_id], {self.subjects[duty_id]}
        for rule in rules:
            for person in roles.get(rule.role, ()):
                stand_in = self.instead.get(person, person)
                person = person if stand_in == self.subjects[duty_id] else stand_in
                if person not in seen:
                    seen.add(person)
                    yield rule.role, person

    def talker_name(self, duty_id: int) -> str:
        """The talker's name; "" when there is nobody."""
        talkers = self.by_role[duty_id].get(RecipientRole.TALKER, ())
        return self.names.get(talkers[0], "") if talkers else ""


def recipients_of(session: Session, duties: Sequence[tuple[Duty, int]], today: date) -> Recipients:
    """Recipients of each duty; the number beside it is the largest stage due."""
    talking_units = {duty.talking_unit_id for duty, _ in duties}
    principals = first_principals(session, talking_units, today)
    talkers = {
        duty.id: duty.talker_id or default_talker(principals, duty.talking_unit_id, duty.person_id)
        for duty, _ in duties
    }
    above = _talkers_of(session, {talker for talker in talkers.values() if talker is not None}, today)
    staff = _Staff(session, talking_units)
    by_role = {
        duty.id: {
            RecipientRole.TALKER: _one(talkers[duty.id]),
            RecipientRole.LIAISON: _one(duty.liaison_id),
            RecipientRole.TALKER_OF_TALKER: _one(above.get(talkers[duty.id] or 0)),
            RecipientRole.ORGANISATION_STAFF: staff.in_charge(duty.talking_unit_id, duty.person_id),
        }
        for duty, _ in duties
    }
    names = names_of(session, {talker for talker in talkers.values() if talker is not None})
    reached = {person for roles in by_role.values() for some in roles.values() for person in some}
    subjects = {duty.id: duty.person_id for duty, _ in duties}
    return Recipients(by_role, subjects, names, stand_ins(session, reached, today))


def _one(person: int | None) -> tuple[int, ...]:
    return () if person is None else (person,)


def _talkers_of(session: Session, persons: set[int], today: date) -> dict[int, int]:
    """Each person's own talker: the assigned one, else the default of their talking unit, else nobody."""
    rows = session.exec(
        select(Posting.person_id, Posting.talker_id, Posting.talking_unit_id)
        .where(col(Posting.person_id).in_(persons), open_postings(today))
        .order_by(col(Posting.id))
    ).all()
    principals = first_principals(session, {unit for _, _, unit in rows if unit is not None}, today)
    found = {
        person: assigned or default_talker(principals, talking_unit, person) for person, assigned, talking_unit in rows
    }
    return {person: talker for person, talker in found.items() if talker is not None}


class _Staff:
    """Organisation staff and administrators, to be asked for duty by duty."""

    def __init__(self, session: Session, units: set[int]) -> None:
        holders = holders_of(session, (Role.ORGANISATION, Role.ADMINISTRATOR))
        paths = session.exec(select(Unit.id, Unit.path).where(col(Unit.id).in_(units)))
        self._lines = {unit_id or 0: units_upwards(path) for unit_id, path in paths}
        self._held = by_unit(holders, Role.ORGANISATION)
        self._administrators = [holder for holder in holders if holder.role == Role.ADMINISTRATOR]

    def in_charge(self, unit_id: int, subject: int) -> tuple[int, ...]:
        """The nearest staff above a unit but the subject, else the administrators over it, else any administrator."""
        line = self._lines[unit_id]
        administrators = [one for one in self._administrators if one.person_id != subject]
        over = [one.person_id for one in administrators if one.unit_id in line]
        return tuple(nearest(line, self._held, (subject,)) or over or [one.person_id for one in administrators])
