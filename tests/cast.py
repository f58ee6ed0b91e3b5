"""A fixed cast by role: one small city, its county, a town, and a neighbouring city. All names are invented."""

from dataclasses import dataclass
from pathlib import Path

from sqlmodel import select

from storage.database import Database
from storage.people.queries import actor_for
from storage.people.rules import Actor
from storage.people.tables import Person, Unit
from tests.moments import moment
from tests.workbooks import Book, imported

HIRED = moment("2025-06-02 08:00")
MEETING = "2025-08-21"
DEADLINE = "2025-08-20"

CODES = {
    "leader": "A1",
    "subject": "B1",
    "recorder": "A2",
    "liaison": "B2",
    "organisation": "A3",
    "discipline": "A4",
    "administrator": "A5",
    "responsible": "B3",
    "township_head": "D1",
    "outsider": "N1",
    "outside_staff": "N2",
}
"""编号 by role. A stranger has none: somebody who writes to the bot and is in no workbook."""


@dataclass(frozen=True)
class Cast:
    """Person ids by role, unit ids by code."""

    persons: dict[str, int]
    units: dict[str, int]

    def __getitem__(self, role: str) -> int:
        return self.persons[role]

    def actor(self, database: Database, role: str, day: str = "2025-08-01") -> Actor:
        """The actor of a role, as the gates see them."""
        with database.reading() as session:
            return actor_for(session, self.persons[role], moment(day).date())


def city_book() -> Book:
    """The workbook of the cast: 云溪市 over 青石县 over 柳河乡; beside it 南屏市."""
    return (
        Book()
        .unit("S", "省", 名称="临江省")
        .unit("Y", "市", "S", 名称="云溪市")
        .unit("Q", "县", "Y", MEETING, 名称="青石县")
        .unit("QZ", "部门", "Q", 名称="青石县组织部")
        .unit("L", "乡", "Q", "2025-09-18", 名称="柳河乡")
        .unit("N", "市", "S", 名称="南屏市")
        .person("A1", "Y", 姓名="赵启明", 职务="市委书记", 主要负责人="是")
        .person("A2", "Y", 姓名="钱书", 职务="纪检监察室干部")
        .person("A3", "Y", 姓名="孙立", 职务="组织部干部", 角色="组织部门")
        .person("A4", "Y", 姓名="李正", 职务="纪委干部", 角色="纪检机关")
        .person("A5", "Y", 姓名="周理", 职务="办公室干部", 角色="管理员")
        .person("B1", "Q", "Y", 姓名="吴敏", 职务="县委书记", 主要负责人="是", 联络员编号="B2", 干部类别="市管干部")
        .person("B2", "Q", 姓名="郑联", 职务="县委办干部")
        .person("B3", "QZ", 姓名="王实", 职务="组织部长")
        .person("D1", "L", "Q", 姓名="冯乡", 职务="乡党委书记", 主要负责人="是")
        .person("N1", "N", 姓名="陈外", 职务="市委书记", 主要负责人="是")
        .person("N2", "N", 姓名="褚邻", 职务="组织部干部", 角色="组织部门、纪检机关")
    )


def hire(database: Database, folder: Path) -> Cast:
    """Import the cast and look up its ids."""
    imported(database, city_book(), folder, HIRED)
    return find_cast(database)


def find_cast(database: Database) -> Cast:
    """The ids of a cast that is there."""
    with database.reading() as session:
        ids = dict(session.exec(select(Person.code, Person.id)).all())
        units = {code: number or 0 for code, number in session.exec(select(Unit.code, Unit.id))}
    return Cast({role: ids[code] or 0 for role, code in CODES.items()}, units)
