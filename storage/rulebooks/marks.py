"""Marks of what planning has seen, so that an unchanged record costs one look."""

from sqlmodel import Session, select

from storage.rulebooks.tables import PlanningMark


class Marks:
    """Every mark, read at once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._marks = {mark.name: mark for mark in session.exec(select(PlanningMark))}

    def moved(self, name: str, value: str) -> bool:
        """Set a mark; whether it stood elsewhere before."""
        mark = self._marks.setdefault(name, PlanningMark(name=name, value=""))
        if mark.value == value:
            return False
        mark.value = value
        self._session.add(mark)
        self._session.flush()
        return True
