"""Units with their meetings, persons with their postings, roles and accounts."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete
from sqlmodel import col, select

from storage.database import chunks, insert_new
from storage.people.tables import ChannelAccount, Person, Posting, RoleGrant, Unit
from storage.people.tree import renumber_tree
from storage.talks.tables import Meeting, MeetingMove
from storage.workbook.bulk import Import, codes_of, day_of
from storage.workbook.cells import WECOM, latest_last
from storage.workbook.comparing import MEETING, Difference

UNIT = {"名称": "name", "层级": "level"}
POSTING_TEXT = {"职务": "title", "干部类别": "category"}
POSTING_UNIT = {"单位编号": "unit_id", "谈话单位编号": "talking_unit_id"}
POSTING_PERSON = {"谈话人编号": "talker_id", "联络员编号": "liaison_id"}
POSTING_BLANK: dict[str, Any] = {
    "unit_id": None, "title": "", "category": "", "is_principal": False, "talking_unit_id": None, "talker_id": None,
    "liaison_id": None, "from_on": None,
}  # fmt: skip
ACCOUNT = "企业微信账号"


def apply_units(work: Import, differences: Sequence[Difference]) -> None:
    """Units, then the tree, then meetings: a date of the same year moves that meeting, another year adds one."""
    new = [one for one in differences if one.is_new]
    work.insert(
        Unit,
        [
            {"code": one.code, "name": one.after["名称"], "level": one.after["层级"], "counted_level": "", "path": ""}
            for one in new
        ],
    )
    ids = work.ids(Unit)
    rows: list[dict[str, Any]] = []
    for one in differences:
        row: dict[str, Any] = {"id": ids[one.code]}
        if "上级编号" in one.changes:
            row["parent_id"] = ids.get(one.changes["上级编号"])
        if not one.is_new:
            row.update({key: one.changes[name] for name, key in UNIT.items() if name in one.changes})
        rows.append(row)
        work.log(one, "unit", ids[one.code])
    work.update(Unit, rows)
    renumber_tree(work.session)
    _apply_meetings(work, differences, ids)


def _apply_meetings(work: Import, differences: Sequence[Difference], ids: dict[str, int]) -> None:
    known = {(row.unit_id, row.year): row for row in work.session.exec(select(Meeting))}
    new: list[dict[str, Any]] = []
    for one in differences:
        held_on = day_of(one.changes.get(MEETING, ""))
        if held_on is None:
            continue
        meeting = known.get((ids[one.code], held_on.year))
        if meeting is None:
            new.append({"unit_id": ids[one.code], "year": held_on.year, "held_on": held_on})
        elif meeting.held_on != held_on:
            work.session.add(
                MeetingMove(
                    meeting_id=meeting.id or 0,
                    from_on=meeting.held_on,
                    to_on=held_on,
                    at=work.now,
                    actor_id=work.actor_id,
                )
            )
            meeting.held_on = held_on
            work.session.add(meeting)
    work.insert(Meeting, new)


def apply_persons(work: Import, differences: Sequence[Difference]) -> None:
    """Persons and what hangs on their row. Another unit is a transfer: the old posting ends, a new one begins."""
    work.insert(Person, [{"code": one.code, "name": one.after["姓名"]} for one in differences if one.is_new])
    persons, units = work.ids(Person), work.ids(Unit)
    renamed = [one for one in differences if not one.is_new and "姓名" in one.changes]
    work.update(Person, [{"id": persons[one.code], "name": one.changes["姓名"]} for one in renamed])
    _apply_postings(work, differences, persons, units)
    _apply_roles(work, differences, persons, units)
    _apply_accounts(work, differences, persons)
    for one in differences:
        work.log(one, "person", persons[one.code])


def _apply_postings(
    work: Import, differences: Sequence[Difference], persons: dict[str, int], units: dict[str, int]
) -> None:
    held = _latest_postings(work, [persons[one.code] for one in differences if not one.is_new])
    last = work.session.exec(select(Posting.position).order_by(col(Posting.position).desc()).limit(1)).first() or 0
    new: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    for position, one in enumerate(differences, start=last + 1):
        person = persons[one.code]
        posting, values = held.get(person), _posting_values(one, persons, units)
        if posting is None:
            new.append({**POSTING_BLANK, **values, "person_id": person, "position": position})
        elif _is_transfer(one, posting):
            stays = values.get("unit_id", posting.unit_id) == posting.unit_id
            listed = posting.position if stays else position
            new.append({**_transfer(work, posting, values), "person_id": person, "position": listed})
        else:
            changed.append({"id": posting.id, **values})
    work.session.flush()
    work.insert(Posting, new)
    work.update(Posting, changed)


def _latest_postings(work: Import, persons: Sequence[int]) -> dict[int, Posting]:
    found: dict[int, Posting] = {}
    for some in chunks(persons):
        rows = work.session.exec(select(Posting).where(col(Posting.person_id).in_(some)).order_by(*latest_last()))
        found.update({row.person_id: row for row in rows})
    return found


def _posting_values(one: Difference, persons: dict[str, int], units: dict[str, int]) -> dict[str, Any]:
    changes: dict[str, str] = one.changes
    values: dict[str, Any] = {key: changes[name] for name, key in POSTING_TEXT.items() if name in changes}
    values |= {key: units.get(changes[name]) for name, key in POSTING_UNIT.items() if name in changes}
    values |= {key: persons.get(changes[name]) for name, key in POSTING_PERSON.items() if name in changes}
    if "主要负责人" in changes:
        values["is_principal"] = changes["主要负责人"] == "是"
    if "任职日期" in changes:
        values["from_on"] = day_of(changes["任职日期"])
    return values


def _is_transfer(one: Difference, posting: Posting) -> bool:
    """Another unit is a transfer (调任); another post in the same unit only with a later date of appointment."""
    if "单位编号" in one.changes:
        return True
    began = day_of(one.changes.get("任职日期", ""))
    return "职务" in one.changes and began is not None and (posting.from_on is None or began > posting.from_on)


def _transfer(work: Import, posting: Posting, values: dict[str, Any]) -> dict[str, Any]:
    """End the posting; gives the values of the one that follows it, with what the workbook did not change."""
    began = values.get("from_on") or work.today
    carried = {key: getattr(posting, key) for key in POSTING_BLANK}
    if posting.until_on is None:
        posting.until_on = max(began, posting.from_on) if posting.from_on else began
        work.session.add(posting)
    return {**carried, **values, "from_on": began}


def _apply_roles(
    work: Import, differences: Sequence[Difference], persons: dict[str, int], units: dict[str, int]
) -> None:
    """The row's roles are over the person's own unit; roles given over other units stay."""
    touched = [one for one in differences if "角色" in one.changes or "单位编号" in one.changes]
    over = {
        (persons[one.code], units[cells["单位编号"]])
        for one in touched
        for cells in (one.before, one.after)
        if cells and not one.is_new
    }
    stale: list[int] = []
    for some in chunks(sorted({person for person, _ in over})):
        grants = work.session.exec(select(RoleGrant).where(col(RoleGrant.person_id).in_(some)))
        stale += [grant.id or 0 for grant in grants if (grant.person_id, grant.unit_id) in over]
    for some in chunks(stale):
        work.session.execute(delete(RoleGrant).where(col(RoleGrant.id).in_(some)))
    rows: dict[bool, list[dict[str, Any]]] = {True: [], False: []}
    for one in touched:
        unit = units[one.after["单位编号"]]
        for role in codes_of(one.after["角色"]):
            rows[one.is_new].append({"person_id": persons[one.code], "role": role, "unit_id": unit})
    work.insert(RoleGrant, rows[True])
    insert_new(work.session, RoleGrant, rows[False])  # the bot may have given that role over that unit already


def _apply_accounts(work: Import, differences: Sequence[Difference], persons: dict[str, int]) -> None:
    touched = [one for one in differences if ACCOUNT in one.changes and (one.changes[ACCOUNT] or not one.is_new)]
    given = {one.changes[ACCOUNT]: persons[one.code] for one in touched if one.changes[ACCOUNT]}
    people = {persons[one.code] for one in touched}
    if not touched:
        return
    for row in work.session.exec(select(ChannelAccount).where(ChannelAccount.channel == WECOM)):
        if row.person_id in people or row.external_id in given:
            work.session.delete(row)
    work.session.flush()
    work.insert(
        ChannelAccount,
        [
            {"person_id": person, "channel": WECOM, "external_id": account, "bound_at": work.now, "closed_reason": ""}
            for account, person in given.items()
        ],
    )
