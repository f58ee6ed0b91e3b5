"""A period played through on a copy: what would go out, to whom and when; the data itself is not touched."""

from datetime import time
from pathlib import Path
from typing import Any

import pytest

from jobs.simulation import SimulatedMessage, simulate
from storage.database import Database
from storage.schema import metadata
from tests.cast import HIRED, Cast, city_book
from tests.moments import day, moment
from tests.workbooks import imported

Row = tuple[str, str, str, int]


def _all_rows(database: Database) -> dict[str, list[Any]]:
    with database.reading() as session:
        return {
            table.name: sorted(map(tuple, session.execute(table.select()).all()), key=repr)
            for table in metadata.sorted_tables
        }


def _played(database: Database, start: str, end: str) -> list[SimulatedMessage]:
    return list(simulate(database, day(start), day(end)))


def _of(database: Database, subject: str, start: str = "2025-06-15", end: str = "2025-10-31") -> list[Row]:
    return [
        (message.at.date().isoformat()[5:], message.subject, message.recipient, message.stage)
        for message in _played(database, start, end)
        if message.subject == subject
    ]


def test_the_data_is_not_touched(database: Database, cast: Cast, tmp_path: Path) -> None:
    imported(database, city_book().talk("T1", "B1", "A1", "Y", day("2025-08-08")), tmp_path, HIRED)
    before = _all_rows(database)
    assert _played(database, "2025-06-15", "2026-06-15")
    assert _all_rows(database) == before


def test_stopping_early_leaves_nothing_open(database: Database, cast: Cast) -> None:
    messages = simulate(database, day("2025-06-15"), day("2026-06-15"))
    assert next(messages).subject == "B1"
    messages.close()
    assert _played(database, "2025-06-15", "2025-07-31")


def test_every_stage_until_the_talk_is_known(database: Database, cast: Cast, tmp_path: Path) -> None:
    """The talk of the 13th becomes known at 17:00: the reminder of that morning still goes out, the next does not."""
    imported(database, city_book().talk("T1", "B1", "A1", "Y", day("2025-08-13")), tmp_path, HIRED)
    assert _of(database, "B1") == [
        ("07-21", "B1", "A1", -30), ("07-21", "B1", "B2", -30),
        ("08-06", "B1", "A1", -14), ("08-06", "B1", "B2", -14),
        ("08-13", "B1", "A1", -7), ("08-13", "B1", "B2", -7),
    ]  # fmt: skip


def test_a_talk_before_the_first_day_is_known_from_the_start(sqlite_database: Database, tmp_path: Path) -> None:
    imported(sqlite_database, city_book().talk("T1", "B1", "A1", "Y", day("2025-06-14")), tmp_path, HIRED)
    assert _of(sqlite_database, "B1") == []


@pytest.mark.parametrize("more", [{"类型": "廉政谈话"}, {"形式": "集体"}])
def test_a_talk_that_does_not_count_stops_nothing(
    sqlite_database: Database, tmp_path: Path, more: dict[str, str]
) -> None:
    imported(sqlite_database, city_book().talk("T1", "B1", "A1", "Y", day("2025-07-25"), **more), tmp_path, HIRED)
    assert len({row[3] for row in _of(sqlite_database, "B1")}) > 6


def test_overdue_stages_climb_and_go_on(sqlite_database: Database, tmp_path: Path) -> None:
    imported(sqlite_database, city_book().change("人员", "A1", 谈话人编号="N1"), tmp_path, HIRED)
    rows = _of(sqlite_database, "B1", "2025-08-21", "2026-01-31")
    # The 42nd and the 49th day lie in one holiday: on the day after it only the larger is sent.
    assert {row[3] for row in rows} == set(range(7, 168, 7)) - {42}
    assert {row[2] for row in rows if row[3] == 7} == {"A1", "B2", "N1"}
    assert {row[2] for row in rows if row[3] >= 14} == {"A1", "B2", "N1", "A3"}


def test_stages_before_the_first_day_count_as_sent(sqlite_database: Database, tmp_path: Path) -> None:
    imported(sqlite_database, city_book(), tmp_path, HIRED)
    assert _of(sqlite_database, "B1", "2025-08-07", "2025-08-14") == [
        ("08-13", "B1", "A1", -7),
        ("08-13", "B1", "B2", -7),
    ]
    assert _of(sqlite_database, "B1", "2025-08-13", "2025-08-13") == _of(
        sqlite_database, "B1", "2025-08-07", "2025-08-14"
    )
    assert _of(sqlite_database, "B1", "2025-08-14", "2025-08-14") == []


def test_the_moved_day_decides_on_the_period(sqlite_database: Database, tmp_path: Path) -> None:
    """Deadline 8 October, a holiday: four stages land on 30 September, and each recipient gets the largest."""
    imported(sqlite_database, city_book().change("单位", "Q", 民主生活会日期=day("2025-10-09")), tmp_path, HIRED)
    assert _of(sqlite_database, "B1", "2025-09-25", "2025-09-30") == [
        ("09-30", "B1", "A1", 0),
        ("09-30", "B1", "B2", 0),
    ]
    assert _of(sqlite_database, "B1", "2025-10-01", "2025-10-14") == []


def test_a_transfer_within_the_period(database: Database, cast: Cast, tmp_path: Path) -> None:
    book = city_book().change("单位", "N", 民主生活会日期=day("2025-09-25"))
    book.change("人员", "B1", 单位编号="N", 谈话单位编号="N", 任职日期=day("2025-08-10"))
    book.person("B9", "Q", "Y", 主要负责人="是", 任职日期=day("2025-08-10"))
    imported(database, book, tmp_path, HIRED)
    assert _of(database, "B1", "2025-07-01", "2025-09-09") == [
        ("07-21", "B1", "A1", -30), ("07-21", "B1", "B2", -30),
        ("08-06", "B1", "A1", -14), ("08-06", "B1", "B2", -14),
        ("08-25", "B1", "B2", -30), ("08-25", "B1", "N1", -30),
    ]  # fmt: skip
    assert [row[3] for row in _of(database, "B9", "2025-07-01", "2025-08-16")] == [-7, -3]


def test_a_message_says_who_what_by_when_days_left_and_why(sqlite_database: Database, tmp_path: Path) -> None:
    imported(sqlite_database, city_book(), tmp_path, HIRED)
    first = next(simulate(sqlite_database, day("2025-07-01"), day("2025-07-31")))
    assert first.at == moment("2025-07-21 09:00")
    assert (first.at.timetz().replace(tzinfo=None), first.at.utcoffset() is not None) == (time(9), True)
    for said in ("吴敏", "青石县", "县委书记", "8月20日", "还有30天", "8月21日", "民主生活会", "通用提醒规则"):
        assert said in first.text, said
    overdue = _played(sqlite_database, "2025-08-27", "2025-08-27")
    assert all("已过7天" in message.text for message in overdue)


def test_no_meeting_no_reminder(sqlite_database: Database, tmp_path: Path) -> None:
    imported(sqlite_database, city_book().person("X1", "Y", "S"), tmp_path, HIRED)
    assert _of(sqlite_database, "X1", "2025-06-15", "2026-06-15") == []
