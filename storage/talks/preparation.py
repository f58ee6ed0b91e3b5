"""调研准备: what the talker sees to before a planned talk (M11), ticked item by item; the items are the rulebook's.

Seen and ticked by the talker, their liaison and staff over the talking unit; never by the subject.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, col, select

from storage import audit
from storage.errors import NotFound
from storage.instants import shanghai_date
from storage.people.queries import names_of
from storage.people.rules import Actor
from storage.rulebooks.queries import rulebooks_in_force
from storage.rulebooks.rules import PreparationItem
from storage.talks.access import is_in_staff_subtree, is_subject
from storage.talks.rules import TalkStatus
from storage.talks.tables import Preparation, Talk, TalkSubject


@dataclass(frozen=True)
class PreparedItem:
    """One item of a talk's checklist: by when it is due; when and by whom it was ticked, None and "" when not yet."""

    key: str
    name: str
    due_on: date
    done_on: date | None
    done_by: str


@dataclass(frozen=True)
class PreparationView:
    """The checklist of one planned talk."""

    talk_id: int
    subjects: tuple[str, ...]
    planned_at: datetime
    items: tuple[PreparedItem, ...]

    @property
    def open_items(self) -> tuple[PreparedItem, ...]:
        """What is still to be done."""
        return tuple(item for item in self.items if item.done_on is None)


def _may_prepare(actor: Actor) -> ColumnElement[bool]:
    return and_(
        ~is_subject(actor), or_(col(Talk.talker_id).in_(actor.acts_for), is_in_staff_subtree(actor)),
        col(Talk.status) == TalkStatus.PLANNED, col(Talk.planned_at).is_not(None),
    )  # fmt: skip


def preparations_of(session: Session, actor: Actor, *, now: datetime) -> list[PreparationView]:
    """The planned talks the actor, or an official they are liaison of, is to lead and has a checklist for, next first."""
    own = col(Talk.talker_id).in_(actor.acts_for)
    talks = session.exec(select(Talk).where(_may_prepare(actor), own).order_by(col(Talk.planned_at))).all()
    return _views(session, talks, now)


def preparation_of(session: Session, actor: Actor, talk_id: int, *, now: datetime) -> PreparationView:
    """The checklist of one planned talk. NotFound when it is not theirs, not planned, or has no checklist."""
    views = _views(session, session.exec(select(Talk).where(Talk.id == talk_id, _may_prepare(actor))).all(), now)
    if not views:
        raise NotFound("这次谈话没有待办的调研准备。")
    return views[0]


def tick(
    session: Session, *, talk_id: int, key: str, done: bool, actor: Actor, now: datetime
) -> PreparationView:  # fmt: skip
    """Tick an item of the checklist, or take the tick back; twice is once. NotFound for what is not on the list."""
    view = preparation_of(session, actor, talk_id, now=now)
    item = next((one for one in view.items if one.key == key), None)
    if item is None:
        raise NotFound("清单里没有这一项，请重新查看。")
    if (item.done_on is not None) == done:
        return view
    talk = session.get_one(Talk, talk_id)
    on_behalf = talk.talker_id if talk.talker_id != actor.person_id and talk.talker_id in actor.principals else None
    row = session.exec(select(Preparation).where(Preparation.talk_id == talk_id, Preparation.item == key)).first()
    if row is None:
        session.add(Preparation(talk_id=talk_id, item=key, at=now, actor_id=actor.person_id, on_behalf_of=on_behalf))
    else:
        session.delete(row)
    session.flush()
    view = preparation_of(session, actor, talk_id, now=now)
    talk.prepared_at = None if view.open_items else now
    session.add(talk)
    session.flush()
    audit.record(
        session, action="talk.prepare", subject="talk", subject_id=talk_id, actor_id=actor.person_id,
        on_behalf_of=on_behalf, now=now, fields={key: (not done, done)},
    )  # fmt: skip
    return view


def _views(session: Session, talks: Sequence[Talk], now: datetime) -> list[PreparationView]:
    ids = [talk.id or 0 for talk in talks]
    in_force = rulebooks_in_force(session, shanghai_date(now), {talk.talking_unit_id for talk in talks})
    ticked: dict[int, dict[str, Preparation]] = defaultdict(dict)
    for row in session.exec(select(Preparation).where(col(Preparation.talk_id).in_(ids))):
        ticked[row.talk_id][row.item] = row
    subjects: dict[int, list[int]] = defaultdict(list)
    for talk_id, person in session.exec(
        select(TalkSubject.talk_id, TalkSubject.person_id)
        .where(col(TalkSubject.talk_id).in_(ids))
        .order_by(col(TalkSubject.id))
    ):
        subjects[talk_id].append(person)
    known = {row.actor_id for rows in ticked.values() for row in rows.values()}
    names = names_of(session, known | {person for some in subjects.values() for person in some})
    views = []
    for talk in talks:
        items, rows, planned_at = (
            in_force.for_unit(talk.talking_unit_id).preparation,
            ticked[talk.id or 0],
            talk.planned_at,
        )
        if items and planned_at is not None:
            listed = tuple(_item(one, rows.get(one.key), planned_at, names) for one in items)
            people = tuple(names[person] for person in subjects[talk.id or 0])
            views.append(PreparationView(talk.id or 0, people, planned_at, listed))
    return views


def _item(
    item: PreparationItem, row: Preparation | None, planned_at: datetime, names: dict[int, str]
) -> PreparedItem:  # fmt: skip
    due = shanghai_date(planned_at) - timedelta(days=item.days)
    done_on, by = (None, "") if row is None else (shanghai_date(row.at), names[row.actor_id])
    return PreparedItem(item.key, item.name, due, done_on, by)
