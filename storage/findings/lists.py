"""The list behind the figures of findings: those of a person's scope, set-based, never about the person."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlmodel import Session, col, select

from storage.findings.access import is_about
from storage.findings.parties import parties_of
from storage.findings.rules import OPEN_STATUSES, FindingStatus
from storage.findings.tables import Finding, Measure
from storage.people.queries import names_of, unit_views, within_any
from storage.people.rules import Actor
from storage.people.tables import Unit
from storage.talks.lists import Place, places_by_unit, scope_of, year_of
from storage.talks.statistics import counted_talks

BATCH = 500


class FindingKind(StrEnum):
    """Which findings: of the year's counted talks, closed by the year's end or not, from elsewhere, late today."""

    FROM_TALKS = "talks"
    CLOSED = "closed"
    UNCLOSED = "unclosed"
    ELSEWHERE = "elsewhere"
    LATE = "late"


@dataclass(frozen=True)
class FindingLine:
    """A finding with what a list shows of it; `percent` is that of its slowest measure."""

    id: int
    code: str
    problem: str
    status: str
    origin: str
    unit: str
    person: str
    responsible: tuple[str, ...]
    due_on: date | None
    percent: int
    found_on: date
    completed_on: date | None
    place: Place
    is_late: bool
    is_of_counted_talk: bool
    problem_type: str = ""

    def is_kind(self, kind: FindingKind, year: int) -> bool:
        """Whether this finding belongs to a list of the year. A late one is late whatever its year."""
        end = year_of(year)[1]
        is_closed = self.completed_on is not None and self.completed_on <= end
        if kind is FindingKind.LATE:
            return self.is_late
        if kind is FindingKind.ELSEWHERE:
            return not self.is_of_counted_talk and self.found_on.year == year
        if kind is FindingKind.CLOSED:
            return self.is_of_counted_talk and is_closed
        if kind is FindingKind.UNCLOSED:
            return self.is_of_counted_talk and not is_closed
        return self.is_of_counted_talk


def finding_lines(session: Session, actor: Actor, *, year: int, today: date) -> list[FindingLine]:
    """The findings of the year's counted talks, those found in the year, and every late one, within the scope."""
    scope = scope_of(actor)
    if not scope:
        return []
    counted = {talk.talk_id for talk in counted_talks(session, *year_of(year), scope)}
    rows = session.exec(
        select(Finding)
        .where(
            col(Finding.talking_unit_id).in_(select(Unit.id).where(within_any(col(Unit.path), scope))),
            ~is_about(actor),
            Finding.status != FindingStatus.VOID,
        )
        .order_by(col(Finding.id))
    ).all()
    ids = [row.id or 0 for row in rows]
    measures, parties = _measures(session, ids), parties_of(session, ids)
    names = names_of(
        session,
        {person for some in parties.values() for person in some} | {row.person_id for row in rows if row.person_id},
    )
    places, units = places_by_unit(session), {unit.id: unit.name for unit in unit_views(session).values()}
    lines = []
    for row in rows:
        own = measures.get(row.id or 0, [])
        unfinished = [due for due, percent in own if due is not None and percent < 100]
        late = row.status in OPEN_STATUSES and any(due < today for due in unfinished)
        of_counted = row.talk_id in counted
        if not (late or of_counted or row.found_on.year == year):
            continue
        lines.append(
            FindingLine(
                row.id or 0,
                row.code,
                row.problem,
                row.status,
                row.origin,
                units.get(row.unit_id, ""),
                names.get(row.person_id or 0, ""),
                tuple(names[person] for person in parties.get(row.id or 0, ())),
                min(unfinished, default=max((due for due, _ in own if due is not None), default=None)),
                min((percent for _, percent in own), default=0),
                row.found_on,
                row.completed_on,
                places[row.talking_unit_id],
                late,
                of_counted,
                row.problem_type,
            )
        )
    return lines


def _measures(session: Session, findings: Sequence[int]) -> dict[int, list[tuple[date | None, int]]]:
    found: dict[int, list[tuple[date | None, int]]] = defaultdict(list)
    for batch in _batches(findings):
        for row in session.exec(select(Measure).where(col(Measure.finding_id).in_(batch))):
            found[row.finding_id].append((row.due_on, row.percent))
    return found


def _batches(values: Sequence[int]) -> list[Collection[int]]:
    return [values[start : start + BATCH] for start in range(0, len(values), BATCH)]
