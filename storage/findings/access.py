"""Who may see a finding, and who may report on it: one condition a line, deny by default."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, and_, false, or_
from sqlmodel import col, select

from storage.findings.tables import Finding, ResponsibleParty
from storage.people.queries import within_any
from storage.people.rules import Actor
from storage.people.tables import Unit
from storage.talks.access import leads_or_records
from storage.talks.tables import Talk, TalkSubject


def is_responsible(persons: Collection[int]) -> ColumnElement[bool]:
    """One of these persons answers for the finding."""
    return (
        select(ResponsibleParty.id)
        .where(col(ResponsibleParty.finding_id) == col(Finding.id), col(ResponsibleParty.person_id).in_(persons))
        .correlate(Finding)
        .exists()
    )


def is_about(actor: Actor) -> ColumnElement[bool]:
    """The finding is about the actor, or comes from a talk with them."""
    talked_to = (
        select(TalkSubject.id)
        .where(col(TalkSubject.talk_id) == col(Finding.talk_id), TalkSubject.person_id == actor.person_id)
        .correlate(Finding)
        .exists()
    )
    return or_(
        and_(col(Finding.person_id).is_not(None), col(Finding.person_id) == actor.person_id),
        and_(col(Finding.person_id).is_(None), talked_to),
    )


def is_in_charge(actor: Actor) -> ColumnElement[bool]:
    """Staff of the talking unit's subtree, or the talker or recorder of its talk; never about themselves."""
    led = (
        select(Talk.id)
        .where(
            col(Talk.id) == col(Finding.talk_id),
            leads_or_records(actor),
        )
        .correlate(Finding)
        .exists()
    )
    inside: ColumnElement[bool] = false()
    if actor.is_staff:
        paths = within_any(col(Unit.path), actor.staff_paths)
        inside = col(Finding.talking_unit_id).in_(select(Unit.id).where(paths))
    return and_(or_(led, inside), ~is_about(actor))


def may_see_finding(actor: Actor) -> ColumnElement[bool]:
    """Whoever is in charge, whoever answers for it (or their liaison), and its subject once it is issued."""
    return or_(
        is_in_charge(actor),
        is_responsible(actor.acts_for),
        and_(is_about(actor), col(Finding.issued_at).is_not(None)),
    )


def may_see_evidence(actor: Actor) -> ColumnElement[bool]:
    """The files of a finding's reports: whoever is in charge, and whoever answers for it; its subject as such never."""
    return or_(is_in_charge(actor), is_responsible(actor.acts_for))
