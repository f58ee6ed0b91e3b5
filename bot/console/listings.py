"""The lists of the console by subject and kind: headings and rows, the same on the page and in the workbook."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from bot.console.looking import Look
from storage.errors import NotFound
from storage.findings.lists import FindingKind, FindingLine, finding_lines
from storage.people.rules import Actor
from storage.talks.lists import OwedLine, Part, TalkLine, owed_lines, require_lists, talk_lines

Cell = str | int | date | None
LEVEL_NAMES = {"province": "省级", "city": "市级", "county": "县级", "township": "乡级", "other": "其他"}


@dataclass(frozen=True)
class Listing:
    """A list as shown: its title, headings, and rows of plain values."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


OWED_KINDS: dict[str, tuple[str, Callable[[OwedLine], bool]]] = {
    "required": ("应谈名单", lambda _: True),
    "talked": ("已谈名单", lambda line: line.talked_on is not None),
    "untalked": ("未谈名单", lambda line: line.talked_on is None),
    "overdue": ("逾期未谈名单", lambda line: line.overdue_since is not None),
}
TALK_KINDS: dict[str, tuple[str, Callable[[TalkLine], bool]]] = {
    "all": ("谈话清单", lambda _: True),
    "before": ("民主生活会前谈话清单", lambda line: line.is_before_meeting),
}
UNTYPED = "未注明"
"""What findings without a problem type are listed under."""
FINDING_KINDS = {
    "talks": "谈话指出问题清单",
    "closed": "已销号问题清单",
    "unclosed": "未销号问题清单",
    "elsewhere": "其他来源问题清单",
    "late": "逾期问题清单",
}
OWED_HEADINGS = (
    "编号", "姓名", "单位", "职务", "干部类别", "谈话单位", "层级", "谈话人", "最迟谈话日期", "谈话日期", "状态",
)  # fmt: skip
TALK_HEADINGS = (
    "编号", "谈话日期", "谈话对象", "对象编号", "干部类别", "谈话单位", "层级", "谈话人", "形式", "民主生活会前",
)  # fmt: skip
FINDING_HEADINGS = (
    "编号", "问题", "类型", "单位", "对象", "责任人", "来源", "状态", "进展", "时限", "发现日期", "完成日期",
)  # fmt: skip


def listing_for(session: Session, actor: Actor, subject: str, look: Look, part: Part, today: date) -> Listing:
    """One list. NotFound when there is no such list, and for people who see counts only."""
    require_lists(actor)
    if subject == "people" and look.kind in OWED_KINDS:
        title, wanted = OWED_KINDS[look.kind]
        people = [line for line in owed_lines(session, actor, year=look.year, today=today) if part.holds(line.place)]
        return Listing(title, OWED_HEADINGS, tuple(_owed(line, today) for line in people if wanted(line)))
    if subject == "talks" and look.kind in TALK_KINDS:
        title, chosen = TALK_KINDS[look.kind]
        talks = [line for line in talk_lines(session, actor, year=look.year) if part.holds(line.place)]
        return Listing(title, TALK_HEADINGS, tuple(_talk(line) for line in talks if chosen(line)))
    if subject == "findings" and look.kind in FINDING_KINDS:
        kind = FindingKind(look.kind)
        found = [line for line in finding_lines(session, actor, year=look.year, today=today) if part.holds(line.place)]
        wanted_type = "" if look.type == UNTYPED else look.type
        rows = tuple(
            _finding(line)
            for line in found
            if line.is_kind(kind, look.year) and (not look.type or line.problem_type == wanted_type)
        )
        return Listing(FINDING_KINDS[look.kind] + (f"（{look.type}）" if look.type else ""), FINDING_HEADINGS, rows)
    raise NotFound()


def _owed(line: OwedLine, today: date) -> tuple[Cell, ...]:
    if line.overdue_since is not None:
        state = f"逾期{(today - line.overdue_since).days}天"
    else:
        state = "已谈" if line.talked_on else "未谈"
    return (
        line.code, line.name, line.unit, line.title, line.category, line.place.unit, LEVEL_NAMES[line.place.level],
        line.talker or "尚未确定", line.deadline_on or "会期未定", line.talked_on, state,
    )  # fmt: skip


def _talk(line: TalkLine) -> tuple[Cell, ...]:
    return (
        line.code, line.held_on, line.subject, line.subject_code, line.category, line.place.unit,
        LEVEL_NAMES[line.place.level], line.talker, line.mode, "是" if line.is_before_meeting else "否",
    )  # fmt: skip


def _finding(line: FindingLine) -> tuple[Cell, ...]:
    return (
        line.code, line.problem, line.problem_type, line.unit, line.person, "、".join(line.responsible), line.origin,
        f"{line.status}（逾期）" if line.is_late else line.status, f"{line.percent}%", line.due_on, line.found_on,
        line.completed_on,
    )  # fmt: skip
