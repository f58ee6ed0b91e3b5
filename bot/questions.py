"""Policy questions: answered with no transaction open, logged with their citations."""

import json
from dataclasses import asdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol

from sqlmodel import Session

from bot.router import command_meant
from storage.conversations.actions import log_question
from storage.documents.rules import Audience, audience_for
from storage.outbox.body import Body, Choice
from storage.people.rules import Actor

if TYPE_CHECKING:
    from knowledge.answering import Answer


class Desk(Protocol):
    """What answers policy questions."""

    def answer(self, question: str, *, audience: Audience, on_date: date) -> "Answer":
        """The answer for somebody with this audience."""


def answer_for(desk: Desk, question: str, actor: Actor | None, on_date: date) -> "Answer":
    """The answer to a person's question, within their rights."""
    return desk.answer(question, audience=audience_for(actor), on_date=on_date)


def answer_body(session: Session, question: str, answer: "Answer", actor: Actor, *, now: datetime) -> Body:
    """The answer as a message, logged; a misplaced command offers the command itself."""
    citations = json.dumps([asdict(citation) for citation in answer.citations], ensure_ascii=False)
    log_question(
        session,
        person_id=actor.person_id,
        question=question,
        kind=answer.kind,
        answer=answer.text,
        citations=citations,
        now=now,
    )
    choices: tuple[Choice, ...] = ()
    if answer.kind == "command":
        verb = command_meant(question) or "help"
        choices = (Choice(verb, "去办理"),)
    return Body(answer.text, choices)
