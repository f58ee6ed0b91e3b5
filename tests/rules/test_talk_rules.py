"""Which talk counts, for which duty, and which pair may talk."""

import pytest

from storage.errors import RuleBroken
from storage.people.rules import is_within
from storage.talks.rules import (
    Seat,
    TalkMode,
    TalkType,
    check_pair,
    check_subjects,
    counts_for_duty,
    deadline_before,
    is_before_meeting,
    may_satisfy,
)
from tests.moments import day


def test_the_deadline_is_the_day_before_the_meeting() -> None:
    assert deadline_before(day("2025-03-01")) == day("2025-02-28")


def test_the_meetings_own_day_is_too_late() -> None:
    assert is_before_meeting(day("2025-08-20"), day("2025-08-21"))
    assert not is_before_meeting(day("2025-08-21"), day("2025-08-21"))


@pytest.mark.parametrize(
    ("held", "meeting", "serves"),
    [
        ("2024-08-21", "2025-08-21", True),  # twelve months to the day
        ("2024-08-20", "2025-08-21", False),
        ("2025-08-21", "2025-08-21", True),
        ("2026-02-01", "2025-08-21", True),  # late, even in another year
        ("2029-01-01", "2025-08-21", True),
        ("2024-02-29", "2025-02-28", True),
        ("2024-02-29", "2025-03-01", False),
    ],
)
def test_twelve_months(held: str, meeting: str, serves: bool) -> None:
    assert may_satisfy(day(held), day(meeting)) is serves


@pytest.mark.parametrize("kind", list(TalkType))
@pytest.mark.parametrize("mode", list(TalkMode))
@pytest.mark.parametrize("collective", [True, False])
def test_only_the_political_talk_counts(kind: TalkType, mode: TalkMode, collective: bool) -> None:
    expected = kind == "政治监督谈话" and (mode == "一对一" or collective)
    assert counts_for_duty(kind, mode, collective_counts=collective) is expected


PROVINCE, CITY, COUNTY, NEIGHBOUR = "/1/", "/1/2/", "/1/2/3/", "/1/9/"


@pytest.mark.parametrize(
    ("talker", "subject", "talking_unit"),
    [
        (CITY, COUNTY, CITY),
        (PROVINCE, COUNTY, CITY),
        (COUNTY, COUNTY, COUNTY),  # colleagues of one unit: the principal and the others
        (CITY, CITY, CITY),
        (PROVINCE, COUNTY, PROVINCE),
    ],
)
def test_pairs_that_may_talk(talker: str, subject: str, talking_unit: str) -> None:
    check_pair(Seat(1, talker), Seat(2, subject), talking_unit)


@pytest.mark.parametrize(
    ("talker", "subject", "talking_unit", "reason"),
    [
        (CITY, CITY, COUNTY, "谈话单位"),  # the talking unit lies below the subject
        (NEIGHBOUR, COUNTY, NEIGHBOUR, "谈话单位"),
        (COUNTY, COUNTY, CITY, "谈话人应当"),  # a subordinate's colleague talks for the city
        (NEIGHBOUR, COUNTY, CITY, "谈话人应当"),
    ],
)
def test_pairs_that_are_refused(talker: str, subject: str, talking_unit: str, reason: str) -> None:
    with pytest.raises(RuleBroken, match=reason):
        check_pair(Seat(1, talker), Seat(2, subject), talking_unit)


def test_nobody_talks_with_themselves() -> None:
    with pytest.raises(RuleBroken, match="同一人"):
        check_pair(Seat(1, CITY), Seat(1, CITY), CITY)


def test_a_path_is_never_a_prefix_of_a_neighbours() -> None:
    assert is_within("/1/23/", "/1/23/")
    assert not is_within("/1/23/", "/1/2/")


@pytest.mark.parametrize(("mode", "subjects"), [("一对一", 0), ("一对一", 2), ("集体", 0)])
def test_a_wrong_number_of_subjects(mode: str, subjects: int) -> None:
    with pytest.raises(RuleBroken):
        check_subjects(mode, subjects)


def test_right_numbers_of_subjects() -> None:
    check_subjects("一对一", 1)
    check_subjects("集体", 7)
