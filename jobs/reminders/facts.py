"""The columns every rule selects its facts as, so that obligations can be kept level with them in one statement."""

from typing import Any

from sqlalchemy import Date, Integer, String, cast, literal, null, select
from sqlmodel import col

from storage.findings.tables import Finding
from storage.instants import Instant
from storage.talks.rules import TalkStatus
from storage.talks.tables import Talk, TalkSubject


def facts(
    *,
    ref_id: Any,
    unit_id: Any,
    period: Any = None,
    person_id: Any = None,
    talk_id: Any = None,
    finding_id: Any = None,
    base_on: Any = None,
    base_at: Any = None,
) -> Any:
    """A select of the columns of `storage.duties.actions.COLUMNS`; what is not given is empty."""
    return select(
        ref_id.label("ref_id"),
        (literal("") if period is None else cast(period, String)).label("period"),
        unit_id.label("unit_id"),
        _or_null(person_id, Integer()).label("person_id"),
        _or_null(talk_id, Integer()).label("talk_id"),
        _or_null(finding_id, Integer()).label("finding_id"),
        _or_null(base_on, Date()).label("base_on"),
        _or_null(base_at, Instant()).label("base_at"),
    )


def facts_of_finding(*, ref_id: Any = None, base_on: Any = None, base_at: Any = None) -> Any:
    """The same about a finding: in whose charge it is and whom it is about follow from it. `ref_id`: itself unless given."""
    return facts(
        ref_id=col(Finding.id) if ref_id is None else ref_id,
        unit_id=col(Finding.talking_unit_id),
        person_id=col(Finding.person_id),
        talk_id=col(Finding.talk_id),
        finding_id=col(Finding.id),
        base_on=base_on,
        base_at=base_at,
    )


def facts_of_planned_talks() -> Any:
    """The same about the talks that are planned and not recorded, with their first subject and their planned time."""
    subject = select(col(TalkSubject.person_id)).where(col(TalkSubject.talk_id) == col(Talk.id))
    first = subject.order_by(col(TalkSubject.id)).limit(1).correlate(Talk).scalar_subquery()
    return facts(
        ref_id=col(Talk.id),
        unit_id=col(Talk.talking_unit_id),
        person_id=first,
        talk_id=col(Talk.id),
        base_at=col(Talk.planned_at),
    ).where(col(Talk.status) == TalkStatus.PLANNED)


def _or_null(column: Any, kind: Any) -> Any:
    return cast(null(), kind) if column is None else column
