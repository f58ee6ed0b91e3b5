"""The checkers of a history notice what they are there for."""

from dataclasses import replace
from datetime import date, timedelta

from storage.instants import SHANGHAI, at_shanghai
from tests.flows import case_checker as cases
from tests.flows.case_checker import CaseChecker, CaseEvent, Closed, Listed, Reminded
from tests.flows.history_checker import Arrived, Checker, Event, Official, Roster, Settled, Talked, time

MEETING = date(2025, 9, 26)  # a Friday; every day used here is a working day
DEADLINE = date(2025, 9, 25)
SUBJECT, HEAD = "S", "H"


def _at(day: date, hour: int = 9) -> Arrived:
    local = at_shanghai(day, time(hour, 5)).astimezone(SHANGHAI)
    return Arrived(local, SUBJECT, HEAD, (day - DEADLINE).days, DEADLINE)


def _history(*arrivals: Arrived) -> list[Event]:
    """A talk owed by the head of the unit, known since the first of September, settled every evening."""
    officials = (Official(HEAD, "U", is_principal=True), Official(SUBJECT, "U", "U"))
    known = at_shanghai(date(2025, 9, 1), time(8))
    days = [known.date() + timedelta(days=offset) for offset in range(25)]
    settled = [Settled(at_shanghai(day, time(19)).astimezone(SHANGHAI)) for day in days]
    events: list[Event] = [*arrivals, *settled]
    return [Roster(known, officials, {"U": ""}, {"U": MEETING}), *sorted(events, key=lambda event: event.at)]


RIGHT = [_at(DEADLINE - timedelta(days=before)) for before in (14, 7, 3, 1, 0)]


def test_a_right_history_of_a_talk_has_no_violation() -> None:
    assert Checker().take(_history(*RIGHT)) == []


def test_what_is_wrong_about_a_talk_is_named() -> None:
    cases_of_wrong = {
        "missing": RIGHT[1:],
        "doubled": [*RIGHT, RIGHT[0]],
        "outside hours": [_at(DEADLINE - timedelta(days=14), 20), *RIGHT[1:]],
        "before its time": [replace(RIGHT[0], at=RIGHT[0].at - timedelta(days=1)), *RIGHT[1:]],
        "to somebody else": [*RIGHT, replace(RIGHT[0], recipient=SUBJECT)],
        "after a later stage": [*RIGHT, replace(RIGHT[0], at=RIGHT[2].at + timedelta(hours=1), stage=-7)],
        "older than the record": [replace(RIGHT[0], stage=-30), *RIGHT],
    }
    for words, arrivals in cases_of_wrong.items():
        found = Checker().take(_history(*arrivals))
        assert any(words in one for one in found), words
    held = Talked(RIGHT[1].at + timedelta(hours=1), SUBJECT)
    late = [*_history(*RIGHT), held]
    found = Checker().take(sorted(late[1:], key=lambda event: event.at))
    assert any("after the duty was done" in one for one in found)


def _case(*events: CaseEvent) -> list[CaseEvent]:
    start = at_shanghai(date(2025, 9, 1), time(8)).astimezone(SHANGHAI)
    settled = [cases.Settled(start + timedelta(days=offset, hours=11)) for offset in range(39)]
    listed = Listed(start, "P", DEADLINE, frozenset({SUBJECT}), HEAD)
    return [listed, *sorted([*events, *settled], key=lambda event: event.at)]


def _reminded(day: date, stage: int, recipient: str = SUBJECT) -> Reminded:
    local = at_shanghai(day, time(9, 5)).astimezone(SHANGHAI)
    return Reminded(local, cases.MEASURES, 1, "P", recipient, stage, DEADLINE)


OVERDUE = date(2025, 10, 9)  # 7 days overdue fall into the October holiday
DUE = [
    _reminded(date(2025, 9, 18), -7),
    _reminded(date(2025, 9, 22), -3),
    _reminded(DEADLINE, 0),
    _reminded(OVERDUE, 14),
    _reminded(OVERDUE, 14, HEAD),
]


def test_a_right_history_of_a_measure_has_no_violation() -> None:
    assert CaseChecker().take(_case(*DUE)) == []


def test_what_is_wrong_about_a_measure_is_named() -> None:
    wrong: dict[str, list[CaseEvent]] = {
        "missing": list(DUE[1:]),
        "doubled": [*DUE, DUE[0]],
        "outside hours": [replace(DUE[0], at=DUE[0].at + timedelta(hours=11)), *DUE[1:]],
        "before its time": [replace(DUE[0], at=DUE[0].at - timedelta(days=1)), *DUE[1:]],
        "to somebody else": [*DUE, replace(DUE[0], recipient=HEAD)],
        "after it was done": [*DUE, Closed(DUE[2].at - timedelta(hours=1), "P")],
    }
    for words, events in wrong.items():
        found = CaseChecker().take(_case(*events))
        assert any(words in one for one in found), (words, found)
