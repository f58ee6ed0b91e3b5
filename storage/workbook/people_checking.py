"""Who sits where, as the workbook will leave it; assignments that could never become a talk; accounts used twice."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from storage.errors import RuleBroken
from storage.talks.rules import Seat, check_pair
from storage.workbook.cells import Held, Recorded, file_cells
from storage.workbook.columns import PERSONS, UNITS
from storage.workbook.reading import CellProblem, ReadWorkbook

ACCOUNT = "企业微信账号"
ABOVE = "上级编号"
UNKNOWN = "\0"
"""Stands above a unit whose 上级编号 cannot be read: no code of a cell is ever this one."""
ASSIGNMENT = ("单位编号", "谈话单位编号", "谈话人编号")


@dataclass(frozen=True)
class Roster:
    """The tree and its people as they would stand after the import; codes in, paths out.

    `parents` {unit: unit above}; `paths` {unit: '/C0/U01/'} without units in a circle or below nothing; `numbers` gives
    every person a number; `held` their postings in order.
    """

    parents: dict[str, str]
    paths: dict[str, str]
    numbers: dict[str, int]
    held: dict[str, list[Held]]

    @classmethod
    def of(cls, book: ReadWorkbook, recorded: Recorded, today: date) -> "Roster":
        """The recorded tree and people with the workbook's on top."""
        parents = {code: cells["上级编号"] for code, cells in recorded.cells[UNITS.name].items()}
        unread = {problem.row for problem in book.problems if (problem.sheet, problem.column) == (UNITS.name, ABOVE)}
        parents |= {row.code: UNKNOWN if row.number in unread else row.text(ABOVE) for row in book.rows[UNITS.name]}
        held = {code: list(postings) for code, postings in recorded.postings.items()}
        for row in book.rows[PERSONS.name]:
            held[row.code] = _with_file(held.get(row.code, []), row.text("单位编号"), row.day("任职日期"), today)
        return cls(parents, _tree_paths(parents), {code: number for number, code in enumerate(held)}, held)

    def present_path(self, person: str) -> str | None:
        """The path of the unit a person sits in; None when it is not known."""
        held = self.held.get(person)
        return self.paths.get(held[-1].unit) if held else None

    def path_on(self, person: str, day: date | None) -> str | None:
        """The path of the unit a person sat in on `day`; None when that is not known."""
        covering = [held for held in self.held.get(person, ()) if day is not None and held.covers(day)]
        return self.paths.get(covering[-1].unit) if covering else None


def _with_file(held: list[Held], unit: str, since: date | None, today: date) -> list[Held]:
    """A person's postings with the file's row applied, as import will apply it."""
    if not held:
        return [Held(unit, since, None)]
    last = held[-1]
    if last.unit == unit:
        return [*held[:-1], Held(unit, since or last.from_on, last.until_on)]
    began = since or today
    return [*held[:-1], Held(last.unit, last.from_on, last.until_on or began), Held(unit, began, None)]


def _tree_paths(parents: dict[str, str]) -> dict[str, str]:
    found: dict[str, str] = {"": "/"}
    for start in parents:
        chain: list[str] = []
        code = start
        while code not in found and code in parents and code not in chain:
            chain.append(code)
            code = parents[code]
        if code in found:
            for one in reversed(chain):
                found[one] = f"{found[parents[one]]}{one}/"
    del found[""]
    return found


def assignment_problems(book: ReadWorkbook, recorded: Recorded, roster: Roster) -> Iterator[CellProblem]:
    """Assignments of a talking unit and a talker under which no talk could ever be recorded."""
    for row in book.rows[PERSONS.name]:
        cells, before = file_cells(row), recorded.cells[PERSONS.name].get(row.code)
        if before is not None and all(cells[name] == before[name] for name in ASSIGNMENT):
            continue
        unit, talker = row.text("谈话单位编号"), row.text("谈话人编号")
        if talker and talker == row.code:
            yield CellProblem(PERSONS.name, row.number, "谈话人编号", "谈话人与谈话对象不能是同一人。")
            continue
        path, own = roster.paths.get(unit), roster.paths.get(row.text("单位编号"))
        if path is None or own is None:
            continue
        above = (roster.present_path(talker) if talker else None) or path
        try:
            check_pair(Seat(-1, above), Seat(roster.numbers[row.code], own), path)
        except RuleBroken as error:
            column = "谈话单位编号" if error.message.startswith("谈话单位应当") else "谈话人编号"
            yield CellProblem(PERSONS.name, row.number, column, error.message)


def accounts_problems(book: ReadWorkbook, recorded: Recorded) -> Iterator[CellProblem]:
    """Accounts given to two people."""
    rows = book.rows[PERSONS.name]
    listed = {row.code for row in rows if ACCOUNT in row.values}
    seen: dict[str, int] = {}
    for row in rows:
        account = row.text(ACCOUNT)
        if not account:
            continue
        owner = recorded.accounts.get(account, row.code)
        if account in seen:
            yield CellProblem(PERSONS.name, row.number, ACCOUNT, f"账号“{account}”与第 {seen[account]} 行重复")
        elif owner != row.code and owner not in listed:
            yield CellProblem(PERSONS.name, row.number, ACCOUNT, f"账号“{account}”已属于编号“{owner}”的人员")
        seen.setdefault(account, row.number)
