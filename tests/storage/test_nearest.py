"""Who of a role is nearest above a unit."""

from sqlmodel import select

from storage.database import Database
from storage.people.nearest import Holder, by_unit, nearest, nearest_staff, units_upwards
from storage.people.rules import Role
from storage.people.tables import RoleGrant
from tests.cast import Cast


def test_the_first_unit_on_the_way_up_with_anybody_else_wins() -> None:
    holders = [
        Holder(11, Role.ORGANISATION, 1),
        Holder(31, Role.ORGANISATION, 3),
        Holder(32, Role.ORGANISATION, 3),
        Holder(21, Role.DISCIPLINE, 2),
    ]
    held, line = by_unit(holders, Role.ORGANISATION), units_upwards("/1/2/3/")
    assert line == [3, 2, 1]
    assert nearest(line, held) == [31, 32]
    assert nearest(line, held, (31,)) == [32]
    assert nearest(line, held, (31, 32)) == [11]
    assert nearest(line, held, (31, 32, 11)) == []


def test_each_role_is_looked_for_by_itself(database: Database, cast: Cast) -> None:
    with database.reading() as session:
        grants = session.exec(select(RoleGrant)).all()
        own = next(grant for grant in grants if grant.person_id == cast["organisation"])
        both = nearest_staff(session, own.unit_id, Role.DISCIPLINE, Role.ORGANISATION)
        assert both[-1] == cast["organisation"]
        assert cast["organisation"] not in nearest_staff(
            session, own.unit_id, Role.ORGANISATION, without=(cast["organisation"],)
        )
