"""The figures of a period, each adding up, each with the list behind it.

Every level is the talking unit's; a department counts at the nearest unit above it that has a level. Only talks that
can count for the yearly duty are counted; types are never mixed (P8). Scope: the talking units in the given subtrees.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import Select
from sqlmodel import Session, col, select

from storage.findings.rules import FindingStatus
from storage.findings.tables import Finding
from storage.people.queries import UnitView, unit_views, within_any
from storage.people.rules import LEVEL_KEYS, Level
from storage.people.tables import Posting, Unit
from storage.rulebooks.queries import default_rulebook
from storage.talks.rules import TalkMode, TalkStatus, TalkType, is_before_meeting
from storage.talks.tables import Meeting, Talk, TalkSubject, TalkYear

EVERYWHERE = ("/",)


@dataclass(frozen=True)
class CountedTalk:
    """One person-time: a counted talk and one of its subjects, with the meeting it is measured against."""

    talk_id: int
    person_id: int
    level: str
    category: str
    talking_unit_id: int
    held_on: date
    meeting_on: date | None

    @property
    def is_before_meeting(self) -> bool:
        """Whether it came before the subject's own unit's meeting."""
        return self.meeting_on is not None and is_before_meeting(self.held_on, self.meeting_on)


@dataclass(frozen=True)
class Owed:
    """A person owed a talk in the period, at the level of the talking unit."""

    person_id: int
    level: str
    unit_id: int
    talking_unit_id: int


def percent(part: int, whole: int) -> float:
    """`part` of `whole` in percent, two decimals, halves up; 0.0 of nothing."""
    if not whole:
        return 0.0
    exact = Decimal(part) * 100 / Decimal(whole)
    return float(exact.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP))


def level_key(level: str) -> str:
    """The key of a counted level: province, city, county, township; "other" where no unit above has one."""
    return LEVEL_KEYS.get(Level(level), "other") if level else "other"


def counted_talks(
    session: Session, start: date, end: date, scope: Sequence[str] = EVERYWHERE, without: int | None = None
) -> list[CountedTalk]:
    """Every person-time between the two dates, both inclusive, in date order; `without` leaves one person's out."""
    served = _served_meetings(session)
    meetings: dict[int, list[date]] = defaultdict(list)
    for unit_id, held_on in session.exec(
        select(col(Meeting.unit_id), col(Meeting.held_on)).order_by(col(Meeting.held_on))
    ):
        meetings[unit_id].append(held_on)
    rows = session.execute(_counted_rows(start, end, scope, without))
    return [
        CountedTalk(
            talk_id,
            person_id,
            level_key(level),
            category,
            talking_unit_id,
            held_on,
            served.get((talk_id, person_id)) or _measured_against(held_on, meetings.get(unit_id, [])),
        )
        for talk_id, held_on, talking_unit_id, person_id, unit_id, category, level in rows
    ]


def _counted_rows(start: date, end: date, scope: Sequence[str], without: int | None = None) -> "Select[Any]":
    rows: Select[Any] = (
        select(  # type: ignore[call-overload]
            Talk.id, Talk.held_on, Talk.talking_unit_id, TalkSubject.person_id, TalkSubject.unit_id,
            TalkSubject.category, Unit.counted_level,
        )
        .join(TalkSubject, col(TalkSubject.talk_id) == col(Talk.id))
        .join(Unit, col(Unit.id) == col(Talk.talking_unit_id))
        .where(Talk.status == TalkStatus.RECORDED, Talk.type == TalkType.SUPERVISION)
        .where(col(Talk.held_on).between(start, end))
        .order_by(col(Talk.held_on), col(Talk.id))
    )  # fmt: skip
    if without is not None:
        rows = rows.where(col(TalkSubject.person_id) != without)
    if not default_rulebook().annual_talk.collective_counts:
        rows = rows.where(col(Talk.mode) == TalkMode.ONE_ON_ONE)
    return rows if tuple(scope) == EVERYWHERE else rows.where(within_any(col(Unit.path), scope))


def _served_meetings(session: Session) -> dict[tuple[int | None, int], date]:
    rows = session.exec(
        select(col(TalkYear.talk_id), col(TalkYear.person_id), col(Meeting.held_on))
        .join(Meeting, col(Meeting.id) == col(TalkYear.meeting_id))
        .where(col(TalkYear.talk_id).is_not(None))
    )
    return {(talk_id, person_id): held_on for talk_id, person_id, held_on in rows}


def _measured_against(held_on: date, meetings: list[date]) -> date | None:
    """A talk beyond the duty's is measured against its unit's meeting of the same year, else the nearest one."""
    same_year = [meeting for meeting in meetings if meeting.year == held_on.year]
    return min(same_year or meetings, key=lambda meeting: abs((meeting - held_on).days), default=None)


def owed_talks(session: Session, start: date, end: date, scope: Sequence[str] = EVERYWHERE) -> list[Owed]:
    """Every person with a talking unit in the period, once, by their latest posting."""
    rows = (
        select(Posting.person_id, Unit.counted_level, Posting.unit_id, Posting.talking_unit_id)
        .join(Unit, col(Unit.id) == col(Posting.talking_unit_id))
        .where(col(Posting.from_on).is_(None) | (col(Posting.from_on) <= end))
        .where(col(Posting.until_on).is_(None) | (col(Posting.until_on) > start))
        .order_by(col(Posting.until_on).is_(None), col(Posting.until_on), col(Posting.id))
    )
    if tuple(scope) != EVERYWHERE:
        rows = rows.where(within_any(col(Unit.path), scope))
    latest = {
        person_id: Owed(person_id, level_key(level), unit_id, talking or 0)
        for person_id, level, unit_id, talking in session.exec(rows)
    }
    return list(latest.values())


