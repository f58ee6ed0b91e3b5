"""Types and modes of talks, which talk counts, which pair may talk: values and dates only."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from storage.errors import RuleBroken
from storage.instants import twelve_months_after
from storage.people.rules import is_within


class TalkType(StrEnum):
    """谈话类型. Only the first counts for the yearly duty; statistics never mix types."""

    SUPERVISION = "政治监督谈话"
    APPOINTMENT = "任职谈话"
    ADMONITION = "诫勉谈话"
    INTEGRITY = "廉政谈话"
    WORK = "工作性沟通性谈话"
    HEART_TO_HEART = "谈心谈话"
    REMINDER = "提醒谈话"


class TalkMode(StrEnum):
    """谈话形式."""

    ONE_ON_ONE = "一对一"
    COLLECTIVE = "集体"


class TalkStatus(StrEnum):
    """Where a talk stands."""

    PLANNED = "已安排"
    RECORDED = "已记录"
    VOID = "已作废"


class DutyStatus(StrEnum):
    """Where a yearly duty stands."""

    OPEN = "待谈"
    SATISFIED = "已谈"
    CLOSED = "已终止"


@dataclass(frozen=True)
class Seat:
    """A person and the path of the unit they sit in."""

    person_id: int
    path: str


def deadline_before(meeting_on: date) -> date:
    """The last day for the talk: the day before the meeting (会前)."""
    return meeting_on - timedelta(days=1)


def is_before_meeting(held_on: date, meeting_on: date) -> bool:
    """Whether a talk came before the meeting; the meeting's own day is too late."""
    return held_on < meeting_on


def may_satisfy(held_on: date, meeting_on: date) -> bool:
    """A talk serves a duty whose meeting lies at most twelve months after it; being late does not matter."""
    return meeting_on <= twelve_months_after(held_on)


def counts_for_duty(type_: str, mode: str, *, collective_counts: bool = False) -> bool:
    """Whether a talk of this type and mode can satisfy the yearly duty."""
    return type_ == TalkType.SUPERVISION and (mode == TalkMode.ONE_ON_ONE or collective_counts)


def check_pair(talker: Seat, subject: Seat, talking_unit_path: str) -> None:
    """Refuse a wrong pairing; RuleBroken says why. The talker need not be a principal or the assigned one."""
    if talker.person_id == subject.person_id:
        raise RuleBroken("谈话人与谈话对象不能是同一人。")
    if not is_within(subject.path, talking_unit_path):
        raise RuleBroken("谈话单位应当是谈话对象所在单位或其上级单位。")
    if not is_within(talking_unit_path, talker.path):
        raise RuleBroken("谈话人应当来自谈话单位或其上级单位。")


def check_subjects(mode: str, subjects: int) -> None:
    """A one-on-one talk has exactly one subject; a collective one may lose some, but not all."""
    if mode == TalkMode.ONE_ON_ONE and subjects != 1:
        raise RuleBroken("一对一谈话应当有且只有一名谈话对象。")
    if mode == TalkMode.COLLECTIVE and subjects < 1:
        raise RuleBroken("集体谈话至少要有一名谈话对象。")
