"""The figures: on small data counted by hand, and for any data, that they add up."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from storage.database import Database
from storage.people.tables import Person, Posting, Unit
from storage.people.tree import renumber_tree
from storage.schema import metadata
from storage.talks.duties import refresh_duties
from storage.talks.rules import TalkStatus
from storage.talks.statistics import findings_by_type, statistics
from storage.talks.tables import Meeting, Talk, TalkSubject
from tests.moments import day, moment
from tests.workbooks import Book, imported

NOW = moment("2025-01-06 08:00")
YEAR = (day("2025-01-01"), day("2025-12-31"))


def _book() -> Book:
    """A province, its city with a department and a county with a township; beside them a body that stands nowhere."""
    return (
        Book()
        .unit("S", "省", None, day("2025-07-15"))
        .unit("Y", "市", "S", day("2025-08-21"))
        .unit("D", "部门", "Y", day("2025-08-01"))
        .unit("Q", "县", "Y", day("2025-09-10"))
        .unit("L", "乡", "Q", day("2025-10-10"))
        .unit("K", "部门", None, day("2025-08-01"))
        .person("S0", "S", 主要负责人="是")
        .person("S1", "S", "S", 干部类别="中管干部")
        .person("S2", "S", "S", 干部类别="省管干部")
        .person("Y0", "Y", "S", 主要负责人="是", 干部类别="省管干部")
        .person("D0", "D", "Y", 主要负责人="是", 干部类别="市管干部")
        .person("D1", "D", "D")
        .person("Q0", "Q", "Y", 主要负责人="是")
        .person("L0", "L", "Q", 主要负责人="是")
        .person("L1", "L", "L")
        .person("K0", "K", 主要负责人="是")
        .person("K1", "K", "K")
    )


def _figures(database: Database, start: date = YEAR[0], end: date = YEAR[1], *scope: str) -> dict[str, Any]:
    with database.reading() as session:
        return statistics(session, start, end, scope or ("/",))


def test_figures_counted_by_hand(database: Database, tmp_path: Path) -> None:
    book = _book()
    book.talk("1", "S1", "S0", "S", day("2025-07-14"))  # the day before the meeting
    book.talk("2", "S1", "S0", "S", day("2025-09-01"))  # once more: a repeat talk, after the meeting
    book.talk("3", "Y0", "S0", "S", day("2025-08-21"))  # the meeting's own day is not before it
    book.talk("4", "D0", "Y0", "Y", day("2025-07-31"))
    book.talk("5", "D1", "D0", "D", day("2025-06-30"))  # a department's talk counts at its city
    book.talk("6", "L0", "Q0", "Q", day("2025-10-09"))
    book.talk("7", "L1", "L0", "L", day("2025-01-01"))  # the first day counts
    book.talk("8", "K1", "K0", "K", day("2025-12-31"))  # and the last; no unit above has a level
    book.talk("9", "Q0", "Y0", "Y", day("2025-06-01"), 类型="廉政谈话")  # another type
    book.talk("10", "S2、Q0", "S0", "S", day("2025-06-02"), 形式="集体")  # a collective one
    book.talk("11", "S2", "S0", "S", day("2024-12-31")).talk("12", "S2", "S0", "S", day("2026-01-01"))  # other years
    book.finding("a", "1", 完成日期=day("2025-12-31")).finding("b", "1", 完成日期=day("2026-01-01")).finding("c", "4")
    book.finding("d", "9", 完成日期=day("2025-07-01")).finding("e", "12").finding("f", None, 来源="巡察反馈")
    imported(database, book, tmp_path, NOW)
    figures = _figures(database)
    assert figures["total"] == 8
    assert figures["by_level"] == {"province": 3, "city": 2, "county": 1, "township": 1, "other": 1}
    assert figures["by_level_category"] == {
        "province": {"中管干部": 2, "省管干部": 1},
        "city": {"市管干部": 1, "未注明": 1},
        "county": {"未注明": 1},
        "township": {"未注明": 1},
        "other": {"未注明": 1},
    }
    assert (figures["distinct_subjects"], figures["repeat_talks"]) == (7, 1)
    assert figures["coverage"] == {
        "required": 9,
        "talked": 7,
        "percent": 77.78,
        "by_level": {
            "province": {"required": 3, "talked": 2, "percent": 66.67},
            "city": {"required": 3, "talked": 2, "percent": 66.67},
            "county": {"required": 1, "talked": 1, "percent": 100.0},
            "township": {"required": 1, "talked": 1, "percent": 100.0},
            "other": {"required": 1, "talked": 1, "percent": 100.0},
        },
        "not_talked_count": 2,
    }
    assert figures["before_meeting"] == {
        "talks_before": 5,
        "talks_percent": 62.5,
        "people_first_talk_before_meeting": 5,
        "people_percent_of_required": 55.56,
        "by_level": {
            "province": {"talks_before": 1, "percent": 33.33},
            "city": {"talks_before": 2, "percent": 100.0},
            "county": {"talks_before": 1, "percent": 100.0},
            "township": {"talks_before": 1, "percent": 100.0},
            "other": {"talks_before": 0, "percent": 0.0},
        },
    }
    assert figures["by_month"] == {
        "2025-01": 1, "2025-06": 1, "2025-07": 2, "2025-08": 1, "2025-09": 1, "2025-10": 1, "2025-12": 1,
    }  # fmt: skip
    assert figures["by_unit"] == {
        "S": {"name": "单位S", "level": "province", "talks": 3, "talks_below": 4, "units_below": 4},
        "Y": {"name": "单位Y", "level": "city", "talks": 1, "talks_below": 3, "units_below": 3},
        "D": {"name": "单位D", "level": "city", "talks": 1, "talks_below": 0, "units_below": 0},
        "Q": {"name": "单位Q", "level": "county", "talks": 1, "talks_below": 1, "units_below": 1},
        "L": {"name": "单位L", "level": "township", "talks": 1, "talks_below": 0, "units_below": 0},
        "K": {"name": "单位K", "level": "other", "talks": 1, "talks_below": 0, "units_below": 0},
    }
    assert figures["findings"] == {"total": 3, "closed": 1, "percent": 33.33}


def test_both_days_are_inclusive(sqlite_database: Database, tmp_path: Path) -> None:
    book = _book()
    for number in range(1, 6):
        book.talk(number, "S1", "S0", "S", day(f"2025-03-0{number}"))
    imported(sqlite_database, book, tmp_path, NOW)
    assert _figures(sqlite_database, day("2025-03-02"), day("2025-03-04"))["total"] == 3
    assert _figures(sqlite_database, day("2025-03-02"), day("2025-03-02"))["total"] == 1


def test_nothing_gives_zeros(database: Database) -> None:
    figures = _figures(database)
    assert (figures["total"], figures["by_level"], figures["by_unit"]) == (0, {}, {})
    assert figures["coverage"]["percent"] == figures["before_meeting"]["talks_percent"] == 0.0
    assert figures["findings"] == {"total": 0, "closed": 0, "percent": 0.0}


def test_findings_by_type(database: Database, tmp_path: Path) -> None:
    book = _book().talk(1, "S1", "S0", "S", day("2025-03-01"))
    for number, kind in enumerate(("个人作风", "单位履职", "单位履职", None)):
        done = day("2025-04-01") if number == 1 else None
        book.finding(f"W{number}", 1, 问题类型=kind, 完成日期=done)
    imported(database, book, tmp_path, NOW)
    with database.reading() as session:
        by_type = findings_by_type(session, *YEAR)
    assert list(by_type.items()) == [
        ("单位履职", {"total": 2, "closed": 1, "percent": 50.0}), ("个人作风", {"total": 1, "closed": 0, "percent": 0.0}),
    ]  # fmt: skip
    assert _figures(database)["findings"]["total"] == 4


def test_void_and_planned_talks_do_not_count(database: Database, tmp_path: Path) -> None:
    book = _book()
    for number in range(3):
        book.talk(number, "S1", "S0", "S", day("2025-03-01")).finding(f"W{number}", number)
    imported(database, book, tmp_path, NOW)
    with database.transaction() as session:
        talks = session.exec(select(Talk).order_by(Talk.code)).all()
        talks[0].status, talks[1].status = TalkStatus.VOID, TalkStatus.PLANNED
    figures = _figures(database)
    assert (figures["total"], figures["findings"]["total"]) == (1, 1)


def test_a_transfer_counts_each_person_once_where_they_were_last(database: Database, tmp_path: Path) -> None:
    book = _book().talk("1", "D0", "Y0", "Y", day("2025-03-01"))
    imported(database, book, tmp_path, NOW)
    moved = book.change("人员", "D0", 单位编号="L", 谈话单位编号="Q", 任职日期=day("2025-06-01"))
    imported(database, moved, tmp_path, moment("2025-06-01 09:00"))
    figures = _figures(database)
    assert figures["by_level"] == {"city": 1}  # the talk stays what it was
    assert figures["coverage"]["by_level"]["county"] == {"required": 2, "talked": 1, "percent": 50.0}
    assert figures["coverage"]["by_level"]["city"]["required"] == 2
    before = _figures(database, day("2025-01-01"), day("2025-05-31"))["coverage"]
    assert before["by_level"]["city"]["required"] == 3


def test_the_meeting_is_that_of_the_unit_the_subject_then_served_in(database: Database, tmp_path: Path) -> None:
    """Talked to on 5 September, before the county's meeting, though the unit they moved to met in August."""
    book = _book().talk("1", "Q0", "Y0", "Y", day("2025-09-05"))
    imported(database, book, tmp_path, moment("2025-09-06 09:00"))
    moved = book.change("人员", "Q0", 单位编号="Y", 谈话单位编号="S")
    imported(database, moved, tmp_path, moment("2025-09-08 09:00"))
    assert _figures(database)["before_meeting"]["talks_before"] == 1


