"""The figures of the overview: each the length of a list, counted for the whole, for every level and every unit."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from bot.console.listings import FINDING_KINDS, LEVEL_NAMES, OWED_KINDS, TALK_KINDS, UNTYPED
from storage.findings.lists import FindingKind, FindingLine, finding_lines
from storage.people.queries import UnitView, unit_views
from storage.people.rules import Actor
from storage.talks.lists import OwedLine, Part, TalkLine, owed_lines, scope_of, talk_lines
from storage.talks.statistics import percent


@dataclass(frozen=True)
class Lines:
    """Everything a person may count in a year."""

    year: int
    owed: Sequence[OwedLine]
    talks: Sequence[TalkLine]
    findings: Sequence[FindingLine]


@dataclass(frozen=True)
class Figures:
    """Counts by list: {(subject, kind): how many}."""

    counts: dict[tuple[str, str], int]

    def __getitem__(self, key: tuple[str, str]) -> int:
        return self.counts[key]

    @property
    def percent(self) -> float:
        """Coverage in percent, two decimals."""
        return percent(self["people", "talked"], self["people", "required"])


@dataclass(frozen=True)
class UnitRow:
    """A line of the table by unit: a unit with all below it, or (`only`) the unit looked at by itself."""

    code: str
    name: str
    level: str
    only: bool
    figures: Figures


@dataclass(frozen=True)
class Overview:
    """What the overview shows. `trail` = the units above the one looked at, within the scope, and itself."""

    trail: tuple[UnitView, ...]
    whole: Figures
    by_level: dict[str, Figures]
    by_unit: tuple[UnitRow, ...]
    by_type: dict[str, dict[str, int]]
    """Findings by problem type and kind of list, the type with most of them first; {} where none has a type."""


def overview_of(session: Session, actor: Actor, *, year: int, part: Part, today: date) -> Overview:
    """The figures of one year for a part of the person's scope."""
    lines = Lines(
        year,
        owed_lines(session, actor, year=year, today=today),
        talk_lines(session, actor, year=year),
        finding_lines(session, actor, year=year, today=today),
    )
    units = unit_views(session)
    scope = scope_of(actor)
    path = part.path or (scope[0] if len(scope) == 1 else "")
    levels = {line.place.level for some in (lines.owed, lines.talks, lines.findings) for line in some}
    return Overview(
        _trail(units, path, scope),
        count(lines, Part(path)),
        {
            level: figures
            for level in LEVEL_NAMES
            if level in levels and any((figures := count(lines, Part(path, False, level))).counts.values())
        },
        tuple(_unit_rows(lines, units, path, scope)),
        types_of(lines, Part(path)),
    )


def types_of(lines: Lines, part: Part) -> dict[str, dict[str, int]]:
    """The length of every list of findings by problem type, for one part."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for line in lines.findings:
        if part.holds(line.place):
            kinds = [kind for kind in FINDING_KINDS if line.is_kind(FindingKind(kind), lines.year)]
            counts[line.problem_type or UNTYPED].update(kinds)
    if not counts.keys() - {UNTYPED}:
        return {}
    order = sorted(counts, key=lambda name: (name == UNTYPED, -counts[name].total(), name))
    return {name: {kind: counts[name][kind] for kind in FINDING_KINDS} for name in order}


def count(lines: Lines, part: Part) -> Figures:
    """The length of every list, for one part."""
    counts: dict[tuple[str, str], int] = {}
    owed = [line for line in lines.owed if part.holds(line.place)]
    talks = [line for line in lines.talks if part.holds(line.place)]
    findings = [line for line in lines.findings if part.holds(line.place)]
    for kind, (_, wanted) in OWED_KINDS.items():
        counts["people", kind] = sum(map(wanted, owed))
    for kind, (_, chosen) in TALK_KINDS.items():
        counts["talks", kind] = sum(map(chosen, talks))
    for kind in FINDING_KINDS:
        counts["findings", kind] = sum(line.is_kind(FindingKind(kind), lines.year) for line in findings)
    return Figures(counts)


def _trail(units: dict[int, UnitView], path: str, scope: Sequence[str]) -> tuple[UnitView, ...]:
    line = [units[int(part)] for part in path.strip("/").split("/") if part]
    return tuple(unit for unit in line if any(unit.path.startswith(above) for above in scope))


def _unit_rows(lines: Lines, units: dict[int, UnitView], path: str, scope: Sequence[str]) -> list[UnitRow]:
    """The unit looked at by itself, then each right below it with all its own; without a unit, the scope's tops."""
    rows: list[UnitRow] = []
    if path:
        here = next(unit for unit in units.values() if unit.path == path)
        own = count(lines, Part(path, True))
        if any(own.counts.values()):
            rows.append(UnitRow(here.code, f"{here.name}（本级）", here.counted_level, True, own))
        below = [unit for unit in units.values() if unit.parent_id == here.id]
    else:
        below = [unit for unit in units.values() if unit.path in scope]
    wanted = _prefixes_with_lines(lines)
    return rows + [
        UnitRow(unit.code, unit.name, unit.counted_level, False, count(lines, Part(unit.path)))
        for unit in below
        if unit.path in wanted
    ]


def _prefixes_with_lines(lines: Lines) -> set[str]:
    """The paths of the units that have any line at or below them."""
    found: set[str] = set()
    for path in {line.place.path for some in (lines.owed, lines.talks, lines.findings) for line in some}:
        parts = path.strip("/").split("/")
        found.update("/" + "/".join(parts[:depth]) + "/" for depth in range(1, len(parts) + 1))
    return found
