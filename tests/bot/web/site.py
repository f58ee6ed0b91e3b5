"""A small city with one of every role, served on loopback: the links in, and the database behind it."""

import subprocess
import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from jobs.planning import plan
from storage.database import Database
from storage.people.actions import issue_code
from storage.people.queries import person_id_of
from tests.cast import HIRED, city_book
from tests.moments import moment
from tests.workbooks import Book, imported

NOW = moment("2025-08-14 10:00")
TOP_ADMINISTRATOR = "S1"
TOP_STAFF = "S2"
ROOT = Path(__file__).parents[3]


@dataclass
class Site:
    """A running server and what a test needs to know of it."""

    url: str
    data: Path
    database: Database

    def person(self, code: str) -> int:
        with self.database.reading() as session:
            return person_id_of(session, code)

    def code(self, person: str) -> str:
        """A fresh one-time code of a person by 编号."""
        with self.database.transaction() as session:
            person_id = person_id_of(session, person)
            return issue_code(session, person_id=person_id, now=NOW, valid_for=timedelta(days=900)).code

    def link(self, person: str) -> str:
        return f"{self.url}/enter/{self.code(person)}"


def site_book() -> Book:
    """The cast's city, with a talk held, findings open, late and closed, and an administrator at the top."""
    return (
        city_book()
        .person(TOP_ADMINISTRATOR, "S", 姓名="韩顶", 职务="系统管理员", 角色="管理员")
        .person(TOP_STAFF, "S", 姓名="尤总", 职务="组织部工作人员", 角色="组织部门")
        .person("L2", "L", "Q", 姓名="蒋副", 职务="乡长")
        .talk("T1", "D1", "B1", "Q", "2025-07-10")
        .finding(
            "F1",
            "T1",
            问题="议事规则执行不严",
            举措="修订议事规则",
            时限="2025-08-01",
            责任人编号="B3",
            问题类型="单位履职",
        )
        .finding("F2", "T1", 问题="台账更新不及时", 举措="按月更新台账", 时限="2025-12-31", 责任人编号="B3")
        .finding(
            "F3", "T1", 问题="公示不规范", 举措="重新公示", 时限="2025-08-31", 责任人编号="D1", 完成日期="2025-08-05"
        )
    )


def prepare(database: Database, folder: Path) -> None:
    """Import the city and plan its reminders."""
    imported(database, site_book(), folder, HIRED)
    with database.transaction() as session:
        plan(session, now=NOW)


@dataclass
class Running:
    """The server's process; stops when left."""

    process: subprocess.Popen[str]
    url: str

    @classmethod
    def on(cls, data: Path, *options: str) -> "Running":
        command = [sys.executable, "-m", "tests.bot.web.serving", str(data), NOW.isoformat(), *options]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("ready "), "the server did not start"
        return cls(process, line.split()[1].rstrip("/"))

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()
