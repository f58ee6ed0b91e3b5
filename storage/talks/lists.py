"""The lists behind the figures of a year: who is owed a talk, which talks were held. Every figure is a list's length.

Staff get the lists of the talking units in their subtree, never lines about themselves; administrators get counts only.
Whether somebody was talked to is asked of all the viewer may see, so that the parts of a whole always add up to it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from storage.errors import NotFound
from storage.people.queries import default_talker, first_principals, names_of, unit_views, within_any
from storage.people.rules import Actor
from storage.people.tables import Person, Posting, Unit
from storage.talks.rules import DutyStatus
from storage.talks.statistics import counted_talks, level_key, owed_talks
from storage.talks.tables import Meeting, Talk, TalkSubject, TalkYear

BATCH = 500


@dataclass(frozen=True)
class Place:
    """Where a line belongs: the talking unit, its path and its counted level's key."""

    unit_id: int
    unit: str
    path: str
    level: str


@dataclass(frozen=True)
class OwedLine:
    """A person owed a talk in the year. `overdue_since` = the deadline, where it passed with the duty still open."""

    person_id: int
    code: str
    name: str
    unit: str
    title: str
    category: str
    place: Place
    talker: str
    talked_on: date | None
    deadline_on: date | None
    overdue_since: date | None


@dataclass(frozen=True)
class TalkLine:
    """One person-time: a counted talk and one of its subjects."""

    talk_id: int
    code: str
    held_on: date
    subject: str
    subject_code: str
    talker: str
    category: str
    mode: str
    place: Place
    is_before_meeting: bool


@dataclass(frozen=True)
class Part:
    """Which part of a whole: a unit with all below it (`only`: without), a level's key. Empty = everything."""

    path: str = ""
    only: bool = False
    level: str = ""

    def holds(self, place: Place) -> bool:
        """Whether a place lies in this part."""
        if self.level and place.level != self.level:
            return False
        if not self.path:
            return True
        return place.path == self.path if self.only else place.path.startswith(self.path)


def scope_of(actor: Actor) -> tuple[str, ...]:
    """The subtrees whose figures this person may see, none inside another. () for people without any."""
    paths = actor.staff_paths or actor.administrator_paths
    return tuple(
        path for path in dict.fromkeys(paths) if not any(path != above and path.startswith(above) for above in paths)
    )


def require_lists(actor: Actor) -> None:
    """NotFound unless this person may see lists, not only counts."""
    if not actor.is_staff:
        raise NotFound()


def year_of(year: int) -> tuple[date, date]:
    """The first and the last day of a year."""
    return date(year, 1, 1), date(year, 12, 31)


def owed_lines(session: Session, actor: Actor, *, year: int, today: date) -> list[OwedLine]:
    """Everybody owed a talk in the year within the person's scope, in the order of the tree; never the person."""
    start, end = year_of(year)
    scope = scope_of(actor)
    if not scope:
        return []
    owed = [one for one in owed_talks(session, start, end, scope) if one.person_id != actor.person_id]
    talked: dict[int, date] = {}
    for talk in counted_talks(session, start, end, scope):
        talked.setdefault(talk.person_id, talk.held_on)
    posts = _postings(session, scope, start, end)
    deadlines = _deadlines(session, scope, year)
    places = places_by_unit(session)
    units = {unit.id: unit.name for unit in unit_views(session).values()}
    without = {one.talking_unit_id for one in owed if posts[one.person_id].talker_id is None}
    principals = first_principals(session, without, today)
    talkers = {
        one.person_id: posts[one.person_id].talker_id or default_talker(principals, one.talking_unit_id, one.person_id)
        for one in owed
    }
    names = names_of(session, {talker for talker in talkers.values() if talker})
    lines = []
    for one in owed:
        post = posts[one.person_id]
        deadline, is_open = deadlines.get(one.person_id, (None, False))
        lines.append(
            OwedLine(
                one.person_id,
                post.code,
                post.name,
                units.get(one.unit_id, ""),
                post.title,
                post.category,
                places[one.talking_unit_id],
                names.get(talkers[one.person_id] or 0, ""),
                talked.get(one.person_id),
                deadline,
                deadline if is_open and deadline is not None and deadline < today else None,
            )
        )
    return sorted(lines, key=lambda line: (_in_tree_order(line.place.path), line.deadline_on or date.max, line.code))


