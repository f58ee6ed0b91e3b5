"""The tree of units: paths and counted levels, kept level with parents."""

from sqlalchemy import update
from sqlmodel import Session, select

from storage.people.rules import Level
from storage.people.tables import Unit


def renumber_tree(session: Session) -> None:
    """Set every unit's `path` (ids from the root) and `counted_level` from its parents; writes only what changed."""
    session.flush()
    rows = session.exec(select(Unit.id, Unit.parent_id, Unit.level, Unit.path, Unit.counted_level)).all()
    parents = {unit_id: parent for unit_id, parent, *_ in rows}
    levels = {unit_id: level for unit_id, _, level, *_ in rows}
    paths: dict[int | None, str] = {None: "/"}
    counted: dict[int | None, str] = {None: ""}

    def settle(unit_id: int | None) -> None:
        chain = []
        while unit_id not in paths:
            chain.append(unit_id)
            unit_id = parents[unit_id]
        for one in reversed(chain):
            above = parents[one]
            paths[one] = f"{paths[above]}{one}/"
            counted[one] = counted[above] if levels[one] == Level.DEPARTMENT else levels[one]

    for unit_id in parents:
        settle(unit_id)
    stale = [
        {"id": unit_id, "path": paths[unit_id], "counted_level": counted[unit_id]}
        for unit_id, _, _, path, level in rows
        if (path, level) != (paths[unit_id], counted[unit_id])
    ]
    if stale:
        session.execute(update(Unit), stale)
    session.expire_all()