def test_a_late_talk_is_measured_against_the_meeting_it_was_owed_for(database: Database, tmp_path: Path) -> None:
    book = _book().change("单位", "Q", 民主生活会日期=day("2024-09-10"))
    imported(database, book, tmp_path, NOW)
    book.change("单位", "Q", 民主生活会日期=day("2025-09-10")).talk("1", "Q0", "Y0", "Y", day("2025-03-01"))
    imported(database, book, tmp_path, NOW)
    assert _figures(database)["before_meeting"]["talks_before"] == 0  # it served the meeting of 2024
    imported(database, book.talk("2", "Q0", "Y0", "Y", day("2025-04-01")), tmp_path, NOW)
    assert _figures(database)["before_meeting"] | {"by_level": None} == {
        "talks_before": 1,
        "talks_percent": 50.0,
        "people_first_talk_before_meeting": 0,
        "people_percent_of_required": 0.0,
        "by_level": None,
    }


def test_a_subtree_has_its_own_figures(database: Database, tmp_path: Path) -> None:
    book = _book().talk("1", "S1", "S0", "S", day("2025-03-01")).talk("2", "D0", "Y0", "Y", day("2025-03-02"))
    book.talk("3", "L0", "Q0", "Q", day("2025-03-03")).finding("a", "1").finding("b", "3")
    imported(database, book, tmp_path, NOW)
    with database.reading() as session:
        paths = dict(session.exec(select(Unit.code, Unit.path)).all())
    city = _figures(database, *YEAR, paths["Y"])
    assert (city["total"], city["by_level"]) == (2, {"city": 1, "county": 1})
    assert list(city["by_unit"]) == ["Y", "D", "Q", "L"]
    assert city["findings"]["total"] == 1
    assert city["coverage"]["required"] == 5
    assert _figures(database, *YEAR, paths["Q"], paths["S"])["total"] == 3
    with database.reading() as session:
        nothing = statistics(session, *YEAR, ())
    assert (nothing["total"], nothing["by_unit"], nothing["coverage"]["required"]) == (0, {}, 0)


