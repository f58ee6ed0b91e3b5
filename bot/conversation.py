"""One turn: take a person's oldest waiting message, decide, act, reply; effect, reply and "handled" in one transaction.

A policy question is answered with no transaction open, then the turn runs again with the answer at hand. A crash before
the commit repeats the turn from the stored message; after it nothing is lost.
"""

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlmodel import Session

from bot.binding import PRIVATE_TEXT, greet_stranger
from bot.commands import BY_VERB
from bot.commands.declaration import Acted, Asked, BeginForm
from bot.form_titles import title_of
from bot.form_turns import FormDesk, FormOutcome
from bot.forms import FORMS
from bot.messages import IncomingMessage, read_message
from bot.questions import Desk, answer_body, answer_for
from bot.router import CommandTurn, FormTurn, QuestionTurn, ResumeTurn, Turn, UselessTurn, command_meant, decide
from storage.conversations.actions import mark_handled
from storage.conversations.queries import FormState, StoredMessage, claim_message, waiting_messages
from storage.database import Database
from storage.errors import NotFound, TanhuaError
from storage.faults import may_pass
from storage.instants import shanghai_date
from storage.outbox.actions import put
from storage.outbox.body import Body, Choice
from storage.outbox.rules import MessageKind
from storage.people.queries import actor_for
from storage.people.rules import Actor

if TYPE_CHECKING:
    from knowledge.answering import Answer
    from knowledge.proposing import Unread

log = logging.getLogger("tanhua.conversation")
FAILED_TEXT = "这条消息没能处理，已通知管理员。请稍后再试，或换一种说法。"


@dataclass
class TurnResult:
    """What a turn says and to whom. Nothing is done yet where something must be found out first: the answer to
    `question`, or what `unread` may mean; nor where it was `refused` with a reason."""

    replies: list[Body] = field(default_factory=list)
    notices: list[tuple[int, Body]] = field(default_factory=list)
    question: str = ""
    unread: "Unread | None" = None
    refused: str = ""
    person_id: int | None = None


@dataclass(frozen=True)
class FoundOut:
    """What an earlier try at the same turn found out: an answer, a proposal, or why it was refused."""

    answer: "Answer | None" = None
    proposal: Mapping[str, Any] | None = None
    refused: str = ""


