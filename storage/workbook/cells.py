"""The records of the database as the workbook would show them: what export writes and import compares with.

Every cell is canonical text: dates as 2025-08-13, several values joined by 、, yes and no as 是 and 否, blank as "".
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from storage.findings.rules import TALK_ORIGIN, FindingStatus
from storage.findings.tables import Finding, Measure, ResponsibleParty
from storage.people.rules import Role
from storage.people.tables import ChannelAccount, Person, Posting, RoleGrant, Unit
from storage.talks.rules import TalkStatus
from storage.talks.tables import Meeting, Talk, TalkSubject
from storage.workbook.columns import FINDINGS, SHEETS, TALKS
from storage.workbook.reading import Row, Value, clean_text

Cells = dict[str, str]
Codes = dict[int | None, str]
WECOM = "wecom"


def canonical(value: Value) -> str:
    """A cell's value as canonical text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, date):
        return value.isoformat()
    return "、".join(value) if isinstance(value, tuple) else value


def file_cells(row: Row) -> Cells:
    """A workbook row as canonical cells."""
    return {name: canonical(value) for name, value in row.values.items()}


@dataclass(frozen=True)
class Held:
    """A posting as far as checking needs it: the unit's 编号, from–until."""

    unit: str
    from_on: date | None
    until_on: date | None

    def covers(self, day: date) -> bool:
        """Whether the post was held on `day`."""
        return (self.from_on is None or self.from_on <= day) and (self.until_on is None or day < self.until_on)


@dataclass(frozen=True)
class Recorded:
    """What import compares a workbook with.

    `cells` as `all_cells` gives them; `meetings` {(unit 编号, year): date}; `withheld` {(sheet, 编号): why} are records
    the workbook cannot change (a planned or void talk, a void finding); `postings` {person 编号: in order};
    `accounts` {account: person 编号}.
    """

    cells: dict[str, dict[str, Cells]]
    meetings: dict[tuple[str, str], str]
    withheld: dict[tuple[str, str], str]
    postings: dict[str, list[Held]]
    accounts: dict[str, str]


def read_recorded(session: Session) -> Recorded:
    """Everything an import is compared with."""
    units = _codes(session, Unit)
    persons = _codes(session, Person)
    meetings = session.exec(select(Meeting))
    talks = session.exec(select(Talk.code, Talk.status).where(Talk.status != TalkStatus.RECORDED))
    findings = session.exec(select(Finding.code, Finding.status).where(Finding.status == FindingStatus.VOID))
    postings: dict[str, list[Held]] = defaultdict(list)
    for row in session.exec(select(Posting).order_by(*latest_last())):
        postings[persons[row.person_id]].append(Held(units[row.unit_id], row.from_on, row.until_on))
    accounts = session.exec(
        select(ChannelAccount.external_id, ChannelAccount.person_id).where(ChannelAccount.channel == WECOM)
    )
    return Recorded(
        all_cells(session),
        {(units[row.unit_id], str(row.year)): row.held_on.isoformat() for row in meetings},
        {(TALKS.name, code): status for code, status in talks}
        | {(FINDINGS.name, code): status for code, status in findings},
        postings,
        {account: persons[person_id] for account, person_id in accounts},
    )


def _codes(session: Session, table: type[Unit] | type[Person]) -> Codes:
    return dict(session.exec(select(table.id, table.code).order_by(col(table.id))).all())


def all_cells(session: Session) -> dict[str, dict[str, Cells]]:
    """{sheet: {编号: cells}} of the whole database: people as their units list them, the rest in the order of entry."""
    units, persons = _codes(session, Unit), _codes(session, Person)
    found = (
        _unit_cells(session, units),
        _person_cells(session, units, persons),
        _talk_cells(session, units, persons),
        _finding_cells(session, persons),
    )
    return {
        sheet.name: {code: {name: clean_text(cell) for name, cell in cells.items()} for code, cells in records.items()}
        for sheet, records in zip(SHEETS, found, strict=True)
    }


def _unit_cells(session: Session, codes: Codes) -> dict[str, Cells]:
    meetings = {row.unit_id: row.held_on for row in session.exec(select(Meeting).order_by(col(Meeting.year)))}
    return {
        unit.code: {
            "编号": unit.code,
            "名称": unit.name,
            "层级": unit.level,
            "上级编号": codes.get(unit.parent_id, ""),
            "民主生活会日期": canonical(meetings.get(unit.id or 0)),
        }
        for unit in session.exec(select(Unit).order_by(col(Unit.id)))
    }


