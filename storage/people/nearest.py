"""Who of a role is nearest above a unit: the holders at the first unit on the way up that has any."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from sqlmodel import Session, col, select

from storage.people.rules import Role
from storage.people.tables import RoleGrant, Unit


class Holder(NamedTuple):
    """Somebody who holds a role over a unit."""

    person_id: int
    role: Role
    unit_id: int


def units_upwards(path: str) -> list[int]:
    """The unit at `path` and every unit above it, from below."""
    return [int(part) for part in reversed(path.strip("/").split("/")) if part]


def holders_of(session: Session, roles: Iterable[Role], units: Collection[int] | None = None) -> list[Holder]:
    """Who holds any of these roles, at these units or anywhere; who was granted it first comes first."""
    wanted = select(RoleGrant.person_id, RoleGrant.role, RoleGrant.unit_id).where(col(RoleGrant.role).in_(list(roles)))
    if units is not None:
        wanted = wanted.where(col(RoleGrant.unit_id).in_(units))
    rows = session.exec(wanted.order_by(col(RoleGrant.id)))
    return [Holder(person, Role(role), unit) for person, role, unit in rows]


def by_unit(holders: Iterable[Holder], role: Role) -> dict[int, list[int]]:
    """The persons who hold `role`, by unit."""
    found: dict[int, list[int]] = defaultdict(list)
    for holder in holders:
        if holder.role == role:
            found[holder.unit_id].append(holder.person_id)
    return dict(found)


def nearest(line: Iterable[int], held: Mapping[int, Sequence[int]], without: Collection[int] = ()) -> list[int]:
    """The persons at the first unit of the line that has any but those in `without`."""
    groups = ([person for person in held.get(unit, ()) if person not in without] for unit in line)
    return next((group for group in groups if group), [])


def nearest_staff(session: Session, unit_id: int, *roles: Role, without: Collection[int] = ()) -> list[int]:
    """For each role in turn its nearest holders on the way up from a unit, each person once, nobody in `without`."""
    line = units_upwards(session.exec(select(Unit.path).where(Unit.id == unit_id)).one())
    holders = holders_of(session, roles, line)
    found = (person for role in roles for person in nearest(line, by_unit(holders, role), without))
    return list(dict.fromkeys(found))
