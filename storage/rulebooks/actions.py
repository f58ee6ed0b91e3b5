"""Adding a version of the rules and adopting it. Running cases keep the version they started with."""

from datetime import date, datetime

from sqlmodel import Session, col, select

from storage import audit
from storage.errors import Conflict, NotFound, RuleBroken
from storage.rulebooks.queries import all_rulebooks
from storage.rulebooks.reading import read_rulebook
from storage.rulebooks.rules import Rulebook
from storage.rulebooks.tables import RulebookAdoption, RulebookVersion


def add_rulebook(session: Session, text: str, *, actor_id: int | None, now: datetime) -> Rulebook:
    """Keep a new version. Refused when it cannot be read; Conflict when its name is taken by another text."""
    rulebook = read_rulebook(text)
    known = session.exec(select(RulebookVersion).where(RulebookVersion.name == rulebook.name)).first()
    if known is not None and known.text == text:
        return rulebook
    if rulebook.name in all_rulebooks(session):
        raise Conflict(f"名称“{rulebook.name}”已被使用，新版本请换一个名称。")
    row = RulebookVersion(name=rulebook.name, text=text, added_at=now, actor_id=actor_id)
    session.add(row)
    session.flush()
    _note(session, "rulebook.add", row.id or 0, actor_id, now, text)
    return rulebook


def adopt_rulebook(
    session: Session,
    name: str,
    *,
    unit_id: int | None,
    valid_from: date,
    actor_id: int | None,
    now: datetime,
    valid_until: date | None = None,
) -> int:
    """New cases of the unit and all below it (None: everywhere) start under this version between these days.

    Saying the same again changes nothing. Errors: NotFound for an unknown version, RuleBroken for days in the wrong
    order.
    """
    if name not in all_rulebooks(session):
        raise NotFound(f"没有名为“{name}”的提醒规则。")
    if valid_until is not None and valid_until < valid_from:
        raise RuleBroken("结束日期早于开始日期，请核对。")
    latest = session.exec(
        select(RulebookAdoption)
        .where(RulebookAdoption.unit_id == unit_id)
        .order_by(col(RulebookAdoption.id).desc())
        .limit(1)
    ).first()
    if latest is not None and (latest.rulebook, latest.valid_from, latest.valid_until) == (
        name,
        valid_from,
        valid_until,
    ):
        return latest.id or 0
    row = RulebookAdoption(
        rulebook=name, unit_id=unit_id, valid_from=valid_from, valid_until=valid_until, adopted_at=now,
        actor_id=actor_id,
    )  # fmt: skip
    session.add(row)
    session.flush()
    _note(session, "rulebook.adopt", row.id or 0, actor_id, now, name)
    return row.id or 0


def _note(session: Session, action: str, subject_id: int, actor_id: int | None, now: datetime, text: str) -> None:
    audit.record(
        session, action=action, subject="rulebook", subject_id=subject_id, actor_id=actor_id, now=now,
        fields={"rulebook": ("", text)},
    )  # fmt: skip
