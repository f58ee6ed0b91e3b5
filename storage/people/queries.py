"""Who somebody is and what they may do; the tree of units; who talks to whom by default."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Date,
    Integer,
    Select,
    String,
    bindparam,
    literal_column,
    or_,
    union_all,
)
from sqlalchemy import select as sa_select
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col, select

from storage.errors import NotFound
from storage.people.rules import Actor, Grant, Role
from storage.people.tables import Delegation, Person, Posting, RoleGrant, Unit


@dataclass(frozen=True)
class UnitView:
    """A unit as others see it."""

    id: int
    code: str
    name: str
    level: str
    counted_level: str
    parent_id: int | None
    path: str


def person_id_of(session: Session, code: str) -> int:
    """The id behind a 编号; NotFound when there is none."""
    found = session.exec(select(Person.id).where(Person.code == code)).first()
    if found is None:
        raise NotFound(f"没有编号为“{code}”的人员，请核对编号。")
    return found


def unit_id_of(session: Session, code: str) -> int:
    """The id behind a unit's 编号; NotFound when there is none."""
    found = session.exec(select(Unit.id).where(Unit.code == code)).first()
    if found is None:
        raise NotFound(f"没有编号为“{code}”的单位。")
    return found


def open_postings(today: date | BindParameter[date]) -> ColumnElement[bool]:
    """The condition that a posting is held today: begun, and not ended."""
    begun = col(Posting.from_on).is_(None) | (col(Posting.from_on) <= today)
    return begun & (col(Posting.until_on).is_(None) | (col(Posting.until_on) > today))


def in_force(today: date | BindParameter[date]) -> ColumnElement[bool]:
    """The condition that a delegation stands today."""
    return (
        (col(Delegation.from_on) <= today) & (col(Delegation.until_on) >= today) & col(Delegation.revoked_at).is_(None)
    )


def actor_for(session: Session, person_id: int, today: date) -> Actor:
    """Everything the gates ask about one person. NotFound when there is no such person."""
    session.flush()
    rows = session.connection().execute(_everything_about_one(), {"person": person_id, "today": today}).all()
    found: dict[str, list[tuple[int, str, str]]] = defaultdict(list)
    for part, number, text, more in rows:
        found[part].append((number, text, more))
    if not found["person"]:
        raise NotFound()
    ((_, code, name),) = found["person"]
    return Actor(
        person_id,
        code,
        name,
        tuple(Grant(Role(role), unit_id, path) for unit_id, role, path in found["grant"]),
        frozenset(unit_id for unit_id, _, _ in found["unit"]),
        tuple(path for _, path, _ in found["unit"]),
        frozenset(principal for principal, _, _ in found["principal"]),
    )


@cache
def _everything_about_one() -> CompoundSelect[Any]:
    """Rows (part, number, text, more) about one person: asked at every turn, so one statement, built once."""
    person: BindParameter[int] = bindparam("person", type_=Integer())
    today, nothing = bindparam("today", type_=Date()), literal_column("''", String())

    def part(name: str, number: Any, text: Any, more: Any) -> Select[Any]:
        return sa_select(literal_column(f"'{name}'", String()).label("part"), number, text, more)

    held = col(Posting.unit_id) == col(Unit.id)
    return union_all(
        part("person", col(Person.id), col(Person.code), col(Person.name)).where(col(Person.id) == person),
        part("grant", col(RoleGrant.unit_id), col(RoleGrant.role), col(Unit.path))
        .join_from(RoleGrant, Unit)
        .where(col(RoleGrant.person_id) == person),
        part("unit", col(Unit.id), col(Unit.path), nothing)
        .join_from(Unit, Posting, held)
        .where(col(Posting.person_id) == person, open_postings(today)),
        part("principal", col(Posting.person_id), nothing, nothing).where(
            col(Posting.liaison_id) == person, open_postings(today)
        ),
        part("principal", col(Delegation.principal_id), nothing, nothing).where(
            col(Delegation.delegate_id) == person, in_force(today)
        ),
    )


def within_any(column: Mapped[str], paths: Collection[str]) -> ColumnElement[bool]:
    """The condition that a unit's path lies in one of the subtrees; no paths, no rows."""
    return or_(*(column.startswith(path, autoescape=True) for path in paths)) if paths else col(Unit.id).is_(None)


def unit_views(session: Session) -> dict[int, UnitView]:
    """Every unit by id, parents before children."""
    rows = session.exec(select(Unit).order_by(col(Unit.id)))
    return {
        unit.id or 0: UnitView(
            unit.id or 0, unit.code, unit.name, unit.level, unit.counted_level, unit.parent_id, unit.path
        )
        for unit in rows
    }


def first_principals(session: Session, units: Collection[int], today: date) -> dict[int, list[int]]:
    """The principals (主要负责人) of each unit in listed order; a unit may have two (党政正职)."""
    found: dict[int, list[int]] = defaultdict(list)
    if not units:
        return found
    rows = session.exec(
        select(Posting.unit_id, Posting.person_id)
        .where(col(Posting.unit_id).in_(units), col(Posting.is_principal).is_(True), open_postings(today))
        .order_by(col(Posting.position), col(Posting.id))
    )
    for unit_id, person_id in rows:
        found[unit_id].append(person_id)
    return found


def default_talker(principals: Mapping[int, list[int]], talking_unit_id: int | None, subject_id: int) -> int | None:
    """The talking unit's first-listed principal who is not the subject."""
    if talking_unit_id is None:
        return None
    return next((person for person in principals.get(talking_unit_id, ()) if person != subject_id), None)


def names_by_code(session: Session, codes: Collection[str]) -> dict[str, str]:
    """Names by 编号."""
    return dict(session.exec(select(Person.code, Person.name).where(col(Person.code).in_(codes))).all())


def names_of(session: Session, persons: Collection[int]) -> dict[int, str]:
    """Names by person id."""
    ids = list(persons)
    found: dict[int, str] = {}
    for start in range(0, len(ids), 500):
        rows = session.exec(select(Person.id, Person.name).where(col(Person.id).in_(ids[start : start + 500])))
        found.update({person_id: name for person_id, name in rows if person_id is not None})
    return found
