"""Standard answers (标准答复): given first to the same question, within the asker's rights, and how they are shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from knowledge.library import Library, Period
from knowledge.same_question import NEAR, alikeness, question_key
from knowledge.wording import source_of
from storage.database import Database
from storage.documents.queries import DocumentFacts, documents_for
from storage.documents.rules import Audience, Standing
from storage.enquiries.queries import StandardView, standard_answer, visible_keys
from storage.enquiries.rules import is_overdue
from storage.errors import NotFound


@dataclass(frozen=True)
class Standard:
    """A standard answer for somebody, with the document it rests on and that document's standing then."""

    view: StandardView
    document: DocumentFacts | None
    standing: str


def look_up(
    database: Database, library: Library, question: str, *, audience: Audience, period: Period
) -> tuple[Standard | None, StandardView | None]:
    """The standard answer to this very question, or else the one to the nearest; each only if it may be given.

    One that rests on a document which is not in use, not in force or not for this audience any more keeps silent.
    """
    key = question_key(question)
    if not key:
        return None, None
    with database.reading() as session:
        known = visible_keys(session, audience=audience)
        own = [one for one in known if one[2] in audience.units]
        for number, _, _ in [one for one in (*own, *known) if one[1] == key][:5]:
            found = _standing(standard_answer(session, number, audience=audience), library, audience, period)
            if found is not None:
                return found, None
        near = _nearest(key, known)
        if near is None:
            return None, None
        view = standard_answer(session, near, audience=audience)
    return None, view if _standing(view, library, audience, period) else None


def _standing(view: StandardView, library: Library, audience: Audience, period: Period) -> Standard | None:
    if view.stale:
        return None
    if view.basis is None:
        return Standard(view, None, "")
    standing = library.view(audience, period).documents.get(view.basis.document_id)
    return Standard(view, library.documents[view.basis.document_id], standing) if standing else None


def _nearest(key: str, known: Sequence[tuple[int, str, int]]) -> int | None:
    scored = [(alikeness(key, other), number) for number, other, _ in known]
    best = max(scored, default=(0.0, 0))
    return best[1] if best[0] >= NEAR else None


def standard_text(found: Standard, source: str, today: date) -> str:
    """The reply: the answer, what it rests on, whose it is and when it is looked at again."""
    view = found.view
    lines = [view.answer]
    if view.basis:
        lines += [f"依据：{view.basis.quote}", f"——{source}"]
    return "\n".join([*lines, said_by(view, today)])


def said_by(view: StandardView, today: date) -> str:
    """标准答复, its owner and review date in one line."""
    day = view.review_on
    late = "，已过复核日期，请注意核实" if is_overdue(day, today) else ""
    return f"【标准答复】由{view.unit}{view.owner}负责，复核日期{day.year}年{day.month}月{day.day}日{late}。"


def shown_by_id(session: Session, answer_id: int, *, audience: Audience, today: date) -> str:
    """The reply behind a button for this audience. NotFound where it may not, or no longer, be given."""
    view = standard_answer(session, answer_id, audience=audience)
    if view.basis is None:
        return standard_text(Standard(view, None, ""), "", today)
    documents = {one.id: one for one in documents_for(session, audience=audience)}
    document = documents.get(view.basis.document_id)
    if view.stale or document is None or document.standing == Standing.SUPERSEDED:
        raise NotFound()
    source = source_of(document, view.basis.heading, document.standing)
    return standard_text(Standard(view, document, document.standing), source, today)
