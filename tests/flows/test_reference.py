"""Random organisations: `simulate` sends what the plain reading of the rules asks for, nothing more and nothing less."""

import os
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest

from jobs.simulation import simulate
from storage.database import Database
from storage.rulebooks.rules import ANNUAL_TALK
from tests.flows.reference import Organisation, Person, Unit, messages
from tests.moments import moment
from tests.workbooks import Book, imported

SOAK = bool(os.environ.get("TANHUA_SOAK"))
SEEDS = range(400 if SOAK else 6)
LEVELS = {"省": "市", "市": "县", "县": "乡"}


def random_book(random: Random, first: date) -> tuple[Book, Organisation]:
    """A province with units to three levels, departments, two-headed units, liaisons, staff, and talks of all kinds."""
    book, organisation = Book(), Organisation({}, {}, ["ADMIN"], [])
    levels: dict[str, str] = {}
    for number in range(random.randint(4, 12)):
        above = random.choice([code for code, level in levels.items() if level in LEVELS]) if levels else None
        level = "省" if above is None else random.choice([LEVELS[levels[above]], "部门"])
        meeting = first + timedelta(days=random.randint(-60, 330)) if above and random.random() < 0.9 else None
        code = f"U{number}"
        levels[code], organisation.units[code] = level, Unit(above, meeting)
        book.unit(code, level, above, meeting)
    for number in range(random.randint(12, 40)):
        add_person(book, organisation, f"P{number}", random)
    book.person("ADMIN", "U0", 角色="管理员")
    organisation.people["ADMIN"] = Person("U0")
    for number in range(random.randint(0, 20)):
        add_talk(book, organisation, f"T{number}", first + timedelta(days=random.randint(-420, 390)), random)
    return book, organisation


def above_and_own(organisation: Organisation, unit: str | None) -> list[str]:
    found = []
    while unit is not None:
        found.append(unit)
        unit = organisation.units[unit].above
    return found


def add_person(book: Book, organisation: Organisation, code: str, random: Random) -> None:
    earlier = list(organisation.people)
    unit = random.choice(list(organisation.units))
    principal, staff = random.random() < 0.5, random.random() < 0.15
    row = Person(unit)
    if random.random() < 0.75:
        row.talking_unit = random.choice(above_and_own(organisation, unit))
    wanted = above_and_own(organisation, row.talking_unit or unit)
    talkers = [one for one in earlier if organisation.people[one].unit in wanted]
    principals = organisation.units[row.talking_unit].principals if row.talking_unit else []
    if talkers and (random.random() < 0.5 or not principals):
        row.talker = random.choice(talkers)
    if earlier and random.random() < 0.4:
        row.liaison = random.choice(earlier)
    if row.talking_unit == unit and not principals and row.talker is None:
        principal = False  # the first principal of a unit that talks to itself has nobody to be talked to by
    organisation.people[code] = row
    if principal:
        organisation.units[unit].principals.append(code)
    if staff:
        organisation.units[unit].organisers.append(code)
    cells = {"主要负责人": "是" if principal else "否", "谈话人编号": row.talker, "联络员编号": row.liaison}
    book.person(code, unit, row.talking_unit, **cells, 角色="组织部门" if staff else "干部")


def add_talk(book: Book, organisation: Organisation, code: str, day: date, random: Random) -> None:
    subject = random.choice([one for one in organisation.people if one != "ADMIN"])
    row = organisation.people[subject]
    units = above_and_own(organisation, row.unit)
    unit = random.choice(units)
    talkers = [
        one
        for one, person in organisation.people.items()
        if one not in {subject, "ADMIN"} and person.unit in above_and_own(organisation, unit)
    ]
    if not talkers:
        return
    kind = random.choice(["政治监督谈话"] * 3 + ["工作性沟通性谈话", "诫勉谈话"])
    form = random.choice(["一对一"] * 3 + ["集体"])
    book.talk(code, subject, random.choice(talkers), unit, day, 类型=kind, 形式=form)
    if kind == "政治监督谈话" and form == "一对一":
        organisation.talks.append((subject, day))


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_sent_is_what_the_rules_say(seed: int, sqlite_database: Database, tmp_path: Path) -> None:
    random = Random(seed)
    first = date(2024, 1, 15) + timedelta(days=random.randint(0, 500))
    last = first + timedelta(days=random.randint(60, 400 if SOAK else 200))
    book, organisation = random_book(random, first)
    imported(sqlite_database, book, tmp_path, moment("2024-01-02"))
    sent = [
        (one.at.date(), one.subject, one.recipient, one.stage)
        for one in simulate(sqlite_database, first, last)
        if one.rule == ANNUAL_TALK
    ]
    assert len(sent) == len(set(sent))
    wanted = messages(organisation, first, last)
    assert set(sent) - wanted == set(), "sent although no rule asks for it"
    assert wanted - set(sent) == set(), "asked for by the rules and not sent"
