"""Whom the stages of other duties reach: people of the talk, of the finding, of the unit in charge."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from storage.duties.tables import Obligation
from storage.findings.tables import Finding, ResponsibleParty
from storage.people.absences import stand_ins
from storage.people.nearest import by_unit, holders_of, nearest, units_upwards
from storage.people.queries import first_principals, names_of, open_postings
from storage.people.rules import Role
from storage.people.tables import Posting, Unit
from storage.rulebooks.rules import Ladder, RecipientRole, roles_reached
from storage.talks.tables import Talk

STAFF = {RecipientRole.ORGANISATION_STAFF: Role.ORGANISATION, RecipientRole.DISCIPLINE_STAFF: Role.DISCIPLINE}
CONCERNED = (RecipientRole.RESPONSIBLE, RecipientRole.LIAISON)
"""Roles that may be reached about themselves; nobody else is told of their own case."""


@dataclass(frozen=True)
class Parties:
    """Everybody who may be reached, by obligation and role."""

    by_role: dict[int, dict[RecipientRole, list[int]]]
    concerned: dict[int, set[int]]
    instead: dict[int, int]
    names: dict[int, str]

    def at_stage(self, obligation_id: int, ladder: Ladder, stage: int) -> list[int]:
        """The persons of one obligation at a stage, each once; who is away is stood in for."""
        found: dict[int, None] = {}
        about = self.concerned[obligation_id]
        for rule in roles_reached(ladder, stage):
            for person in self.by_role[obligation_id].get(rule.role, ()):
                if rule.role not in CONCERNED and person in about:
                    continue
                stand_in = self.instead.get(person, person)
                found[person if stand_in in about and person not in about else stand_in] = None
        return list(found)


def parties_of(session: Session, obligations: Sequence[Obligation], today: date) -> Parties:
    """Recipients of a batch of obligations, in a fixed number of queries."""
    by_role: dict[int, dict[RecipientRole, list[int]]] = defaultdict(lambda: defaultdict(list))
    concerned: dict[int, set[int]] = defaultdict(set)
    _of_talks(session, obligations, by_role, today)
    _of_findings(session, obligations, by_role, concerned, today)
    for one in obligations:
        if one.person_id is not None:
            concerned[one.id or 0].add(one.person_id)
    _of_postings(session, [one for one in obligations if one.finding_id is None], by_role, today)
    _of_units(session, obligations, by_role, concerned, today)
    everybody = {person for roles in by_role.values() for some in roles.values() for person in some}
    subjects = {one.person_id for one in obligations if one.person_id is not None}
    return Parties(by_role, concerned, stand_ins(session, everybody, today), names_of(session, everybody | subjects))


ByRole = dict[int, dict[RecipientRole, list[int]]]


def _of_talks(session: Session, obligations: Sequence[Obligation], by_role: ByRole, today: date) -> None:
    """Talker and recorder of the talk; the talker's liaison, where it is not a finding, which has liaisons of its own."""
    rows = session.exec(
        select(Talk.id, Talk.talker_id, Talk.recorder_id).where(
            col(Talk.id).in_([one.talk_id for one in obligations if one.talk_id is not None])
        )
    )
    talks = {talk_id: (talker, recorder) for talk_id, talker, recorder in rows}
    liaisons = _liaisons(session, {talker for talker, _ in talks.values()}, today)
    for one in obligations:
        talker, recorder = talks.get(one.talk_id, (None, None))
        by_role[one.id or 0][RecipientRole.TALKER] += [] if talker is None else [talker]
        by_role[one.id or 0][RecipientRole.RECORDER] += [] if recorder is None else [recorder]
        if one.finding_id is None and talker in liaisons:
            by_role[one.id or 0][RecipientRole.LIAISON].append(liaisons[talker])


def _of_findings(
    session: Session, obligations: Sequence[Obligation], by_role: ByRole, concerned: dict[int, set[int]], today: date
) -> None:
    wanted = [one.finding_id for one in obligations if one.finding_id is not None]
    parties: dict[int, list[int]] = defaultdict(list)
    for finding, person in session.exec(
        select(ResponsibleParty.finding_id, ResponsibleParty.person_id)
        .where(col(ResponsibleParty.finding_id).in_(wanted))
        .order_by(col(ResponsibleParty.id))
    ):
        parties[finding].append(person)
    liaisons = _liaisons(session, {person for some in parties.values() for person in some}, today)
    units = dict(session.exec(select(Finding.id, Finding.unit_id).where(col(Finding.id).in_(wanted))).all())
    heads = first_principals(session, set(units.values()), today)
    for one in obligations:
        responsible = parties.get(one.finding_id or 0, [])
        roles = by_role[one.id or 0]
        roles[RecipientRole.RESPONSIBLE] += responsible
        roles[RecipientRole.LIAISON] += [liaisons[person] for person in responsible if person in liaisons]
        roles[RecipientRole.UNIT_HEAD] += heads.get(units.get(one.finding_id, 0), [])
        concerned[one.id or 0].update(responsible)


def _of_postings(session: Session, obligations: Sequence[Obligation], by_role: ByRole, today: date) -> None:
    """The talker of a person, where no talk names one."""
    persons = [one.person_id for one in obligations if one.person_id is not None and one.talk_id is None]
    rows = session.exec(
        select(Posting.person_id, Posting.talker_id, Posting.talking_unit_id).where(
            col(Posting.person_id).in_(persons), open_postings(today)
        )
    ).all()
    principals = first_principals(session, {unit for _, _, unit in rows if unit is not None}, today)
    talkers = {
        person: talker or next((head for head in principals.get(unit or 0, ()) if head != person), None)
        for person, talker, unit in rows
    }
    for one in obligations:
        talker = talkers.get(one.person_id or 0)
        if talker is not None:
            by_role[one.id or 0][RecipientRole.TALKER].append(talker)


def _liaisons(session: Session, persons: Collection[int], today: date) -> dict[int, int]:
    rows = session.exec(
        select(Posting.person_id, Posting.liaison_id).where(
            col(Posting.person_id).in_(persons), col(Posting.liaison_id).is_not(None), open_postings(today)
        )
    )
    return {person: liaison for person, liaison in rows if liaison is not None}


def _of_units(
    session: Session, obligations: Sequence[Obligation], by_role: ByRole, concerned: dict[int, set[int]], today: date
) -> None:
    """Staff of the unit in charge or of the nearest unit above it with anybody not concerned; its principals."""
    units = {one.unit_id for one in obligations}
    paths = dict(session.exec(select(Unit.id, Unit.path).where(col(Unit.id).in_(units))).all())
    holders = holders_of(session, STAFF.values())
    staff = {kind: by_unit(holders, role) for kind, role in STAFF.items()}
    heads = first_principals(session, units, today)
    for one in obligations:
        roles, key = by_role[one.id or 0], one.id or 0
        line = units_upwards(paths[one.unit_id])
        for kind, held in staff.items():
            roles[kind] += nearest(line, held, concerned[key])
        if one.finding_id is None:
            roles[RecipientRole.UNIT_HEAD] += heads.get(one.unit_id, [])
