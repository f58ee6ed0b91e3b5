"""What happened in a campaign of talks, read off a finished workbook: who talked with whom on which day, which problems
were named, and when each was closed. The organisation alone goes to the bot; the rest is played by chat."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from tests.workbooks import Book, Record, read_rows


@dataclass(frozen=True)
class HeldTalk:
    """One talk: 编号 in the workbook, who, with whom, on which day. `again`: the subject was talked with before."""

    code: str
    talker: str
    subject: str
    day: date
    again: bool


@dataclass(frozen=True)
class NamedProblem:
    """A problem named in a talk, with its three lists; `closed_on` is None for one that stayed open."""

    code: str
    talk: HeldTalk
    problem: str
    measure: str
    due_on: date
    responsible: str
    closed_on: date | None


@dataclass(frozen=True)
class CampaignPlan:
    """The rows of units and people, and what they did."""

    units: list[Record]
    people: list[Record]
    talks: tuple[HeldTalk, ...]
    problems: tuple[NamedProblem, ...]

    @property
    def names(self) -> dict[str, str]:
        """姓名 by 编号."""
        return {row["编号"]: row["姓名"] for row in self.people}

    def organisation(self) -> Book:
        """The workbook of the organisation as it stood before the first talk: who talks with whom is divided up."""
        first = {talk.subject: talk.talker for talk in self.talks if not talk.again}
        book = Book()
        for unit in self.units:
            book.add("单位", **unit)
        for person in self.people:
            book.add("人员", **{**person, "谈话人编号": first.get(person["编号"], person["谈话人编号"])})
        return book

    def talkers_changed(self, talks: Sequence[HeldTalk]) -> Book:
        """A workbook of a few lines: these people are talked with by somebody else from now on."""
        rows = {row["编号"]: row for row in self.people}
        book = Book()
        for talk in talks:
            book.add("人员", **{**rows[talk.subject], "谈话人编号": talk.talker})
        return book


def read_plan(path: Path) -> CampaignPlan:
    """The plan of a workbook in the import format, whose talks are one-on-one and satisfy the yearly duty."""
    sheets = {name: records_of(rows) for name, rows in read_rows(path).items()}
    talks: dict[str, HeldTalk] = {}
    seen: set[str] = set()
    for row in sorted(sheets["谈话"], key=lambda row: (row["日期"], row["编号"])):
        subject = row["谈话对象编号"]
        talks[row["编号"]] = HeldTalk(row["编号"], row["谈话人编号"], subject, row["日期"], subject in seen)
        seen.add(subject)
    problems = [
        NamedProblem(
            row["编号"], talks[row["谈话编号"]], row["问题"], row["举措"], row["时限"], row["责任人编号"], row["完成日期"]
        )
        for row in sheets["问题"]
    ]  # fmt: skip
    return CampaignPlan(sheets["单位"], sheets["人员"], tuple(talks.values()), tuple(problems))


def records_of(rows: list[tuple[Any, ...]]) -> list[Record]:
    """A sheet's rows by heading; dates as days."""
    heading, *records = rows
    return [dict(zip(heading, map(_day, record), strict=True)) for record in records]


def _day(cell: Any) -> Any:
    return cell.date() if isinstance(cell, datetime) else cell


def by_day(talks: Sequence[HeldTalk]) -> dict[date, list[HeldTalk]]:
    """The talks of each day."""
    found: dict[date, list[HeldTalk]] = defaultdict(list)
    for talk in talks:
        found[talk.day].append(talk)
    return found
