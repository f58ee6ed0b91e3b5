"""Talks as the workbook tells them: recorded, with the unit and category their subjects had on that day."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import delete
from sqlmodel import col, select

from storage.database import chunks
from storage.people.tables import Person, Posting, Unit
from storage.talks.duties import reopen_duties
from storage.talks.rules import TalkStatus
from storage.talks.tables import Talk, TalkSubject
from storage.workbook.bulk import Import, codes_of, day_of
from storage.workbook.cells import latest_last
from storage.workbook.comparing import Difference

DECIDES_ON_DUTY = {"谈话对象编号", "类型", "形式", "日期"}


class Careers:
    """Every posting of some people, to tell where somebody served on a day."""

    def __init__(self, work: Import, persons: Collection[int]) -> None:
        self.postings: dict[int, list[Posting]] = defaultdict(list)
        for some in chunks(sorted(persons)):
            rows = work.session.exec(select(Posting).where(col(Posting.person_id).in_(some)).order_by(*latest_last()))
            for row in rows:
                self.postings[row.person_id].append(row)

    def on(self, person: int, day: date | None) -> Posting:
        """The posting held on `day`; where none is known for that day, the present one."""
        held = self.postings[person]
        covering = [
            posting
            for posting in held
            if day is not None
            and (posting.from_on is None or posting.from_on <= day)
            and (posting.until_on is None or day < posting.until_on)
        ]
        return (covering or held)[-1]


def apply_talks(work: Import, differences: Sequence[Difference]) -> None:
    """Write the talks; a talk whose date, type, mode or subjects changed is tied to its duty anew."""
    persons, units = work.ids(Person), work.ids(Unit)
    recorded = {
        "status": TalkStatus.RECORDED,
        "recorded_at": work.now,
        "issued_at": work.now,
        "place": "",
        "void_reason": "",
    }
    new = [one for one in differences if one.is_new]
    work.insert(Talk, [{**_values(one, persons, units), "code": one.code, **recorded} for one in new])
    talks = work.ids(Talk)
    changed = [one for one in differences if not one.is_new]
    work.update(Talk, [{"id": talks[one.code], **_values(one, persons, units)} for one in changed])
    anew = [talks[one.code] for one in changed if one.changes.keys() & DECIDES_ON_DUTY]
    reopen_duties(work.session, anew, now=work.now)
    _apply_subjects(work, [one for one in differences if "谈话对象编号" in one.changes], talks, persons)
    for one in differences:
        work.log(one, "talk", talks[one.code])


def _apply_subjects(
    work: Import, differences: Sequence[Difference], talks: dict[str, int], persons: dict[str, int]
) -> None:
    """Subjects no longer named go, new ones come; what those who stay have stated stays with them."""
    wanted = {talks[one.code]: [persons[code] for code in codes_of(one.after["谈话对象编号"])] for one in differences}
    present: dict[tuple[int, int], int] = {}
    for some in chunks([talks[one.code] for one in differences if not one.is_new]):
        for row in work.session.exec(select(TalkSubject).where(col(TalkSubject.talk_id).in_(some))):
            present[row.talk_id, row.person_id] = row.id or 0
    gone = [key for (talk, person), key in present.items() if person not in wanted[talk]]
    for some in chunks(gone):
        work.session.execute(delete(TalkSubject).where(col(TalkSubject.id).in_(some)))
    careers = Careers(work, {person for subjects in wanted.values() for person in subjects})
    rows: list[dict[str, Any]] = []
    for one in differences:
        talk = talks[one.code]
        for person in wanted[talk]:
            if (talk, person) not in present:
                posting = careers.on(person, day_of(one.after["日期"]))
                served = {"unit_id": posting.unit_id, "category": posting.category}
                rows.append({"talk_id": talk, "person_id": person, "statement": "", "objection": "", **served})
    work.insert(TalkSubject, rows)


def _values(one: Difference, persons: dict[str, int], units: dict[str, int]) -> dict[str, Any]:
    cells = one.after
    return {
        "type": cells["类型"],
        "mode": cells["形式"],
        "talking_unit_id": units[cells["谈话单位编号"]],
        "talker_id": persons[cells["谈话人编号"]],
        "recorder_id": persons.get(cells["记录人编号"]),
        "held_on": day_of(cells["日期"]),
    }