def talk_lines(session: Session, actor: Actor, *, year: int) -> list[TalkLine]:
    """Every counted person-time of the year within the person's scope, in date order; none of talks with the person."""
    scope = scope_of(actor)
    if not scope:
        return []
    counted = counted_talks(session, *year_of(year), scope)
    own = set(session.exec(select(TalkSubject.talk_id).where(TalkSubject.person_id == actor.person_id)))
    counted = [talk for talk in counted if talk.talk_id not in own]
    details = _talk_details(session, sorted({talk.talk_id for talk in counted}))
    persons = {talk.person_id for talk in counted} | {talker for _, talker, _ in details.values()}
    people, places = _people(session, sorted(persons)), places_by_unit(session)
    return [
        TalkLine(
            talk.talk_id,
            details[talk.talk_id][0],
            talk.held_on,
            people[talk.person_id][1],
            people[talk.person_id][0],
            people[details[talk.talk_id][1]][1],
            talk.category or "未注明",
            details[talk.talk_id][2],
            places[talk.talking_unit_id],
            talk.is_before_meeting,
        )
        for talk in counted
    ]


def places_by_unit(session: Session) -> dict[int, Place]:
    """Every unit as a place."""
    return {
        unit.id: Place(unit.id, unit.name, unit.path, level_key(unit.counted_level))
        for unit in unit_views(session).values()
    }


def years_known(session: Session, today: date) -> list[int]:
    """The years there is anything to show of, the latest first, this year always among them."""
    first = session.exec(select(func.min(Talk.held_on))).one() or today
    meetings = set(session.exec(select(Meeting.year).distinct()))
    held = set(range(first.year, today.year + 1))
    return sorted(meetings | held | {today.year}, reverse=True)


def _in_tree_order(path: str) -> tuple[int, ...]:
    return tuple(int(part) for part in path.strip("/").split("/") if part)


@dataclass(frozen=True)
class _Post:
    code: str
    name: str
    title: str
    category: str
    talker_id: int | None


def _postings(session: Session, scope: Sequence[str], start: date, end: date) -> dict[int, _Post]:
    """The latest posting of everybody owed a talk, as `owed_talks` chooses it."""
    rows = session.execute(
        select(  # type: ignore[call-overload]
            Posting.person_id, Person.code, Person.name, Posting.title, Posting.category, Posting.talker_id
        )
        .join(Person, col(Person.id) == col(Posting.person_id))
        .join(Unit, col(Unit.id) == col(Posting.talking_unit_id))
        .where(
            within_any(col(Unit.path), scope),
            col(Posting.from_on).is_(None) | (col(Posting.from_on) <= end),
            col(Posting.until_on).is_(None) | (col(Posting.until_on) > start),
        )
        .order_by(col(Posting.until_on).is_(None), col(Posting.until_on), col(Posting.id))
    )
    return {row[0]: _Post(*row[1:]) for row in rows}


def _deadlines(session: Session, scope: Sequence[str], year: int) -> dict[int, tuple[date, bool]]:
    """By person: the deadline of the year's duty and whether it is still open; an open one before a satisfied one."""
    duties = session.exec(
        select(TalkYear)
        .join(Meeting, col(Meeting.id) == col(TalkYear.meeting_id))
        .join(Unit, col(Unit.id) == col(TalkYear.talking_unit_id))
        .where(Meeting.year == year, within_any(col(Unit.path), scope), TalkYear.status != DutyStatus.CLOSED)
    )
    found: dict[int, tuple[date, bool]] = {}
    for duty in duties:
        is_open = duty.status == DutyStatus.OPEN
        if duty.person_id not in found or is_open:
            found[duty.person_id] = (duty.deadline_on, is_open)
    return found


def _talk_details(session: Session, talks: Sequence[int]) -> dict[int, tuple[str, int, str]]:
    found: dict[int, tuple[str, int, str]] = {}
    for batch in _batches(talks):
        rows = session.exec(select(Talk.id, Talk.code, Talk.talker_id, Talk.mode).where(col(Talk.id).in_(batch)))
        found.update({talk_id or 0: (code, talker, mode) for talk_id, code, talker, mode in rows})
    return found


def _people(session: Session, persons: Sequence[int]) -> dict[int, tuple[str, str]]:
    found: dict[int, tuple[str, str]] = {}
    for batch in _batches(persons):
        rows = session.exec(select(Person.id, Person.code, Person.name).where(col(Person.id).in_(batch)))
        found.update({person_id or 0: (code, name) for person_id, code, name in rows})
    return found


def _batches(values: Sequence[int]) -> Any:
    return (values[start : start + BATCH] for start in range(0, len(values), BATCH))