@dataclass(frozen=True)
class Conversation:
    """The bot's dialogue over one database: `work()` handles what waits.

    `propose`: what a chat model makes of a sentence the grammar could not read; None without a model.
    """

    database: Database
    desk: Desk
    clock: Callable[[], datetime]
    data: Path
    propose: "Callable[[Unread], Mapping[str, Any]] | None" = None

    def work(self, *, skip: Collection[str] = ()) -> int:
        """Handle every waiting message, queue by queue in order; gives how many were handled."""
        handled = 0
        while True:
            with self.database.reading() as session:
                waiting = waiting_messages(session, skip=skip)
            done = sum(self.handle(message) for message in waiting)
            handled += done
            if not done:
                return handled

    def handle(self, message: StoredMessage) -> bool:
        """Take the turn of one stored message; False when somebody else took it.

        Errors: those of a disk or database in trouble; the message stays as it is and its turn comes again.
        """
        try:
            return self._handle(message)
        except Exception as error:
            if may_pass(error):
                raise
            log.exception("turn failed", extra={"action": "turn.failed", "message_id": message.id})
            return self._apologise(message)

    def _handle(self, message: StoredMessage) -> bool:
        """Try the turn; what it needs from outside is found with no transaction open, then it is tried again."""
        known = FoundOut(proposal=None if self.propose else {})
        while True:
            with self.database.transaction(patient=True) as session:
                claimed = claim_message(session, message.id)
                if claimed is None:
                    return False
                result = self._turn(session, claimed, known)
                if not (result.question or result.unread or result.refused):
                    self._finish(session, claimed, result)
                    return True
                session.rollback()
            known = self._find_out(message, result, known)

    def _find_out(self, message: StoredMessage, result: TurnResult, known: FoundOut) -> FoundOut:
        if result.refused:
            return replace(known, refused=result.refused)
        if result.unread is not None:
            assert self.propose is not None, "asked only where there is a model"
            return replace(known, proposal=self.propose(result.unread))
        return replace(known, answer=self._answer(message, result.question))

    def _answer(self, message: StoredMessage, question: str) -> "Answer":
        now = self.clock()
        with self.database.reading() as session:
            assert message.person_id is not None, "strangers' questions are not answered"
            actor = actor_for(session, message.person_id, shanghai_date(now))
        return answer_for(self.desk, question, actor, shanghai_date(now))

    def _turn(self, session: Session, stored: StoredMessage, known: FoundOut) -> TurnResult:
        now = self.clock()
        message = read_message(stored.channel, stored.account, stored.body)
        if not message.private:
            return TurnResult([Body(PRIVATE_TEXT)])
        if stored.person_id is None:
            body, person_id = greet_stranger(session, message, now=now)
            return TurnResult([body], person_id=person_id)
        actor = actor_for(session, stored.person_id, shanghai_date(now))
        return _PersonTurn(session, actor, now, self.data, known).take(message)

    def _finish(self, session: Session, stored: StoredMessage, result: TurnResult) -> None:
        now = self.clock()
        person_id = result.person_id or stored.person_id
        for number, body in enumerate(result.replies):
            put(
                session,
                key=f"reply:{stored.id}:{number}",
                body=body,
                kind=MessageKind.REPLY,
                now=now,
                person_id=person_id,
                channel=stored.channel,
                account=stored.account,
            )
        for number, (person, body) in enumerate(result.notices):
            put(
                session,
                key=f"notice:{stored.id}:{number}:{person}",
                body=body,
                kind=MessageKind.NOTICE,
                now=now,
                person_id=person,
            )
        mark_handled(session, stored.id, now=now, person_id=person_id)

    def _apologise(self, stored: StoredMessage) -> bool:
        with self.database.transaction() as session:
            claimed = claim_message(session, stored.id)
            if claimed is None:
                return False
            self._finish(session, claimed, TurnResult([Body(FAILED_TEXT)]))
            return True


