"""Planning as a whole: several planners at once, short transactions, and the year of the sample city."""

import csv
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import date, time, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from jobs.planning import plan, plan_in_rounds
from jobs.reminders.talk_duties import _due, due_ids
from jobs.simulation import simulate
from storage.database import Database
from storage.instants import at_shanghai
from storage.outbox.tables import OutgoingMessage
from tests.cast import Cast
from tests.moments import moment
from tests.workbooks import Book, import_file, imported

SHARED = Path(os.environ.get("TANHUA_SHARED", Path(__file__).parents[3] / "shared"))
START, END = date(2025, 7, 1), date(2026, 6, 30)


def town(people: int) -> Book:
    book = Book().unit("C", "市").unit("T", "县", "C", "2025-08-21").person("L", "C", 主要负责人="是")
    for number in range(people):
        book.person(f"P{number}", "T", "C")
    return book


def test_planners_at_once_double_and_lose_nothing(database: Database, tmp_path: Path) -> None:
    imported(database, town(60), tmp_path, moment("2025-06-02 08:00"))

    def run(_: int) -> int:
        return plan_in_rounds(database, now=moment("2025-07-21 09:00"), limit=7)

    with ThreadPoolExecutor(4) as planners:
        put = list(planners.map(run, range(4)))
    with database.reading() as session:
        keys = session.exec(select(OutgoingMessage.key)).all()
    assert sum(put) == len(keys) == 60
    assert plan_in_rounds(database, now=moment("2025-07-21 09:01")) == 0


def test_rounds_and_one_transaction_plan_the_same(
    database: Database, second_database: Database, tmp_path: Path
) -> None:
    for one in (database, second_database):
        imported(one, town(25), tmp_path, moment("2025-06-02 08:00"))
    plan_in_rounds(database, now=moment("2025-07-21 09:00"), limit=4)
    with second_database.transaction() as session:
        plan(session, now=moment("2025-07-21 09:00"))
    found = []
    for one in (database, second_database):
        with one.reading() as session:
            found.append(sorted(session.exec(select(OutgoingMessage.key, OutgoingMessage.body))))
    assert found[0] == found[1]


def test_what_is_due_is_read_from_the_index_alone(database: Database, tmp_path: Path) -> None:
    """Its cost is what is due, not what exists: no walk through the duties, whatever the order asked for."""
    imported(database, town(60), tmp_path, moment("2025-06-02 08:00"))
    asked = {"after": 0, "most": 500}
    with database.reading() as session:
        assert len(due_ids(session, date(2025, 7, 21), after=0, limit=500)) == 60
        assert due_ids(session, date(2025, 7, 21), after=59, limit=500) == [60]
        assert due_ids(session, date(2025, 7, 20), after=0, limit=500) == []
        if database.is_sqlite:
            compiled = _due().compile(database.engine)
            values = {**compiled.params, **asked, "today": "2025-07-21"}
            plan_of = session.connection().exec_driver_sql(
                f"EXPLAIN QUERY PLAN {compiled}", tuple(values[name] for name in compiled.positiontup or ())
            )
            assert any("COVERING INDEX ix_talkyear_due" in str(line) for line in plan_of)


def test_nothing_due_changes_nothing(database: Database, cast: Cast) -> None:
    assert plan_in_rounds(database, now=moment("2025-06-03 09:00")) == 0
    with database.transaction() as session:
        assert plan(session, now=moment("2025-06-03 09:05")) == 0


@pytest.fixture
def city(database: Database) -> Database:
    """The sample city, where the shared samples are at hand."""
    workbook = SHARED / "samples" / "city2025.xlsx"
    if not workbook.exists():
        pytest.skip("the shared samples are not here (TANHUA_SHARED)")
    report = import_file(database, workbook, moment("2025-06-30 10:00"))
    assert not report.problems
    return database


def expected() -> list[tuple[str, ...]]:
    with (SHARED / "samples" / "city2025.expected.csv").open(encoding="utf-8") as rows:
        return sorted(tuple(row.values()) for row in csv.DictReader(rows))


def test_the_sample_city_s_year_is_exactly_as_expected(city: Database) -> None:
    found = [
        (f"{message.at:%Y-%m-%d}", f"{message.at:%H:%M}", message.subject, message.recipient, str(message.stage))
        for message in simulate(city, START, END)
    ]
    assert sorted(found) == expected()


def test_the_sample_city_s_year_planned_for_real(city: Database) -> None:
    """Not on a copy: planned on the database itself, where all talks are known from the start.

    Every day on SQLite; on PostgreSQL a day a week, on which more stages fall due at once.
    """
    done = {row[2] for row in expected()}
    day = START
    while day <= END:
        plan_in_rounds(city, now=at_shanghai(day, time(0)))
        day += timedelta(days=1 if city.is_sqlite else 7)
    with city.reading() as session:
        stages = session.exec(select(OutgoingMessage.occurrence_id, OutgoingMessage.deadline, OutgoingMessage.stage))
        keys = session.exec(select(OutgoingMessage.key)).all()
        subjects = {row[0] for row in stages}
    assert len(keys) == len(set(keys))
    assert 0 < len(subjects) <= len(done)
