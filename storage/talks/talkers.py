"""Who led a talk: the assigned talker, or somebody else of the talking unit in their place."""

from collections.abc import Collection
from datetime import date

from sqlmodel import Session, col, select

from storage.errors import RuleBroken
from storage.people.queries import open_postings
from storage.people.tables import Posting


def served_in(session: Session, unit_id: int, day: date) -> list[int]:
    """Who held a post of the unit on that day: its principals first, then in listed order."""
    rows = session.exec(
        select(Posting.person_id)
        .where(Posting.unit_id == unit_id, open_postings(day))
        .order_by(col(Posting.is_principal).desc(), col(Posting.position), col(Posting.id))
    )
    return list(dict.fromkeys(rows))


def may_have_led(
    session: Session, assigned: int | None, unit_id: int, day: date, subjects: Collection[int]
) -> list[int]:
    """Who may have led a talk on that day: the assigned talker, then whoever served in the talking unit; no subject."""
    people = ([] if assigned is None else [assigned]) + served_in(session, unit_id, day)
    return [person for person in dict.fromkeys(people) if person not in subjects]


def check_led(
    session: Session, talker: int, assigned: int | None, unit_id: int, day: date, subjects: Collection[int]
) -> None:
    """RuleBroken for a talker who is a subject, or neither assigned nor of the talking unit on that day."""
    if talker in subjects:
        raise RuleBroken("谈话人与谈话对象不能是同一人。")
    if talker not in may_have_led(session, assigned, unit_id, day, subjects):
        raise RuleBroken("谈话人应当是谈话当天在谈话单位任职的人员，请核对谈话人和谈话日期。")
