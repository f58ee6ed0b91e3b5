"""Who may see a talk: one condition a line, deny by default, absent and forbidden look the same.

Staff see talks whose talking unit lies in their subtree, never ones about themselves; the talker and the recorder see
their own; the subject sees date, place and mode always, and the record once it is issued.
"""

from sqlalchemy import ColumnElement, and_, false, or_
from sqlmodel import col, select

from storage.people.queries import within_any
from storage.people.rules import Actor
from storage.people.tables import Unit
from storage.talks.tables import Talk, TalkSubject


def is_subject(actor: Actor) -> ColumnElement[bool]:
    """The talk is about the actor."""
    return (
        select(TalkSubject.id)
        .where(col(TalkSubject.talk_id) == col(Talk.id), TalkSubject.person_id == actor.person_id)
        .correlate(Talk)
        .exists()
    )


def is_in_staff_subtree(actor: Actor) -> ColumnElement[bool]:
    """The talking unit lies in a subtree the actor is staff of."""
    if not actor.is_staff:
        return false()
    return col(Talk.talking_unit_id).in_(select(Unit.id).where(within_any(col(Unit.path), actor.staff_paths)))


def leads_or_records(actor: Actor) -> ColumnElement[bool]:
    """The actor is the talk's talker or its recorder."""
    return or_(col(Talk.talker_id) == actor.person_id, col(Talk.recorder_id) == actor.person_id)


def may_keep_record(actor: Actor) -> ColumnElement[bool]:
    """To correct or void the record and to name findings: talker, recorder or staff in charge; never the subject."""
    return and_(~is_subject(actor), or_(leads_or_records(actor), is_in_staff_subtree(actor)))


def may_call_off(actor: Actor) -> ColumnElement[bool]:
    """To call a planned talk off: its talker or the talker's liaison, or staff in charge; never the subject."""
    return and_(~is_subject(actor), or_(col(Talk.talker_id).in_(actor.acts_for), is_in_staff_subtree(actor)))


def may_read_record(actor: Actor) -> ColumnElement[bool]:
    """The full record: staff but not about themselves, the talker, the recorder, and the subject once it is issued."""
    return or_(
        and_(is_in_staff_subtree(actor), ~is_subject(actor)),
        leads_or_records(actor),
        and_(is_subject(actor), col(Talk.issued_at).is_not(None)),
    )


def may_see_talk(actor: Actor) -> ColumnElement[bool]:
    """Date, place and mode: whoever may read the record, and the subject from the start."""
    return or_(may_read_record(actor), is_subject(actor))
