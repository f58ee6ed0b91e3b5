"""Findings with their measures and responsible parties, and where each belongs."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import delete
from sqlmodel import col, select

from storage.database import chunks
from storage.findings.rules import TALK_ORIGIN, FindingStatus, PartyRole, status_when_listed
from storage.findings.tables import Finding, Measure, ResponsibleParty
from storage.people.tables import Person, Posting, Unit
from storage.talks.tables import Talk, TalkSubject
from storage.workbook.bulk import Import, codes_of, day_of
from storage.workbook.cells import Cells, latest_last, read_measures
from storage.workbook.comparing import MEASURES, Difference


def apply_findings(work: Import, differences: Sequence[Difference]) -> None:
    """Write the findings; one with a 完成日期 is closed, one with all three lists and somebody responsible is filed."""
    persons, places = work.ids(Person), FindingPlaces(work)
    new = [one for one in differences if one.is_new]
    work.insert(Finding, [{**places.of(one.after, persons), **_new_values(one, work)} for one in new])
    known = work.ids(Finding)
    changed = [one for one in differences if not one.is_new]
    work.update(Finding, [_changed_values(work, known[one.code], one, places, persons) for one in changed])
    _apply_measures(work, differences, known)
    _apply_parties(work, differences, known, persons)
    for one in differences:
        work.log(one, "finding", known[one.code])


def _new_values(one: Difference, work: Import) -> dict[str, Any]:
    return {
        "code": one.code,
        "problem": one.after["问题"],
        "problem_type": one.after.get("问题类型", ""),
        "root_cause": "",
        "at_once": False,
        "void_reason": "",
        "origin": one.after.get("来源") or TALK_ORIGIN,
        "status": _status(one.after),
        "completed_on": day_of(one.after["完成日期"]),
        "issued_at": work.now,
    }


def _changed_values(
    work: Import, finding_id: int, one: Difference, places: "FindingPlaces", persons: dict[str, int]
) -> dict[str, Any]:
    values: dict[str, Any] = {"id": finding_id}
    if "问题" in one.changes:
        values["problem"] = one.changes["问题"]
    if "来源" in one.changes:
        values["origin"] = one.changes["来源"] or TALK_ORIGIN
    if "问题类型" in one.changes:
        values["problem_type"] = one.changes["问题类型"]
    if "谈话编号" in one.changes:
        values.update(places.of(one.after, persons))
    finding = work.session.get_one(Finding, finding_id)
    if "完成日期" in one.changes:
        values["completed_on"] = day_of(one.changes["完成日期"])
        reopened = FindingStatus.RECTIFYING if finding.status == FindingStatus.CLOSED else finding.status
        values["status"] = FindingStatus.CLOSED if one.changes["完成日期"] else reopened
    elif finding.status in (FindingStatus.FOUND, FindingStatus.FILED):
        values["status"] = _status(one.after)
    return values


def _status(cells: Cells) -> FindingStatus:
    if cells["完成日期"]:
        return FindingStatus.CLOSED
    measures = read_measures(cells[MEASURES])
    dated = bool(measures) and all(text and due for text, due in measures)
    return status_when_listed(measures_dated=dated, has_responsible=bool(cells["责任人编号"]))


def _apply_measures(work: Import, differences: Sequence[Difference], findings: dict[str, int]) -> None:
    """Measures in their order: those there are updated in place, so that progress stays with its measure."""
    touched = [one for one in differences if one.changes.keys() & {MEASURES, "完成日期"}]
    known: dict[int, list[Measure]] = defaultdict(list)
    for some in chunks([findings[one.code] for one in touched if not one.is_new]):
        rows = select(Measure).where(col(Measure.finding_id).in_(some)).order_by(col(Measure.position))
        for row in work.session.exec(rows):
            if row.text or row.due_on:
                known[row.finding_id].append(row)
    new: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    for one in touched:
        finding, there = findings[one.code], known[findings[one.code]]
        done = {"percent": 100} if one.after["完成日期"] else {}
        following = there[-1].position + 1 if there else 1
        for number, (text, due_on) in enumerate(read_measures(one.after[MEASURES])):
            values = {"text": text, "due_on": due_on, **done}
            if number < len(there):
                changed.append({"id": there[number].id, **values})
            else:
                position = following + number - len(there)
                new.append({"percent": 0, **values, "finding_id": finding, "position": position})
    work.update(Measure, changed)
    work.insert(Measure, new)


def _apply_parties(
    work: Import, differences: Sequence[Difference], findings: dict[str, int], persons: dict[str, int]
) -> None:
    touched = [one for one in differences if "责任人编号" in one.changes]
    for some in chunks([findings[one.code] for one in touched if not one.is_new]):
        work.session.execute(delete(ResponsibleParty).where(col(ResponsibleParty.finding_id).in_(some)))
    work.insert(
        ResponsibleParty,
        [
            {
                "finding_id": findings[one.code],
                "person_id": persons[code],
                "role": PartyRole.LEADING if number else PartyRole.MAIN,
            }
            for one in touched
            for number, code in enumerate(codes_of(one.changes["责任人编号"]))
        ],
    )


@dataclass
class _TalkPlace:
    talk_id: int
    talking_unit_id: int
    held_on: date | None
    person_id: int
    unit_id: int
    subjects: int = 1


class FindingPlaces:
    """Where a finding belongs: its talk, whom it is about, and the talking unit that decides who sees it."""

    def __init__(self, work: Import) -> None:
        self.today = work.today
        rows = work.session.exec(
            select(Talk, TalkSubject.person_id, TalkSubject.unit_id)
            .join(TalkSubject, col(TalkSubject.talk_id) == col(Talk.id))
            .order_by(col(TalkSubject.id))
        )
        self.talks: dict[str, _TalkPlace] = {}
        for talk, person, unit in rows:
            if talk.code in self.talks:
                self.talks[talk.code].subjects += 1
            else:
                self.talks[talk.code] = _TalkPlace(talk.id or 0, talk.talking_unit_id, talk.held_on, person, unit)
        self.postings = {row.person_id: row for row in work.session.exec(select(Posting).order_by(*latest_last()))}
        self.top = work.session.exec(
            select(Unit.id).where(col(Unit.parent_id).is_(None)).order_by(col(Unit.id))
        ).first()

    def of(self, cells: Cells, persons: dict[str, int]) -> dict[str, Any]:
        """The columns that place one finding."""
        place = self.talks.get(cells["谈话编号"])
        if place is not None:
            return {
                "talk_id": place.talk_id,
                "talking_unit_id": place.talking_unit_id,
                "person_id": place.person_id if place.subjects == 1 else None,  # of a collective talk: the unit's
                "unit_id": place.unit_id,
                "found_on": place.held_on or self.today,
            }
        responsible = [persons[code] for code in codes_of(cells["责任人编号"])]
        posting = self.postings.get(responsible[0]) if responsible else None
        unit = posting.unit_id if posting else self.top
        return {
            "talk_id": None,
            "talking_unit_id": (posting.talking_unit_id if posting else None) or unit,
            "person_id": responsible[0] if responsible else None,
            "unit_id": unit,
            "found_on": self.today,
        }
