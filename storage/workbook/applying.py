"""Differences to rows, in bulk: units, then persons, talks, findings. Each record leaves one audit line."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, update
from sqlmodel import Session, SQLModel, col, select

from storage import audit
from storage.findings.rules import TALK_ORIGIN, FindingStatus, PartyRole, status_when_listed
from storage.findings.tables import Finding, Measure, ResponsibleParty
from storage.instants import shanghai_date
from storage.people.tables import ChannelAccount, Person, Posting, RoleGrant, Unit
from storage.people.tree import renumber_tree
from storage.talks.duties import reopen_duties
from storage.talks.rules import TalkStatus
from storage.talks.tables import Meeting, MeetingMove, Talk, TalkSubject
from storage.workbook.cells import WECOM, read_measures

if TYPE_CHECKING:
    from storage.workbook.importing import Difference


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


class Applier:
    """Writes one import. `audit_lines` collects what to log."""

    def __init__(self, session: Session, *, now: datetime, actor_id: int | None) -> None:
        self.session = session
        self.now = now
        self.today = shanghai_date(now)
        self.actor_id = actor_id
        self.audit_lines: list[dict[str, Any]] = []

    def apply(
        self,
        units: Sequence["Difference"],
        persons: Sequence["Difference"],
        talks: Sequence["Difference"],
        findings: Sequence["Difference"],
    ) -> None:
        """Write all differences, parents before children."""
        self._units(units)
        self._persons(persons)
        self._talks(talks)
        self._findings(findings)

    def ids(self, table: type[Any]) -> dict[str, int]:
        """{编号: id} of a whole table."""
        return {code: key for code, key in self.session.exec(select(table.code, table.id))}

    def insert(self, table: type[SQLModel], rows: list[dict[str, Any]]) -> None:
        """Insert rows in bulk; nothing when there are none."""
        if rows:
            self.session.execute(insert(table), rows)

    def update(self, table: type[SQLModel], rows: list[dict[str, Any]]) -> None:
        """Update rows by primary key in bulk."""
        by_columns: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        for row in rows:
            if len(row) > 1:
                by_columns.setdefault(tuple(sorted(row)), []).append(row)
        for same in by_columns.values():
            self.session.execute(update(table), same)

    def _log(self, one: "Difference", subject: str, subject_id: int) -> None:
        before = one.before or {}
        fields = {name: (before.get(name, ""), cell) for name, cell in one.changes.items() if name != "编号"}
        self.audit_lines.append(
            audit.line_values(
                action=f"{subject}.import" if one.before is None else f"{subject}.reimport",
                subject=subject,
                subject_id=subject_id,
                actor_id=self.actor_id,
                now=self.now,
                fields=fields,
            )
        )

    def _units(self, differences: Sequence["Difference"]) -> None:
        new = [one for one in differences if one.before is None]
        self.insert(
            Unit,
            [
                {
                    "code": one.code,
                    "name": one.cells["名称"],
                    "level": one.cells["层级"],
                    "counted_level": "",
                    "path": "",
                }
                for one in new
            ],
        )
        ids = self.ids(Unit)
        rows: list[dict[str, Any]] = []
        for one in differences:
            row: dict[str, Any] = {"id": ids[one.code]}
            if "上级编号" in one.changes:
                row["parent_id"] = ids.get(one.changes["上级编号"])
            if one.before is not None:
                row.update({key: one.changes[name] for name, key in _UNIT.items() if name in one.changes})
            rows.append(row)
            self._log(one, "unit", ids[one.code])
        self.update(Unit, rows)
        if any(len(row) > 1 for row in rows) or new:
            renumber_tree(self.session)
        self._meetings(differences, ids)

    def _meetings(self, differences: Sequence["Difference"], ids: dict[str, int]) -> None:
        known = {(row.unit_id, row.year): row for row in self.session.exec(select(Meeting))}
        new: list[dict[str, Any]] = []
        for one in differences:
            held_on = _day(one.changes.get("民主生活会日期", ""))
            if held_on is None:
                continue
            meeting = known.get((ids[one.code], held_on.year))
            if meeting is None:
                new.append({"unit_id": ids[one.code], "year": held_on.year, "held_on": held_on})
            elif meeting.held_on != held_on:
                self.session.add(
                    MeetingMove(
                        meeting_id=meeting.id,
                        from_on=meeting.held_on,
                        to_on=held_on,
                        at=self.now,
                        actor_id=self.actor_id,
                    )  # fmt: skip
                )
                meeting.held_on = held_on
                self.session.add(meeting)
        self.insert(Meeting, new)

    def _persons(self, differences: Sequence["Difference"]) -> None:
        self.insert(
            Person, [{"code": one.code, "name": one.cells["姓名"]} for one in differences if one.before is None]
        )
        persons, units = self.ids(Person), self.ids(Unit)
        self.update(
            Person,
            [
                {"id": persons[one.code], "name": one.changes["姓名"]}
                for one in differences
                if one.before is not None and "姓名" in one.changes
            ],
        )
        held = self._present_postings([persons[one.code] for one in differences if one.before is not None])
        position = self.session.exec(select(Posting.position).order_by(col(Posting.position).desc()).limit(1)).first()
        position = (position or 0) + 1
        new: list[dict[str, Any]] = []
        changed: list[dict[str, Any]] = []
        for number, one in enumerate(differences):
            person = persons[one.code]
            posting = held.get(person)
            values = self._posting_values(one, persons, units)
            if posting is None or self._is_transfer(one, posting):
                if posting is not None:
                    values = self._transfer(one, posting, values)
                new.append({**_POSTING_BLANK, **values, "person_id": person, "position": position + number})
            else:
                changed.append({"id": posting.id, **values})
            self._log(one, "person", person)
        self.session.flush()
        self.insert(Posting, new)
        self.update(Posting, changed)
        self._roles(differences, persons, units)
        self._accounts(differences, persons)

    def _present_postings(self, persons: list[int]) -> dict[int, Posting]:
        found: dict[int, Posting] = {}
        for start in range(0, len(persons), 500):
            rows = self.session.exec(
                select(Posting)
                .where(col(Posting.person_id).in_(persons[start : start + 500]), col(Posting.until_on).is_(None))
                .order_by(col(Posting.id))
            )
            found.update({row.person_id: row for row in rows})
        return found

    def _posting_values(self, one: "Difference", persons: dict[str, int], units: dict[str, int]) -> dict[str, Any]:
        changes, values = one.changes, {}
        values.update({key: changes[name] for name, key in _POSTING_TEXT.items() if name in changes})
        values.update({key: units.get(changes[name]) for name, key in _POSTING_UNIT.items() if name in changes})
        values.update({key: persons.get(changes[name]) for name, key in _POSTING_PERSON.items() if name in changes})
        if "主要负责人" in changes:
            values["is_principal"] = changes["主要负责人"] == "是"
        if "任职日期" in changes:
            values["from_on"] = _day(changes["任职日期"])
        return values

    def _is_transfer(self, one: "Difference", posting: Posting) -> bool:
        """Another unit is a transfer (调任); another post in the same unit only with a later date of appointment."""
        if "单位编号" in one.changes:
            return True
        began = _day(one.changes.get("任职日期", ""))
        return "职务" in one.changes and began is not None and (posting.from_on is None or began > posting.from_on)

    def _transfer(self, one: "Difference", posting: Posting, values: dict[str, Any]) -> dict[str, Any]:
        began = values.get("from_on") or self.today
        carried = {key: getattr(posting, key) for key in _POSTING_BLANK}
        posting.until_on = max(began, posting.from_on) if posting.from_on else began
        self.session.add(posting)
        return {**carried, **values, "from_on": began}

    def _roles(self, differences: Sequence["Difference"], persons: dict[str, int], units: dict[str, int]) -> None:
        touched = [one for one in differences if "角色" in one.changes or "单位编号" in one.changes]
        old = [persons[one.code] for one in touched if one.before is not None]
        for start in range(0, len(old), 500):
            self.session.execute(delete(RoleGrant).where(col(RoleGrant.person_id).in_(old[start : start + 500])))
        self.insert(
            RoleGrant,
            [
                {"person_id": persons[one.code], "role": role, "unit_id": units[one.cells["单位编号"]]}
                for one in touched
                for role in one.cells["角色"].split("、")
                if role
            ],
        )

    def _accounts(self, differences: Sequence["Difference"], persons: dict[str, int]) -> None:
        for one in differences:
            if "企业微信账号" not in one.changes or not (one.changes["企业微信账号"] or one.before):
                continue
            person, account = persons[one.code], one.changes["企业微信账号"]
            mine = select(ChannelAccount).where(ChannelAccount.channel == WECOM, ChannelAccount.person_id == person)
            for row in self.session.exec(mine):
                self.session.delete(row)
            self.session.flush()
            if account:
                self.session.add(
                    ChannelAccount(person_id=person, channel=WECOM, external_id=account, bound_at=self.now)
                )

    def _talks(self, differences: Sequence["Difference"]) -> None:
        persons, units = self.ids(Person), self.ids(Unit)
        new = [one for one in differences if one.before is None]
        self.insert(
            Talk,
            [
                {
                    **self._talk_values(one, persons, units),
                    "code": one.code,
                    "status": TalkStatus.RECORDED,
                    "recorded_at": self.now,
                    "issued_at": self.now,
                }
                for one in new
            ],
        )
        talks = self.ids(Talk) if differences else {}
        changed = [one for one in differences if one.before is not None]
        self.update(Talk, [{"id": talks[one.code], **self._talk_values(one, persons, units)} for one in changed])
        reopen_duties(self.session, [talks[one.code] for one in changed], now=self.now)
        regrouped = [talks[one.code] for one in changed if "谈话对象编号" in one.changes]
        if regrouped:
            self.session.execute(delete(TalkSubject).where(col(TalkSubject.talk_id).in_(regrouped)))
        present = self._present_postings(list(persons.values())) if differences else {}
        self.insert(
            TalkSubject,
            [
                {
                    "talk_id": talks[one.code],
                    "person_id": persons[subject],
                    "unit_id": present[persons[subject]].unit_id,
                    "category": present[persons[subject]].category,
                }
                for one in differences
                if "谈话对象编号" in one.changes
                for subject in one.cells["谈话对象编号"].split("、")
            ],
        )
        for one in differences:
            self._log(one, "talk", talks[one.code])

    def _talk_values(self, one: "Difference", persons: dict[str, int], units: dict[str, int]) -> dict[str, Any]:
        return {
            "type": one.cells["类型"],
            "mode": one.cells["形式"],
            "talking_unit_id": units[one.cells["谈话单位编号"]],
            "talker_id": persons[one.cells["谈话人编号"]],
            "recorder_id": persons.get(one.cells["记录人编号"]),
            "held_on": _day(one.cells["日期"]),
        }

    def _findings(self, differences: Sequence["Difference"]) -> None:
        if not differences:
            return
        persons = self.ids(Person)
        known = self.ids(Finding)
        places = FindingPlaces(self.session)
        new = []
        for one in differences:
            if one.before is None:
                new.append({**places.of(one, persons), **self._new_finding(one)})
        self.insert(Finding, new)
        known = self.ids(Finding)
        for one in differences:
            if one.before is not None:
                self._change_finding(known[one.code], one, places, persons)
            self._log(one, "finding", known[one.code])
        self._measures(differences, known)
        self._parties(differences, known, persons)

    def _new_finding(self, one: "Difference") -> dict[str, Any]:
        return {
            "code": one.code,
            "problem": one.cells["问题"],
            "origin": one.cells.get("来源") or TALK_ORIGIN,
            "status": _finding_status(one.cells),
            "completed_on": _day(one.cells["完成日期"]),
            "issued_at": self.now,
            "found_on": self.today,
        }

    def _change_finding(
        self, finding_id: int, one: "Difference", places: "FindingPlaces", persons: dict[str, int]
    ) -> None:
        values: dict[str, Any] = {"id": finding_id}
        if "问题" in one.changes:
            values["problem"] = one.changes["问题"]
        if "来源" in one.changes:
            values["origin"] = one.changes["来源"] or TALK_ORIGIN
        if "谈话编号" in one.changes:
            values.update(places.of(one, persons))
        finding = self.session.get_one(Finding, finding_id)
        untouched = finding.status in (FindingStatus.FOUND, FindingStatus.FILED)
        if "完成日期" in one.changes:
            values["completed_on"] = _day(one.changes["完成日期"])
            reopened = FindingStatus.RECTIFYING if finding.status == FindingStatus.CLOSED else finding.status
            values["status"] = FindingStatus.CLOSED if one.changes["完成日期"] else reopened
        elif untouched and one.changes.keys() & {"举措", "责任人编号"}:
            values["status"] = _finding_status(one.cells)
        self.update(Finding, [values])

    def _measures(self, differences: Sequence["Difference"], findings: dict[str, int]) -> None:
        known = {(row.finding_id, row.position): row.id for row in self.session.exec(select(Measure))}
        new: list[dict[str, Any]] = []
        changed: list[dict[str, Any]] = []
        for one in differences:
            if "举措" in one.changes:
                for position, (text, due_on) in enumerate(read_measures(one.changes["举措"]), start=1):
                    key = (findings[one.code], position)
                    if key in known:
                        changed.append({"id": known[key], "text": text, "due_on": due_on})
                    else:
                        percent = 100 if one.cells["完成日期"] else 0
                        row = {"finding_id": key[0], "position": position, "text": text, "due_on": due_on}
                        new.append({**row, "percent": percent})
        self.insert(Measure, new)
        self.update(Measure, changed)

    def _parties(self, differences: Sequence["Difference"], findings: dict[str, int], persons: dict[str, int]) -> None:
        touched = [one for one in differences if "责任人编号" in one.changes]
        old = [findings[one.code] for one in touched if one.before is not None]
        for start in range(0, len(old), 500):
            some = old[start : start + 500]
            self.session.execute(delete(ResponsibleParty).where(col(ResponsibleParty.finding_id).in_(some)))
        self.insert(
            ResponsibleParty,
            [
                {
                    "finding_id": findings[one.code],
                    "person_id": persons[code],
                    "role": PartyRole.MAIN if number == 0 else PartyRole.LEADING,
                }
                for one in touched
                for number, code in enumerate(filter(None, one.changes["责任人编号"].split("、")))
            ],
        )


class FindingPlaces:
    """Where a finding belongs: its talk, the person or unit it is about, and the talking unit that decides who sees it."""

    def __init__(self, session: Session) -> None:
        rows = session.exec(
            select(Talk.code, Talk.id, Talk.talking_unit_id, TalkSubject.person_id, TalkSubject.unit_id)  # type: ignore[call-overload]
            .join(TalkSubject, col(TalkSubject.talk_id) == col(Talk.id))
            .order_by(col(TalkSubject.id).desc())
        )
        self.talks = {code: tuple(rest) for code, *rest in rows}
        counts: dict[str, int] = {}
        for code in session.exec(select(Talk.code).join(TalkSubject, col(TalkSubject.talk_id) == col(Talk.id))):
            counts[code] = counts.get(code, 0) + 1
        self.collective = {code for code, subjects in counts.items() if subjects > 1}
        present = session.exec(select(Posting).where(col(Posting.until_on).is_(None)).order_by(col(Posting.id)))
        self.postings = {row.person_id: row for row in present}
        self.top = session.exec(select(Unit.id).where(col(Unit.parent_id).is_(None)).order_by(col(Unit.id))).first()

    def of(self, one: "Difference", persons: dict[str, int]) -> dict[str, Any]:
        """The columns that place one finding."""
        talk = one.cells["谈话编号"]
        if talk:
            talk_id, talking_unit, person, unit = self.talks[talk]
            about = None if talk in self.collective else person
            return {"talk_id": talk_id, "talking_unit_id": talking_unit, "person_id": about, "unit_id": unit}
        responsible = [persons[code] for code in one.cells["责任人编号"].split("、") if code]
        posting = self.postings.get(responsible[0]) if responsible else None
        unit = posting.unit_id if posting else self.top
        talking = (posting.talking_unit_id if posting else None) or unit
        return {
            "talk_id": None,
            "talking_unit_id": talking,
            "person_id": responsible[0] if responsible else None,
            "unit_id": unit,
        }


def _finding_status(cells: dict[str, str]) -> FindingStatus:
    if cells["完成日期"]:
        return FindingStatus.CLOSED
    measures = read_measures(cells["举措"])
    dated = bool(measures) and all(text and due for text, due in measures)
    return status_when_listed(measures_dated=dated, has_responsible=bool(cells["责任人编号"]))


_UNIT = {"名称": "name", "层级": "level"}
_POSTING_TEXT = {"职务": "title", "干部类别": "category"}
_POSTING_UNIT = {"单位编号": "unit_id", "谈话单位编号": "talking_unit_id"}
_POSTING_PERSON = {"谈话人编号": "talker_id", "联络员编号": "liaison_id"}
_POSTING_BLANK: dict[str, Any] = {
    "unit_id": None, "title": "", "category": "", "is_principal": False, "talking_unit_id": None, "talker_id": None,
    "liaison_id": None, "from_on": None,
}  # fmt: skip
