"""The tree of units: paths and counted levels, kept level with parents."""

from sqlalchemy import select, update
from sqlmodel import Session, col

from storage.errors import RuleBroken
from storage.people.rules import Level
from storage.people.tables import Unit


def renumber_tree(session: Session) -> None:
    """Set every unit's `path` (ids from the root) and `counted_level` from its parents; writes only what changed.

    Errors: RuleBroken when a unit lies, through others, below itself.
    """
    session.flush()
    columns = (col(Unit.id), col(Unit.parent_id), col(Unit.level), col(Unit.path), col(Unit.counted_level))
    rows = session.execute(select(*columns)).all()
    parents = {unit_id: parent for unit_id, parent, *_ in rows}
    levels = {unit_id: level for unit_id, _, level, *_ in rows}
    paths: dict[int | None, str] = {None: "/"}
    counted: dict[int | None, str] = {None: ""}

    def settle(unit_id: int | None) -> None:
        chain = []
        while unit_id not in paths:
            if unit_id in chain:
                raise RuleBroken("单位的上下级关系成环，请更正上级单位。")
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
