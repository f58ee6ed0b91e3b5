"""Kinds, standings and audiences of policy documents: values and dates only, no database."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from storage.errors import Refused
from storage.people.rules import Actor


class Kind(StrEnum):
    """类别 of a document. Only the first four bind anybody; a speech or a report is not a rule."""

    PARTY_RULE = "党内法规"
    LAW = "法律"
    REGULATION = "行政法规"
    NORMATIVE = "规范性文件"
    SPEECH = "讲话"
    REPORT = "报道"
    COMMENTARY = "解读"
    FAQ = "常见问答"


BINDING = frozenset({Kind.PARTY_RULE, Kind.LAW, Kind.REGULATION, Kind.NORMATIVE})

MANIFEST_KINDS = {
    "中央党内法规": Kind.PARTY_RULE,
    "部门规章": Kind.NORMATIVE,
    "部门规范": Kind.NORMATIVE,
    "新闻": Kind.REPORT,
    "文章": Kind.COMMENTARY,
    "解读": Kind.COMMENTARY,
}


class Standing(StrEnum):
    """效力 of a document as far as somebody has checked it."""

    IN_FORCE = "in_force"
    SUPERSEDED = "superseded"
    UNKNOWN = "unknown"


MANIFEST_STANDINGS = {
    "现行": Standing.IN_FORCE,
    "部分被取代": Standing.IN_FORCE,
    "已被取代": Standing.SUPERSEDED,
}


class DocumentState(StrEnum):
    """状态 in the register. Only an active document is answered from."""

    ACTIVE = "在用"
    HELD = "待审"
    WITHDRAWN = "已撤下"


class AudienceLevel(StrEnum):
    """知悉范围. Nobody sees a document before one is chosen."""

    UNSET = "未定"
    PUBLIC = "公开"
    INTERNAL = "内部"
    UNIT = "单位"


@dataclass(frozen=True)
class Audience:
    """What somebody may see: public documents always, internal ones as staff, restricted ones as a member of the unit.

    `units` holds the ids of the person's own units and of every unit above them: a document restricted to a unit is
    for that unit and all units below it.
    """

    internal: bool = False
    units: frozenset[int] = frozenset()

    def may_see(self, level: str, unit_id: int | None) -> bool:
        """Whether a document of this level (and unit) may be shown; anything not understood is denied."""
        if level == AudienceLevel.PUBLIC:
            return True
        if level == AudienceLevel.INTERNAL:
            return self.internal
        return level == AudienceLevel.UNIT and unit_id is not None and unit_id in self.units


PUBLIC = Audience()
"""The audience of somebody unknown."""


def audience_for(actor: Actor | None) -> Audience:
    """The audience of a person; nobody in particular is the public."""
    if actor is None:
        return PUBLIC
    above = {int(part) for path in actor.unit_paths for part in path.split("/") if part}
    return Audience(internal=actor.is_staff, units=frozenset(above | actor.unit_ids))


@dataclass(frozen=True)
class AudienceChoice:
    """公开, 内部, or 单位 with the unit's 编号."""

    level: AudienceLevel
    unit_code: str = ""


def read_audience(text: str) -> AudienceChoice:
    """Read 公开, 内部 or 单位:编号. Errors: Refused with what may stand there."""
    cleaned = text.strip().replace("：", ":")
    if cleaned in (AudienceLevel.PUBLIC, AudienceLevel.INTERNAL):
        return AudienceChoice(AudienceLevel(cleaned))
    level, _, code = cleaned.partition(":")
    if level == AudienceLevel.UNIT and code.strip():
        return AudienceChoice(AudienceLevel.UNIT, code.strip())
    raise Refused(f"知悉范围“{text}”不能识别：请用 公开、内部 或 单位:编号。")


def kind_of(name: str) -> Kind | None:
    """The kind a manifest's type means, or None where it names none of ours."""
    if name in MANIFEST_KINDS:
        return MANIFEST_KINDS[name]
    return Kind(name) if name in set(Kind) else None


def standing_of(status: str) -> Standing:
    """The standing a manifest's status means; anything else is unknown."""
    return MANIFEST_STANDINGS.get(status, Standing.UNKNOWN)


DATE = re.compile(r"(\d{4})(?:[-年./](\d{1,2}))?(?:[-月./](\d{1,2}))?")


def first_day(text: str) -> date | None:
    """The first day that '2019', '2019-03' or '2019-03-05' can mean; None where it is no date."""
    found = DATE.match(text.strip())
    if not found:
        return None
    year, month, day = int(found[1]), int(found[2] or 1), int(found[3] or 1)
    if not (1900 <= year <= 2999 and 1 <= month <= 12):
        return None
    return date(year, month, min(max(day, 1), monthrange(year, month)[1]))


def was_in_force(standing: str, starts: date | None, ends: date | None, day: date) -> bool:
    """Whether a text with these bounds (end exclusive) can be cited as the rule of `day`.

    A superseded text without a known end is never the rule by itself. A text of unknown standing counts as in force:
    its standing is shown with every quote.
    """
    if starts is not None and day < starts:
        return False
    if ends is not None:
        return day < ends
    return standing != Standing.SUPERSEDED