@dataclass(frozen=True)
class _PersonTurn:
    session: Session
    actor: Actor
    now: datetime
    data: Path
    known: FoundOut

    def take(self, message: IncomingMessage) -> TurnResult:
        forms = FormDesk(self.session, self.actor, self.now, self.data, self.known.proposal)
        retired, state = forms.close_retired(), forms.open_form()
        if self.known.refused:
            refused = self._then_ask_again([Body(self.known.refused)], forms, state)
            return TurnResult([*retired, *refused])
        named = state is not None and forms.names_option(state, message.text)
        turn = decide(
            message, has_open_form=state is not None, has_paused=bool(forms.paused_forms()), names_option=named
        )
        try:
            result = self._carry_out(turn, message, forms, state)
        except TanhuaError as error:
            return TurnResult(refused=error.message)
        result.replies[:0] = retired
        return result

    def _carry_out(self, turn: Turn, message: IncomingMessage, forms: FormDesk, state: FormState | None) -> TurnResult:
        if isinstance(turn, FormTurn):
            return self._form(turn, message, forms, state)
        if isinstance(turn, ResumeTurn):
            return self._resume(turn, forms, state)
        if isinstance(turn, CommandTurn):
            return self._command(turn, message, forms, state)
        if isinstance(turn, QuestionTurn):
            return self._question(turn.text, forms, state)
        assert isinstance(turn, UselessTurn)
        return TurnResult(self._then_ask_again([Body(turn.reason)], forms, state))

    def _form(self, turn: FormTurn, message: IncomingMessage, forms: FormDesk, state: FormState | None) -> TurnResult:
        if state is None or (turn.form_id and turn.form_id != state.id and turn.choice):
            return self._stale_tap(turn, forms, state)
        outcome = forms.turn(state, turn, message)
        if outcome.unread is not None:
            return TurnResult(unread=outcome.unread)
        if not outcome.question:
            return TurnResult(outcome.replies, outcome.notices)
        aside = self._aside(outcome.question, message)
        return TurnResult(question=outcome.question) if aside is None else TurnResult([*aside, *outcome.replies])

    def _aside(self, text: str, message: IncomingMessage) -> list[Body] | None:
        """What is said to a question in the middle of a form: a list or an answer; None: it must be answered first."""
        verb = command_meant(text)
        if not verb:
            return None if self.known.answer is None else [self._answer_body(text, self.known.answer)]
        command = BY_VERB[verb]
        result = command.run(self._asked(message))
        if isinstance(result, BeginForm | Acted):
            choice = Choice(verb, command.title)
            return [Body(f"要办理“{command.title}”请点下面的按钮，正在填的内容会先暂存。", (choice,))]
        return list(result)

    def _asked(self, message: IncomingMessage, argument: str = "") -> Asked:
        return Asked(self.session, self.actor, self.now, self.data, argument, message.text)

    def _stale_tap(self, turn: FormTurn, forms: FormDesk, state: FormState | None) -> TurnResult:
        paused = next((one for one in forms.paused_forms() if one.id == turn.form_id), None)
        if paused is not None:
            choices = (Choice(f"resume:{paused.id}", "继续填写"),)
            told = Body(f"“{FORMS[paused.form].title}”已暂存。", choices)
            return TurnResult(self._then_ask_again([told], forms, state))
        return TurnResult(self._then_ask_again([Body("这个按钮已经用过，没有重复办理。")], forms, state))

    def _resume(self, turn: ResumeTurn, forms: FormDesk, state: FormState | None) -> TurnResult:
        paused = forms.paused_forms()
        if state is not None and turn.form_id == state.id:
            return TurnResult([forms.ask_again(state)])
        if turn.form_id:
            chosen = next((one for one in paused if one.id == turn.form_id), None)
            if chosen is None:
                raise NotFound("这次填报已经办结或取消。")
            return _from_forms(forms.resume(chosen))
        if not paused:
            return TurnResult([Body("没有填到一半的事项。回复“帮助”查看可以办理的事项。", (Choice("help", "帮助"),))])
        if len(paused) == 1:
            return _from_forms(forms.resume(paused[0]))
        choices = tuple(Choice(f"resume:{one.id}", title_of(one, self.now)) for one in paused[:12])
        return TurnResult([Body("有几项没有填完，接着填哪一项？", choices)])

    def _command(
        self, turn: CommandTurn, message: IncomingMessage, forms: FormDesk, state: FormState | None
    ) -> TurnResult:
        result = BY_VERB[turn.verb].run(self._asked(message, turn.argument))
        if isinstance(result, BeginForm):
            begun = forms.begin(result.form, result.known, said=turn.said, fresh=result.fresh, sure=turn.sure)
            return _from_forms(begun)
        if isinstance(result, Acted):
            return TurnResult(self._then_ask_again(result.replies, forms, state), result.notices)
        replies = list(result)
        if not turn.sure and replies:
            last = replies[-1]
            replies[-1] = Body(last.text, (*last.choices, Choice("help", "不是这个意思")), last.files)
        return TurnResult(self._then_ask_again(replies, forms, state))

    def _question(self, text: str, forms: FormDesk, state: FormState | None) -> TurnResult:
        if self.known.answer is None:
            return TurnResult(question=text)
        return TurnResult(self._then_ask_again([self._answer_body(text, self.known.answer)], forms, state))

    def _answer_body(self, text: str, answer: "Answer") -> Body:
        return answer_body(self.session, text, answer, self.actor, now=self.now)

    def _then_ask_again(self, replies: list[Body], forms: FormDesk, state: FormState | None) -> list[Body]:
        """A form that was interrupted asks its question again."""
        return replies if state is None else [*replies, forms.ask_again(state)]


def _from_forms(outcome: FormOutcome) -> TurnResult:
    return TurnResult(outcome.replies, outcome.notices)
