"""The one table by which a finding's status moves."""

import pytest

from storage.errors import RuleBroken
from storage.findings.rules import (
    OPEN_STATUSES,
    TRANSITIONS,
    FindingStatus,
    check_move,
    status_after_progress,
    status_when_listed,
)

ALLOWED = {
    ("发现", "立项"), ("立项", "整改中"), ("立项", "待核"), ("整改中", "待核"), ("待核", "整改中"), ("待核", "销号"),
    ("销号", "整改中"), ("发现", "作废"), ("立项", "作废"), ("整改中", "作废"), ("待核", "作废"), ("销号", "作废"),
}  # fmt: skip


@pytest.mark.parametrize("before", list(FindingStatus))
@pytest.mark.parametrize("after", list(FindingStatus))
def test_every_move(before: FindingStatus, after: FindingStatus) -> None:
    if (before, after) in ALLOWED:
        check_move(before, after)
    else:
        with pytest.raises(RuleBroken, match=before):
            check_move(before, after)


def test_every_open_finding_can_be_closed_in_the_end() -> None:
    for status in OPEN_STATUSES:
        reached, before = {status}, set[FindingStatus]()
        while reached != before:
            before, reached = reached, reached | {to for one in reached for to in TRANSITIONS[one]}
        assert FindingStatus.CLOSED in reached


@pytest.mark.parametrize(
    ("dated", "responsible", "status"),
    [(True, True, "立项"), (True, False, "发现"), (False, True, "发现"), (False, False, "发现")],
)
def test_a_finding_is_filed_only_with_all_three_lists_and_somebody(dated: bool, responsible: bool, status: str) -> None:
    assert status_when_listed(measures_dated=dated, has_responsible=responsible) == status


def test_progress_moves_on_and_never_reopens() -> None:
    assert status_after_progress(FindingStatus.FILED, all_measures_done=False) == FindingStatus.RECTIFYING
    assert status_after_progress(FindingStatus.RECTIFYING, all_measures_done=True) == FindingStatus.REVIEWING
    for closed in (FindingStatus.FOUND, FindingStatus.CLOSED, FindingStatus.VOID):
        with pytest.raises(RuleBroken):
            status_after_progress(closed, all_measures_done=True)
