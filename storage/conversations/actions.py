"""Storing what comes in once, keeping forms in progress, logging questions. Always in the caller's transaction."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Integer, Update, bindparam, func, update
from sqlmodel import Session, col

from storage.conversations.queries import FormState, form_state
from storage.conversations.rules import FormStatus
from storage.conversations.tables import FormSession, QuestionLog, ReceivedMessage
from storage.database import insert_new, inserted


def store_message(
    session: Session,
    *,
    channel: str,
    external_id: str,
    account: str,
    person_id: int | None,
    body: str,
    now: datetime,
) -> bool:
    """Store one incoming message; False when (channel, external id) was stored before: a repeat, to be ignored."""
    row = message_row(
        channel=channel, external_id=external_id, account=account, person_id=person_id, body=body, now=now
    )
    return bool(insert_new(session, ReceivedMessage, [row]))


def message_row(
    *, channel: str, external_id: str, account: str, person_id: int | None, body: str, now: datetime
) -> dict[str, Any]:
    """The column values of one incoming message, for `store_messages`."""
    return {
        "channel": channel,
        "external_id": external_id,
        "account": account,
        "person_id": person_id,
        "received_at": now,
        "body": body,
    }


def store_messages(session: Session, rows: Sequence[Mapping[str, Any]]) -> set[str]:
    """Store messages of one channel in their order; the external ids of those that were not there before."""
    return set(inserted(session, ReceivedMessage, rows, col(ReceivedMessage.external_id)))


def mark_handled(session: Session, message_id: int, *, now: datetime, person_id: int | None = None) -> None:
    """The message's turn is done, in the same transaction as its effect."""
    session.connection().execute(_handling(), {"message": message_id, "now": now, "person": person_id})


@cache
def _handling() -> Update:
    person = func.coalesce(bindparam("person", type_=Integer()), col(ReceivedMessage.person_id))
    return (
        update(ReceivedMessage)
        .where(col(ReceivedMessage.id) == bindparam("message"))
        .values(handled_at=bindparam("now"), person_id=person)
    )


def begin_form(
    session: Session,
    *,
    person_id: int,
    form: str,
    version: int,
    now: datetime,
    answers: Mapping[str, Any] | None = None,
) -> FormState:
    """Begin a form with what is known already; a form that was open is paused, not lost."""
    session.execute(
        update(FormSession)
        .where(col(FormSession.person_id) == person_id, col(FormSession.status) == FormStatus.OPEN)
        .values(status=FormStatus.PAUSED, touched_at=now)
        .execution_options(synchronize_session=False)
    )
    row = FormSession(
        person_id=person_id,
        form=form,
        version=version,
        status=FormStatus.OPEN,
        answers=json.dumps(dict(answers or {}), ensure_ascii=False),
        started_at=now,
        touched_at=now,
    )
    session.add(row)
    session.flush()
    return form_state(row)


def save_form(
    session: Session,
    form_id: int,
    *,
    answers: Mapping[str, Any],
    history: Sequence[str],
    asked: str,
    step: int,
    status: FormStatus,
    now: datetime,
    version: int,
    outcome: str = "",
) -> None:
    """Keep a form's new state."""
    session.flush()
    values = {
        "answers": json.dumps(dict(answers), ensure_ascii=False),
        "history": json.dumps(list(history), ensure_ascii=False),
        "asked": asked,
        "step": step,
        "status": status,
        "touched_at": now,
        "nudges": 0,
        "version": version,
        "outcome": outcome,
    }
    session.connection().execute(_saving(), {"form_id": form_id, **values})


@cache
def _saving() -> Update:
    return update(FormSession).where(col(FormSession.id) == bindparam("form_id"))


def close_form(session: Session, form_id: int, *, outcome: str, now: datetime) -> None:
    """Close a form that cannot be gone on with; its answers stay, `outcome` says why."""
    session.execute(
        update(FormSession)
        .where(col(FormSession.id) == form_id)
        .values(status=FormStatus.CLOSED, outcome=outcome, touched_at=now)
        .execution_options(synchronize_session=False)
    )


def resume_form(session: Session, *, person_id: int, form_id: int, now: datetime) -> None:
    """Open a paused form again; another open one is paused."""
    session.execute(
        update(FormSession)
        .where(col(FormSession.person_id) == person_id, col(FormSession.status) == FormStatus.OPEN)
        .values(status=FormStatus.PAUSED)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(FormSession)
        .where(
            col(FormSession.id) == form_id,
            col(FormSession.person_id) == person_id,
            col(FormSession.status) == FormStatus.PAUSED,
        )
        .values(status=FormStatus.OPEN, touched_at=now)
        .execution_options(synchronize_session=False)
    )


def log_question(
    session: Session, *, person_id: int | None, question: str, kind: str, answer: str, citations: str, now: datetime
) -> int:
    """Keep a question with its answer; gives its id."""
    row = QuestionLog(
        person_id=person_id, asked_at=now, question=question, kind=kind, answer=answer, citations=citations
    )
    session.add(row)
    session.flush()
    return row.id or 0