LEVELS = ("省", "市", "县", "乡", "部门")
units = st.lists(st.tuples(st.sampled_from(LEVELS), st.integers(0, 9), st.booleans()), min_size=1, max_size=8)
persons = st.lists(st.tuples(st.integers(0, 9), st.one_of(st.none(), st.integers(0, 9))), min_size=1, max_size=8)
talks = st.lists(
    st.tuples(
        st.integers(0, 9), st.integers(0, 9), st.dates(date(2024, 11, 1), date(2026, 2, 1)),
        st.sampled_from(["政治监督谈话", "廉政谈话"]), st.sampled_from(["一对一", "集体"]),
    ),
    max_size=16,
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(units, persons, talks)
def test_whatever_the_data_the_figures_add_up(
    sqlite_database: Database, units: list[Any], persons: list[Any], talks: list[Any]
) -> None:
    _fill(sqlite_database, units, persons, talks)
    figures = _figures(sqlite_database)
    total = figures["total"]
    assert sum(figures["by_level"].values()) == total
    assert {level: sum(kinds.values()) for level, kinds in figures["by_level_category"].items()} == figures["by_level"]
    assert sum(figures["by_month"].values()) == total
    assert sum(unit["talks"] for unit in figures["by_unit"].values()) == total
    assert figures["distinct_subjects"] + figures["repeat_talks"] == total
    coverage, before = figures["coverage"], figures["before_meeting"]
    for key in ("required", "talked"):
        assert sum(level[key] for level in coverage["by_level"].values()) == coverage[key]
    assert coverage["talked"] + coverage["not_talked_count"] == coverage["required"]
    assert coverage["talked"] <= figures["distinct_subjects"]
    assert sum(level["talks_before"] for level in before["by_level"].values()) == before["talks_before"] <= total
    assert before["people_first_talk_before_meeting"] <= figures["distinct_subjects"]
    with sqlite_database.reading() as session:
        tree = session.exec(select(Unit)).all()
        roots = [unit for unit in tree if unit.parent_id is None]
        for unit in tree:
            children = [figures["by_unit"][one.code] for one in tree if one.parent_id == unit.id]
            mine = figures["by_unit"][unit.code]
            assert mine["talks_below"] == sum(one["talks"] + one["talks_below"] for one in children)
            assert mine["units_below"] == sum(1 + one["units_below"] for one in children)
        parts = [statistics(session, *YEAR, (root.path,)) for root in roots]
    assert sum(part["total"] for part in parts) == total
    assert sum(part["coverage"]["required"] for part in parts) == coverage["required"]


def _fill(database: Database, units: list[Any], persons: list[Any], talks: list[Any]) -> None:
    with database.transaction() as session:
        for table in reversed(metadata.sorted_tables):
            session.execute(table.delete())
    with database.transaction() as session:
        for number, (level, above, meets) in enumerate(units):
            parent = above % number + 1 if number and above < 8 else None
            session.add(Unit(id=number + 1, code=f"U{number}", name="", level=level, parent_id=parent))
            session.flush()
            if meets:
                session.add(Meeting(unit_id=number + 1, year=2025, held_on=date(2025, 7, 1) + timedelta(days=above)))
        renumber_tree(session)
        for number, (unit, talking) in enumerate(persons, start=1):
            session.add(Person(id=number, code=f"P{number}", name=""))
            session.flush()
            owes = None if talking is None else talking % len(units) + 1
            session.add(Posting(person_id=number, unit_id=unit % len(units) + 1, talking_unit_id=owes))
        for number, (subject, unit, held, kind, mode) in enumerate(talks, start=1):
            session.add(
                Talk(
                    id=number, code=f"T{number}", type=kind, mode=mode, status="已记录", held_on=held,
                    talking_unit_id=unit % len(units) + 1, talker_id=1,
                )
            )  # fmt: skip
            session.flush()
            person = subject % len(persons)
            served = persons[person][0] % len(units) + 1
            session.add(TalkSubject(talk_id=number, person_id=person + 1, unit_id=served))
        refresh_duties(session, now=NOW)


def test_a_department_below_a_department_counts_at_the_nearest_level(sqlite_database: Database) -> None:
    _fill(sqlite_database, [("市", 9, False), ("部门", 0, False), ("部门", 1, False)], [(2, 2)], [])
    with sqlite_database.reading() as session:
        assert session.exec(select(Unit.counted_level).where(Unit.code == "U2")).one() == "市"
    assert _figures(sqlite_database)["coverage"]["by_level"] == {"city": {"required": 1, "talked": 0, "percent": 0.0}}
