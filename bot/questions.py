"""Policy questions: answered with no transaction open, logged with their citations."""

import json
from dataclasses import asdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol

from sqlmodel import Session

from bot.router import command_meant
from storage.conversations.actions import log_question
from storage.documents.rules import Audience, audience_for
from storage.enquiries.rules import POLICY_KINDS
from storage.outbox.body import Body, Choice
from storage.people.rules import Actor

if TYPE_CHECKING:
    from knowledge.answering import Answer


LONGEST_LABEL = 40


class Desk(Protocol):
    """What answers policy questions."""

    def answer(self, question: str, *, audience: Audience, on_date: date) -> "Answer":
        """The answer for somebody with this audience."""


def answer_for(desk: Desk, question: str, actor: Actor | None, on_date: date) -> "Answer":
    """The answer to a person's question, within their rights."""
    return desk.answer(question, audience=audience_for(actor), on_date=on_date)


def answer_body(session: Session, question: str, answer: "Answer", actor: Actor, *, now: datetime) -> Body:
    """The answer as a message, logged, with what can be done next.

    A misplaced command offers the command itself; an answer asks whether it was of use, and where there is no basis
    the question can be passed to staff.
    """
    citations = json.dumps([asdict(citation) for citation in answer.citations], ensure_ascii=False)
    log_id = log_question(
        session,
        person_id=actor.person_id,
        question=question,
        kind=answer.kind,
        answer=answer.text,
        citations=citations,
        now=now,
    )
    if answer.kind == "command":
        return Body(answer.text, (Choice(command_meant(question) or "help", "去办理"),))
    if answer.kind not in POLICY_KINDS:
        return Body(answer.text)
    choices = [Choice(f"pass_on:{log_id}", "转给工作人员")] if answer.kind == "abstain" else []
    if answer.alike:
        near, asked = answer.alike
        choices.append(Choice(f"standard:{near}", f"相近的标准答复：{asked}"[:LONGEST_LABEL]))
    choices += [Choice(f"useful:{log_id}", "有用"), Choice(f"useless:{log_id}", "没用")]
    return Body(answer.text, tuple(choices))
