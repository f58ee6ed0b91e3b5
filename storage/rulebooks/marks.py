"""Marks of what planning has seen, so that an unchanged record costs one look."""

from sqlmodel import Session

from storage.rulebooks.tables import PlanningMark


def mark_moved(session: Session, name: str, value: str) -> bool:
    """Set a mark; whether it stood elsewhere before."""
    mark = session.get(PlanningMark, name)
    if mark is None:
        session.add(PlanningMark(name=name, value=value))
    elif mark.value == value:
        return False
    else:
        mark.value = value
        session.add(mark)
    session.flush()
    return True
