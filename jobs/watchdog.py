"""Does every open duty still have its reminders, and does what was planned go out? Compared by other means than planning.

`look` reads; `watch` tells the operator by a second way when something is wrong, once a day for each kind.
"""

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select

from storage.audit import AuditLine
from storage.calendar import working_days
from storage.database import Database, database_clock
from storage.duties.tables import Obligation
from storage.instants import SHANGHAI, shanghai_date
from storage.outbox.rules import MessageKind, MessageStatus
from storage.outbox.tables import OutgoingMessage
from storage.rulebooks.marks import Marks
from storage.rulebooks.queries import all_rulebooks, default_rulebook
from storage.rulebooks.rules import next_stage
from storage.rulebooks.tables import PlanningMark
from storage.talks.rules import DutyStatus
from storage.talks.tables import TalkYear

log = logging.getLogger("tanhua.watchdog")
PLANNED_BY_HOUR = 10
"""By this hour everything due today has been planned."""
REPLY_LATE, REMINDER_LATE = timedelta(minutes=10), timedelta(hours=3)
SAMPLE = 200
CLOCKS_DIFFER = timedelta(seconds=90)
"""So far may two clocks be apart."""
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Alarm:
    """Something wrong: which kind, how many, and in words without anybody's name."""

    kind: str
    count: int
    text: str


def look(session: Session, *, now: datetime, wall: datetime) -> list[Alarm]:
    """What is wrong now. `wall` is the machine's clock, by which leases run."""
    return [alarm for alarm in _alarms(session, now, wall) if alarm.count]


def _alarms(session: Session, now: datetime, wall: datetime) -> Iterator[Alarm]:
    today = shanghai_date(now)
    settled = today if now.astimezone(SHANGHAI).hour >= PLANNED_BY_HOUR else today - timedelta(days=1)
    yearly = col(TalkYear.status) == DutyStatus.OPEN
    other = col(Obligation.is_open).is_(True)
    late = _count(session, yearly & (col(TalkYear.next_stage_on) < settled))
    late += _count(session, other & (col(Obligation.next_stage_on) < settled))
    yield Alarm("not_planned", late, f"{late} 项任务的提醒日已过而没有编制提醒，请检查计划任务是否运行。")
    blank = _count(session, yearly & col(TalkYear.next_stage_on).is_(None))
    blank += _count(session, other & col(Obligation.next_stage_on).is_(None))
    yield Alarm("no_next_stage", blank, f"{blank} 项未办结任务没有下一次提醒日期。")
    wrong = _misdated(session) + _misdated_others(session)
    yield Alarm("misdated", wrong, f"抽查发现 {wrong} 项任务的下一次提醒日期与规则不符。")
    waiting = col(OutgoingMessage.status) == MessageStatus.WAITING
    is_reply = col(OutgoingMessage.kind) == MessageKind.REPLY
    old = _count(session, waiting & is_reply & (col(OutgoingMessage.not_before) < now - REPLY_LATE))
    old += _count(session, waiting & ~is_reply & (col(OutgoingMessage.not_before) < now - REMINDER_LATE))
    yield Alarm("unsent", old, f"{old} 条消息应发未发，请检查投递。")
    expired = _count(
        session, (col(OutgoingMessage.status) == MessageStatus.LEASED) & (col(OutgoingMessage.lease_until) < wall)
    )
    yield Alarm("leases", expired, f"{expired} 条消息的发送占用已过期，可能有投递进程中断。")
    day = session.get(PlanningMark, "day")
    silent = day is None or day.value < settled.isoformat()
    yield Alarm("silent", int(silent), "计划任务今天没有运行过，请检查服务和服务器时钟。")
    latest = session.exec(select(AuditLine.at).order_by(col(AuditLine.id).desc()).limit(SAMPLE))
    ahead = sum(at > now + CLOCKS_DIFFER for at in latest)
    yield Alarm("future", ahead, f"有 {ahead} 条记录的时间晚于现在，服务器时钟可能曾经超前或刚被调回，请校准。")


