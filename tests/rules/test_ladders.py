"""Stages: numbers count from the deadline, days of sending move, what is due and what counts as passed."""

from datetime import date, timedelta
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.calendar import WorkingDays
from storage.rulebooks.reading import preset_rulebooks
from storage.rulebooks.rules import (
    RecipientRole,
    due_stages,
    next_stage,
    passed_before,
    roles_reached,
    stages,
)
from tests.moments import day

STANDARD = preset_rulebooks()["standard-1"].annual_talk
JIANGJIN = preset_rulebooks()["jiangjin-1"].annual_talk
CALENDAR = WorkingDays()
DEADLINE = day("2025-08-20")
deadlines = st.dates(min_value=day("2020-01-01"), max_value=day("2028-12-31"))


def _sent(deadline: str, count: int) -> list[tuple[int, str]]:
    found = islice(stages(STANDARD, day(deadline), CALENDAR), count)
    return [(stage.number, stage.send_on.isoformat()) for stage in found]


def test_the_standard_ladder_on_plain_days() -> None:
    assert _sent("2025-08-20", 9) == [
        (-30, "2025-07-21"),
        (-14, "2025-08-06"),
        (-7, "2025-08-13"),
        (-3, "2025-08-15"),  # the 17th is a Sunday: the working day before
        (-1, "2025-08-19"),
        (0, "2025-08-20"),
        (7, "2025-08-27"),
        (14, "2025-09-03"),
        (21, "2025-09-10"),
    ]


def test_a_holiday_moves_days_apart_but_never_the_numbers() -> None:
    assert _sent("2025-10-08", 8) == [
        (-30, "2025-09-08"),
        (-14, "2025-09-24"),
        (-7, "2025-09-30"),  # 1 October
        (-3, "2025-09-30"),  # 5 October
        (-1, "2025-09-30"),  # 7 October
        (0, "2025-09-30"),  # the deadline itself, 8 October
        (7, "2025-10-15"),
        (14, "2025-10-22"),
    ]


def test_an_overdue_stage_in_a_holiday_waits_for_the_day_after_it() -> None:
    numbers = dict(islice(_pairs(day("2025-09-24")), 12))
    assert numbers[7] == day("2025-10-09")  # 1 October


def test_a_make_up_workday_is_a_day_like_any_other() -> None:
    numbers = dict(islice(_pairs(day("2025-10-12")), 8))
    assert numbers[-14] == day("2025-09-28")  # a Sunday that is worked
    assert numbers[-1] == day("2025-10-11")  # a Saturday that is worked


def _pairs(deadline: date) -> "islice[tuple[int, date]]":
    return islice(((stage.number, stage.send_on) for stage in stages(STANDARD, deadline, CALENDAR)), 30)


def test_overdue_goes_on_past_the_end_of_the_year() -> None:
    last = [stage for stage in islice(stages(STANDARD, day("2025-12-10"), CALENDAR), 14) if stage.number > 0]
    assert [stage.number for stage in last] == [7, 14, 21, 28, 35, 42, 49, 56]
    assert last[-1].send_on == day("2026-02-04")


def test_after_downtime_only_the_latest_missed_stage_is_due() -> None:
    due = due_stages(STANDARD, DEADLINE, CALENDAR, None, day("2025-08-18"))
    assert [stage.number for stage in due] == [-3]


def test_stages_that_land_on_one_day_are_due_together() -> None:
    due = due_stages(STANDARD, day("2025-10-08"), CALENDAR, -14, day("2025-09-30"))
    assert [stage.number for stage in due] == [-7, -3, -1, 0]


def test_nothing_is_due_before_its_day_or_twice() -> None:
    assert due_stages(STANDARD, DEADLINE, CALENDAR, -30, day("2025-08-05")) == ()
    assert due_stages(STANDARD, DEADLINE, CALENDAR, -14, day("2025-08-06")) == ()


@pytest.mark.parametrize(
    ("known", "passed"),
    [("2025-07-21", None), ("2025-07-22", -30), ("2025-08-20", -1), ("2025-08-21", 0), ("2026-01-01", 133)],
)
def test_stages_before_a_duty_was_known_count_as_passed(known: str, passed: int | None) -> None:
    assert passed_before(STANDARD, DEADLINE, CALENDAR, day(known)) == passed


def test_recipients_follow_the_number_not_the_day() -> None:
    def roles(stage: int) -> list[RecipientRole]:
        return [rule.role for rule in roles_reached(STANDARD, stage)]

    assert roles(-30) == roles(0) == [RecipientRole.TALKER, RecipientRole.LIAISON]
    assert roles(7) == [*roles(0), RecipientRole.TALKER_OF_TALKER]
    assert roles(14) == roles(70) == [*roles(7), RecipientRole.ORGANISATION_STAFF]


def test_jiangjin_is_another_ladder_of_the_same_kind() -> None:
    found = list(islice(stages(JIANGJIN, DEADLINE, CALENDAR), 4))
    assert [(stage.number, stage.send_on) for stage in found] == [
        (-20, day("2025-07-31")),
        (-10, day("2025-08-08")),
        (1, day("2025-08-21")),
        (8, day("2025-08-28")),
    ]


@given(deadlines)
def test_stages_go_out_in_order_on_working_days(deadline: date) -> None:
    found = list(islice(stages(STANDARD, deadline, CALENDAR), 20))
    numbers, days = [stage.number for stage in found], [stage.send_on for stage in found]
    assert numbers == sorted(set(numbers))
    assert days == sorted(days)
    assert all(CALENDAR.is_working(one) for one in days)
    assert all(
        one <= deadline + timedelta(days=number) if number <= 0 else one >= deadline + timedelta(days=number)
        for number, one in zip(numbers, days, strict=True)
    )


@given(deadlines, st.integers(min_value=-60, max_value=120))
def test_planning_every_day_sends_each_stage_once_from_the_day_it_is_known(deadline: date, offset: int) -> None:
    known = deadline + timedelta(days=offset)
    passed = passed_before(STANDARD, deadline, CALENDAR, known)
    sent: list[int] = []
    for number in range(90):
        today = known + timedelta(days=number)
        due = due_stages(STANDARD, deadline, CALENDAR, passed, today)
        assert all(stage.send_on == today for stage in due)  # never late when planned every day
        if due:
            sent += [stage.number for stage in due]
            passed = due[-1].number
        assert next_stage(STANDARD, deadline, CALENDAR, passed).send_on > today
    expected = [
        stage.number
        for stage in islice(stages(STANDARD, deadline, CALENDAR), 60)
        if known <= stage.send_on < known + timedelta(days=90)
    ]
    assert sent == expected