def statistics(
    session: Session, start: date, end: date, scope: Sequence[str] = EVERYWHERE, without: int | None = None
) -> dict[str, Any]:
    """All figures of the period as plain values, ready for JSON.

    `without` leaves out what concerns one person: staff never see figures that hold their own talk.
    """
    talks = counted_talks(session, start, end, scope, without)
    owed = [one for one in owed_talks(session, start, end, scope) if one.person_id != without]
    subjects = {talk.person_id for talk in talks}
    by_level = Counter(talk.level for talk in talks)
    categories: dict[str, Counter[str]] = defaultdict(Counter)
    for talk in talks:
        categories[talk.level][talk.category or "未注明"] += 1
    return {
        "from": start.isoformat(),
        "to": end.isoformat(),
        "total": len(talks),
        "by_level": _in_level_order(by_level),
        "by_level_category": {level: dict(categories[level]) for level in _in_level_order(by_level)},
        "distinct_subjects": len(subjects),
        "repeat_talks": len(talks) - len(subjects),
        "coverage": _coverage(owed, subjects),
        "before_meeting": _before_meeting(talks, len(owed)),
        "by_month": dict(sorted(Counter(talk.held_on.strftime("%Y-%m") for talk in talks).items())),
        "by_unit": _by_unit(unit_views(session), Counter(talk.talking_unit_id for talk in talks), scope),
        "findings": _findings(session, start, end, scope, without),
    }


def _in_level_order(counts: Counter[str]) -> dict[str, int]:
    order = [*LEVEL_KEYS.values(), "other"]
    return {level: counts[level] for level in order if counts[level]}


def _coverage(owed: Sequence[Owed], subjects: set[int]) -> dict[str, Any]:
    required = Counter(one.level for one in owed)
    talked = Counter(one.level for one in owed if one.person_id in subjects)
    whole, part = len(owed), talked.total()
    return {
        "required": whole,
        "talked": part,
        "percent": percent(part, whole),
        "by_level": {
            level: {"required": count, "talked": talked[level], "percent": percent(talked[level], count)}
            for level, count in _in_level_order(required).items()
        },
        "not_talked_count": whole - part,
    }


def _before_meeting(talks: Sequence[CountedTalk], required: int) -> dict[str, Any]:
    before = [talk for talk in talks if talk.is_before_meeting]
    earliest: dict[int, CountedTalk] = {}
    for talk in talks:
        earliest.setdefault(talk.person_id, talk)
    people = sum(talk.is_before_meeting for talk in earliest.values())
    levels, all_levels = Counter(talk.level for talk in before), Counter(talk.level for talk in talks)
    return {
        "talks_before": len(before),
        "talks_percent": percent(len(before), len(talks)),
        "people_first_talk_before_meeting": people,
        "people_percent_of_required": percent(people, required),
        "by_level": {
            level: {"talks_before": levels[level], "percent": percent(levels[level], count)}
            for level, count in _in_level_order(all_levels).items()
        },
    }


def _by_unit(units: dict[int, UnitView], talks: Counter[int], scope: Sequence[str]) -> dict[str, dict[str, Any]]:
    below, sizes = Counter[int](), Counter[int]()
    for unit in units.values():
        for ancestor in _ancestors(unit.path):
            below[ancestor] += talks[unit.id]
            sizes[ancestor] += 1
    return {
        unit.code: {
            "name": unit.name,
            "level": level_key(unit.counted_level),
            "talks": talks[unit.id],
            "talks_below": below[unit.id],
            "units_below": sizes[unit.id],
        }
        for unit in units.values()
        if any(unit.path.startswith(path) for path in scope)
    }


def _ancestors(path: str) -> Iterable[int]:
    return map(int, path.strip("/").split("/")[:-1])


def _findings(session: Session, start: date, end: date, scope: Sequence[str], without: int | None) -> dict[str, Any]:
    return _closed(_found(session, start, end, scope, without), end)


def findings_by_type(
    session: Session, start: date, end: date, scope: Sequence[str] = EVERYWHERE, without: int | None = None
) -> dict[str, Any]:
    """The findings of the counted talks by problem type (问题类型), those that have one; the commonest first.

    {type: {total, closed, percent}}: figures of their own, beside those of `statistics`.
    """
    by_type: dict[str, list[tuple[date | None, str]]] = defaultdict(list)
    for row in _found(session, start, end, scope, without):
        if row[1]:
            by_type[row[1]].append(row)
    return {name: _closed(by_type[name], end) for name in sorted(by_type, key=lambda one: (-len(by_type[one]), one))}


def _found(
    session: Session, start: date, end: date, scope: Sequence[str], without: int | None
) -> Sequence[tuple[date | None, str]]:
    """The days of completion and the types of what the counted talks found."""
    counted = _counted_rows(start, end, scope, without).with_only_columns(col(Talk.id)).order_by(None)
    return session.exec(
        select(col(Finding.completed_on), col(Finding.problem_type)).where(
            col(Finding.talk_id).in_(counted), Finding.status != FindingStatus.VOID
        )
    ).all()


def _closed(rows: Sequence[tuple[date | None, str]], end: date) -> dict[str, Any]:
    closed = sum(completed is not None and completed <= end for completed, _ in rows)
    return {"total": len(rows), "closed": closed, "percent": percent(closed, len(rows))}
