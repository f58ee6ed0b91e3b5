"""The records of the database as the workbook would show them: what export writes and import compares with.

Every cell is canonical text: dates as 2025-08-13, several values joined by 、, yes and no as 是 and 否, blank as "".
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from sqlmodel import Session, col, select

from storage.findings.rules import TALK_ORIGIN, FindingStatus
from storage.findings.tables import Finding, Measure, ResponsibleParty
from storage.people.tables import ChannelAccount, Person, Posting, RoleGrant, Unit
from storage.talks.rules import TalkStatus
from storage.talks.tables import Meeting, Talk, TalkSubject
from storage.workbook.columns import FINDINGS, PERSONS, TALKS, UNITS
from storage.workbook.reading import Row, Value

Cells = dict[str, str]
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


def all_cells(session: Session) -> dict[str, dict[str, Cells]]:
    """{sheet: {编号: cells}} of the whole database, in the order of entry."""
    units = {row.id: row.code for row in session.exec(select(Unit).order_by(col(Unit.id)))}
    persons = {row.id: row.code for row in session.exec(select(Person).order_by(col(Person.id)))}
    return {
        UNITS.name: _unit_cells(session, units),
        PERSONS.name: _person_cells(session, units, persons),
        TALKS.name: _talk_cells(session, units, persons),
        FINDINGS.name: _finding_cells(session, persons),
    }


def _unit_cells(session: Session, codes: dict[int | None, str]) -> dict[str, Cells]:
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


def _person_cells(session: Session, units: dict[int | None, str], persons: dict[int | None, str]) -> dict[str, Cells]:
    postings = {row.person_id: row for row in session.exec(select(Posting).order_by(*latest_last()))}
    roles: dict[int, list[str]] = defaultdict(list)
    for grant in session.exec(select(RoleGrant).order_by(col(RoleGrant.id))):
        roles[grant.person_id].append(grant.role)
    accounts = dict(
        session.exec(
            select(ChannelAccount.person_id, ChannelAccount.external_id).where(
                ChannelAccount.channel == WECOM, col(ChannelAccount.closed_at).is_(None)
            )
        ).all()
    )
    found: dict[str, Cells] = {}
    for person in session.exec(select(Person).order_by(col(Person.id))):
        held = postings.get(person.id or 0, Posting(person_id=0, unit_id=0))
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
            "角色": "、".join(dict.fromkeys(roles.get(person.id or 0, ()))),
            "任职日期": canonical(held.from_on),
            "企业微信账号": accounts.get(person.id or 0, ""),
        }
    return found


def latest_last() -> tuple[object, ...]:
    """The order that puts each person's present posting last."""
    return (col(Posting.until_on).is_(None), col(Posting.until_on), col(Posting.id))


def _talk_cells(session: Session, units: dict[int | None, str], persons: dict[int | None, str]) -> dict[str, Cells]:
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


def _finding_cells(session: Session, persons: dict[int | None, str]) -> dict[str, Cells]:
    measures: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for measure in session.exec(select(Measure).order_by(col(Measure.finding_id), col(Measure.position))):
        measures[measure.finding_id].append((measure.text, canonical(measure.due_on)))
    parties: dict[int, list[str]] = defaultdict(list)
    for party in session.exec(select(ResponsibleParty).order_by(col(ResponsibleParty.id))):
        parties[party.finding_id].append(persons[party.person_id])
    talks = {talk_id: code for talk_id, code in session.exec(select(Talk.id, Talk.code))}
    rows = select(Finding).where(Finding.status != FindingStatus.VOID).order_by(col(Finding.id))
    return {
        finding.code: {
            "编号": finding.code,
            "谈话编号": talks.get(finding.talk_id, "") if finding.talk_id is not None else "",
            "问题": finding.problem,
            "举措": listed_measures(measures[finding.id or 0]),
            "责任人编号": "、".join(parties[finding.id or 0]),
            "完成日期": canonical(finding.completed_on),
            "来源": "" if finding.origin == TALK_ORIGIN else finding.origin,
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
