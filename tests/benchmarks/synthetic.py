"""Any number of yearly duties of an invented province, made inside the database: a million in seconds."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import CTE, String, case, cast, insert, literal, select
from sqlmodel import Session

from storage.calendar import WorkingDays
from storage.database import Database
from storage.people.tables import Person, Posting, RoleGrant, Unit
from storage.talks.rules import DutyStatus
from storage.talks.tables import Meeting, TalkYear

TODAY = date(2025, 7, 21)
PEOPLE_A_UNIT = 100


@dataclass(frozen=True)
class Province:
    """How many duties there are, and how many of them have a stage due on TODAY."""

    duties: int
    due: int


def fill(database: Database, province: Province) -> None:
    """Fill an empty, migrated database."""
    units = max(province.duties // PEOPLE_A_UNIT, 1)
    every = max(province.duties // max(province.due, 1), 1)
    with database.transaction() as session:
        _put(session, Unit, _units(units))
        _put(session, Person, _people(province.duties + units + 1))
        _put(session, Meeting, _meetings(units))
        _put(session, Posting, _postings(province.duties, units))
        _put(session, Posting, _principals(province.duties, units))
        session.execute(
            insert(RoleGrant), [{"person_id": province.duties + units + 1, "role": "组织部门", "unit_id": 1}]
        )
        _put(session, TalkYear, _duties(province.duties, units, every))
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def _numbers(count: int, first: int = 1) -> CTE:
    series = select(literal(first).label("n")).cte("numbers", recursive=True)
    return series.union_all(select(series.c.n + 1).where(series.c.n < first + count - 1))


def _put(session: Session, table: Any, rows: Any) -> None:
    names = [column.name for column in rows.selected_columns]
    session.execute(insert(table).from_select(names, rows))


def _text(prefix: str, number: Any) -> Any:
    return literal(prefix) + cast(number, String)


def _units(count: int) -> Any:
    series = _numbers(count + 1)
    n = series.c.n
    below = n > 1
    return select(
        n.label("id"),
        _text("U", n).label("code"),
        _text("县", n).label("name"),
        case((below, "县"), else_="市").label("level"),
        case((below, "县"), else_="市").label("counted_level"),
        case((below, 1), else_=None).label("parent_id"),
        case((below, literal("/1/") + cast(n, String) + literal("/")), else_="/1/").label("path"),
    )


def _people(count: int) -> Any:
    n = _numbers(count).c.n
    return select(n.label("id"), _text("P", n).label("code"), _text("人员", n).label("name"))


def _meetings(units: int) -> Any:
    n = _numbers(units, 2).c.n
    return select(
        n.label("id"),
        n.label("unit_id"),
        literal(2025).label("year"),
        literal(TODAY + timedelta(days=200)).label("held_on"),
    )


def _postings(duties: int, units: int) -> Any:
    n = _numbers(duties).c.n
    return _posting(n, n % units + 2, literal(False))


def _principals(duties: int, units: int) -> Any:
    n = _numbers(units, duties + 1).c.n
    return _posting(n, n - duties + 1, literal(True))


def _posting(n: Any, unit: Any, principal: Any) -> Any:
    return select(
        n.label("id"),
        n.label("person_id"),
        unit.label("unit_id"),
        literal("局长").label("title"),
        literal("县管干部").label("category"),
        principal.label("is_principal"),
        n.label("position"),
        unit.label("talking_unit_id"),
    )


def _duties(duties: int, units: int, every: int) -> Any:
    """Of `every` duties one is due: its meeting is 31 days off. The others' next stage comes on one of forty days."""
    n = _numbers(duties).c.n
    due = n % every == 0
    later = {number: TODAY + timedelta(days=40 + number) for number in range(40)}
    first_stages = {k: WorkingDays().on_or_before(day - timedelta(days=30)) for k, day in later.items()}
    return select(
        n.label("id"),
        n.label("posting_id"),
        n.label("person_id"),
        (n % units + 2).label("unit_id"),
        (n % units + 2).label("talking_unit_id"),
        (n % units + 2).label("meeting_id"),
        case((due, TODAY + timedelta(days=30)), else_=case(later, value=n % 40)).label("deadline_on"),
        literal(TODAY - timedelta(days=60)).label("known_on"),
        literal(DutyStatus.OPEN.value).label("status"),
        literal("").label("closed_reason"),
        literal("standard-1").label("rulebook"),
        case((due, TODAY), else_=case(first_stages, value=n % 40)).label("next_stage_on"),
        literal(False).label("provisional"),
    )
