"""Who hears of a fact besides the one who reported it, and what they read. Never the content of a finding."""

from collections.abc import Collection
from datetime import date

from sqlmodel import Session, select

from jobs.wording import say
from storage.findings.progress import ReportedProgress
from storage.findings.tables import ResponsibleParty
from storage.instants import spoken_date
from storage.outbox.body import Body, Choice
from storage.people.nearest import nearest_staff
from storage.people.queries import names_of
from storage.people.rules import Actor, Role


def overseers(
    session: Session, talker_id: int | None, talking_unit_id: int, *, without: Collection[int] = ()
) -> list[int]:
    """The talker and the responsible staff of a talking unit, but nobody in `without`."""
    people = [talker_id, *nearest_staff(session, talking_unit_id, Role.ORGANISATION, Role.DISCIPLINE)]
    return [person for person in dict.fromkeys(people) if person is not None and person not in without]


def people_to_tell(session: Session, reported: ReportedProgress, actor: Actor, today: date) -> list[int]:
    """The talker and the responsible staff, and the official a liaison reported for; never the reporter."""
    del today
    about = session.exec(
        select(ResponsibleParty.person_id).where(ResponsibleParty.finding_id == reported.finding_id)
    ).all()
    staff = [
        person
        for person in nearest_staff(session, reported.talking_unit_id, Role.ORGANISATION, Role.DISCIPLINE)
        if person not in about
    ]
    people = [reported.talker_id, *staff, reported.on_behalf_of]
    return [person for person in dict.fromkeys(people) if person is not None and person != actor.person_id]


def progress_notice(session: Session, reported: ReportedProgress, actor: Actor, today: date) -> Body:
    """The notice of a progress report: who, how far, by when, and a button to open it."""
    official = names_of(session, [reported.on_behalf_of]) if reported.on_behalf_of else {}
    reporter = actor.name + (f"（代{official[reported.on_behalf_of]}）" if reported.on_behalf_of else "")
    expected = f"，预计{spoken_date(reported.expected_on, today)}完成" if reported.expected_on else ""
    text = say("notices.progress_reported", reporter=reporter, percent=reported.percent, expected=expected)
    return Body(text, (Choice(f"finding:{reported.finding_id}", say("buttons.open_finding")),))