def clock_alarms(session: Session, machine: datetime) -> list[Alarm]:
    """Whether the clock of this machine disagrees with the database server's. With SQLite there is no other clock."""
    there = database_clock(session)
    if there is None or abs(machine - there) <= CLOCKS_DIFFER:
        return []
    seconds = int((machine - there).total_seconds())
    text = f"本机时钟比数据库服务器{'快' if seconds > 0 else '慢'} {abs(seconds)} 秒，请校准服务器时间。"
    return [Alarm("clock", 1, text + zone_hint(seconds))]


def zone_hint(seconds: float) -> str:
    """What a difference of whole hours between two clocks suggests; "" for any other."""
    hours = round(abs(seconds) / 3600)
    is_whole = hours and abs(abs(seconds) - hours * 3600) <= CLOCKS_DIFFER.total_seconds()
    return f"相差正好约{hours}小时，多半是时区设置有误。" if is_whole else ""


def _count(session: Session, condition: ColumnElement[bool]) -> int:
    return int(session.execute(select(func.count()).where(condition)).scalar_one())


def _misdated(session: Session) -> int:
    """Of a sample of open duties, those whose next day is later than the rule says."""
    rulebooks, calendar = all_rulebooks(session), working_days(session)
    rows = session.scalars(
        select(TalkYear).where(TalkYear.status == DutyStatus.OPEN).order_by(col(TalkYear.next_stage_on)).limit(SAMPLE)
    )
    wrong = 0
    for duty in rows:
        ladder = rulebooks.get(duty.rulebook, default_rulebook()).annual_talk
        stage = next_stage(ladder, duty.deadline_on, calendar, duty.stage_passed)
        wrong += duty.next_stage_on is not None and duty.next_stage_on > stage.send_on
    return wrong


def _misdated_others(session: Session) -> int:
    """The same of the other duties."""
    rulebooks, calendar = all_rulebooks(session), working_days(session)
    rows = session.scalars(
        select(Obligation)
        .where(col(Obligation.is_open).is_(True))
        .order_by(col(Obligation.next_stage_on))
        .limit(SAMPLE)
    )
    wrong = 0
    for one in rows:
        ladder = rulebooks.get(one.rulebook, default_rulebook()).duties.get(one.rule)
        if ladder is not None and one.next_stage_on is not None:
            wrong += one.next_stage_on > next_stage(ladder, one.deadline_on, calendar, one.stage_passed).send_on
    return wrong


def watch(
    database: Database,
    tell: Tell,
    *,
    now: datetime,
    wall: datetime,
    machine: datetime | None = None,
    beat: Callable[[], None] | None = None,
) -> list[Alarm]:
    """Look, and tell the operator of what is new today; when all is well a heartbeat, in the log and by `beat`.

    `machine`: the machine's clock, to be compared with the database server's.
    """
    with database.reading() as session:
        alarms = look(session, now=now, wall=wall)
        alarms += clock_alarms(session, machine) if machine else []
    if not alarms:
        log.info("all well", extra={"action": "watchdog.heartbeat"})
        if beat is not None:
            beat()
        return []
    with database.transaction() as session:
        today = shanghai_date(now).isoformat()
        marks = Marks(session)
        fresh = [alarm for alarm in alarms if marks.moved(f"watchdog.{alarm.kind}", today)]
    for alarm in fresh:
        log.error(alarm.text, extra={"action": "watchdog.alarm", "kind": alarm.kind, "count": alarm.count})
        tell(alarm.text)
    return alarms


def log_only(text: str) -> None:
    """Where no second way is set: the log has told already."""
    del text


def webhook(url: str) -> Tell:
    """The second way: a JSON line {"text": …} to an address of the operator's, apart from the channels of the bot."""

    def tell(text: str) -> None:
        _call(url, json.dumps({"text": text}, ensure_ascii=False).encode())

    return tell


def heartbeat(url: str) -> Callable[[], None]:
    """A call to an address of the operator's, who notices when it ceases: this process cannot tell of its own end."""
    return lambda: _call(url, None)


def _call(url: str, body: bytes | None) -> None:
    from urllib.request import Request, urlopen

    try:
        with urlopen(Request(url, body, {"Content-Type": "application/json"}), timeout=10):
            pass
    except (OSError, ValueError):
        log.exception("operator not reached", extra={"action": "watchdog.unreached"})
