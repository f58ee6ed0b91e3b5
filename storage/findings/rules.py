"""How a finding moves from discovery to closing: one table of transitions, no database."""

from enum import StrEnum

from storage.errors import RuleBroken


class FindingStatus(StrEnum):
    """Where a finding (问题) stands."""

    FOUND = "发现"
    FILED = "立项"
    RECTIFYING = "整改中"
    REVIEWING = "待核"
    CLOSED = "销号"
    VOID = "作废"


TRANSITIONS: dict[FindingStatus, frozenset[FindingStatus]] = {
    FindingStatus.FOUND: frozenset({FindingStatus.FILED, FindingStatus.VOID}),
    FindingStatus.FILED: frozenset({FindingStatus.RECTIFYING, FindingStatus.REVIEWING, FindingStatus.VOID}),
    FindingStatus.RECTIFYING: frozenset({FindingStatus.REVIEWING, FindingStatus.VOID}),
    FindingStatus.REVIEWING: frozenset({FindingStatus.RECTIFYING, FindingStatus.CLOSED, FindingStatus.VOID}),
    FindingStatus.CLOSED: frozenset({FindingStatus.RECTIFYING, FindingStatus.VOID}),
    FindingStatus.VOID: frozenset(),
}
"""The only table of status moves. 销号 back to 整改中 is what a look-back (回头看) reopens."""

OPEN_STATUSES = (FindingStatus.FOUND, FindingStatus.FILED, FindingStatus.RECTIFYING, FindingStatus.REVIEWING)


class PartyRole(StrEnum):
    """What a responsible party (责任人) answers for."""

    MAIN = "主要责任"
    LEADING = "领导责任"
    SUPERVISING = "监督责任"


TALK_ORIGIN = "谈话"


def check_move(before: FindingStatus, after: FindingStatus) -> None:
    """RuleBroken unless the table of transitions allows `before` → `after`."""
    if after not in TRANSITIONS[before]:
        raise RuleBroken(f"问题当前为“{before}”，不能直接改为“{after}”。")


def status_when_listed(*, measures_dated: bool, has_responsible: bool) -> FindingStatus:
    """A finding is filed once its three lists stand: measures, each with a deadline, and somebody responsible."""
    return FindingStatus.FILED if measures_dated and has_responsible else FindingStatus.FOUND


def status_after_progress(before: FindingStatus, *, all_measures_done: bool) -> FindingStatus:
    """The status after a progress report: to review once every measure stands at 100 percent."""
    if before not in (FindingStatus.FILED, FindingStatus.RECTIFYING, FindingStatus.REVIEWING):
        raise RuleBroken(f"这个问题当前为“{before}”，不能再填报进展。")
    return FindingStatus.REVIEWING if all_measures_done else FindingStatus.RECTIFYING