def _person_cells(session: Session, units: Codes, persons: Codes) -> dict[str, Cells]:
    postings = {row.person_id: row for row in session.exec(select(Posting).order_by(*latest_last()))}
    roles: dict[tuple[int, int], set[str]] = defaultdict(set)
    for grant in session.exec(select(RoleGrant)):
        roles[grant.person_id, grant.unit_id].add(grant.role)
    accounts = dict(
        session.exec(
            select(ChannelAccount.person_id, ChannelAccount.external_id).where(
                ChannelAccount.channel == WECOM, col(ChannelAccount.closed_at).is_(None)
            )
        ).all()
    )
    found: dict[str, Cells] = {}
    everybody = [
        (postings.get(person.id or 0, Posting(person_id=0, unit_id=0)), person)
        for person in session.exec(select(Person))
    ]
    for held, person in sorted(everybody, key=lambda pair: (pair[0].position, pair[1].id or 0)):
        here = roles.get((person.id or 0, held.unit_id), {Role.OFFICIAL.value})
        found[person.code] = {
            "编号": person.code,
            "姓名": person.name,
            "单位编号": units.get(held.unit_id, ""),
            "职务": held.title,
            "干部类别": held.category,
            "主要负责人": canonical(held.is_principal),
            "谈话单位编号": units.get(held.talking_unit_id, ""),
            "谈话人编号": persons.get(held.talker_id, ""),
            "联络员编号": persons.get(held.liaison_id, ""),
            "角色": "、".join(role for role in Role if role in here),
            "任职日期": canonical(held.from_on),
            "企业微信账号": accounts.get(person.id or 0, ""),
        }
    return found


def latest_last() -> tuple[Any, ...]:
    """The order that puts each person's present posting last."""
    return (col(Posting.until_on).is_(None), col(Posting.until_on), col(Posting.id))


def _talk_cells(session: Session, units: Codes, persons: Codes) -> dict[str, Cells]:
    subjects: dict[int, list[str]] = defaultdict(list)
    for subject in session.exec(select(TalkSubject).order_by(col(TalkSubject.id))):
        subjects[subject.talk_id].append(persons[subject.person_id])
    held = select(Talk).where(Talk.status == TalkStatus.RECORDED).order_by(col(Talk.id))
    return {
        talk.code: {
            "编号": talk.code,
            "谈话对象编号": "、".join(subjects[talk.id or 0]),
            "谈话人编号": persons[talk.talker_id],
            "谈话单位编号": units[talk.talking_unit_id],
            "类型": talk.type,
            "形式": talk.mode,
            "日期": canonical(talk.held_on),
            "记录人编号": persons.get(talk.recorder_id, ""),
        }
        for talk in session.exec(held)
    }


def _finding_cells(session: Session, persons: Codes) -> dict[str, Cells]:
    measures: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for measure in session.exec(select(Measure).order_by(col(Measure.finding_id), col(Measure.position))):
        measures[measure.finding_id].append((clean_text(measure.text), canonical(measure.due_on)))
    parties: dict[int, list[str]] = defaultdict(list)
    for party in session.exec(select(ResponsibleParty).order_by(col(ResponsibleParty.id))):
        parties[party.finding_id].append(persons[party.person_id])
    told = select(Talk.id, Talk.code).where(Talk.status == TalkStatus.RECORDED)
    talks: Codes = dict(session.exec(told).all())
    rows = select(Finding).where(Finding.status != FindingStatus.VOID).order_by(col(Finding.id))
    return {
        finding.code: {
            "编号": finding.code,
            "谈话编号": talks.get(finding.talk_id, ""),
            "问题": finding.problem,
            "举措": listed_measures(measures[finding.id or 0]),
            "责任人编号": "、".join(parties[finding.id or 0]),
            "完成日期": canonical(finding.completed_on),
            # A finding whose talk is not in the workbook (void) needs a source to stand on.
            "来源": "" if finding.origin == TALK_ORIGIN and finding.talk_id in talks else finding.origin,
            "问题类型": finding.problem_type,
        }
        for finding in session.exec(rows)
    }


def listed_measures(measures: Iterable[tuple[str, str]]) -> str:
    """Measures with their deadlines as one comparable text."""
    return json.dumps([list(measure) for measure in measures if any(measure)], ensure_ascii=False)


def read_measures(text: str) -> list[tuple[str, date | None]]:
    """Measures with their deadlines from the text of `listed_measures`."""
    return [(words, date.fromisoformat(day) if day else None) for words, day in json.loads(text)]


def finding_groups(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Rows of the 问题 sheet by 编号: several rows are several measures of one finding."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.code].append(row)
    return groups


def finding_file_cells(group: list[Row]) -> Cells:
    """The rows of one finding as canonical cells, its measures joined; the first row speaks for the rest."""
    first = file_cells(group[0])
    del first["时限"]
    measures = [(row.text("举措"), canonical(row.day("时限"))) for row in group]
    return {**first, "举措": listed_measures(measures)}
