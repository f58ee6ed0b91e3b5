"""A turn of a form against the database: load, advance, save, and on submit call the form's one action."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from bot.form_engine import (
    Act,
    Attached,
    Event,
    FormProgress,
    Surroundings,
    advance,
    carry_over,
    first_question,
    next_missing,
)
from bot.form_fields import FieldKind, Form, FormField, Option, Submission
from bot.form_reading import Fact, date_fact
from bot.forms import FORMS
from bot.messages import IncomingMessage
from bot.rendering import form_body
from bot.router import FormTurn
from storage.attachments.actions import register_attachment
from storage.conversations.actions import begin_form, save_form
from storage.conversations.queries import FormState, form_sessions
from storage.conversations.rules import FormStatus
from storage.errors import TanhuaError
from storage.instants import shanghai_date
from storage.outbox.body import Body, Choice
from storage.people.rules import Actor

FIELD_DAYS = {"today": 0, "yesterday": 1}


@dataclass
class FormOutcome:
    """What a form turn says: replies, notices to others, and a question that must be answered first, if any."""

    replies: list[Body] = field(default_factory=list)
    notices: list[tuple[int, Body]] = field(default_factory=list)
    question: str = ""


@dataclass(frozen=True)
class FormDesk:
    """Forms of one person in one transaction."""

    session: Session
    actor: Actor
    now: datetime

    def open_form(self) -> FormState | None:
        """The person's open form, if any."""
        return next(iter(form_sessions(self.session, self.actor.person_id, FormStatus.OPEN)), None)

    def paused_forms(self) -> list[FormState]:
        """The person's paused forms, the one touched last first."""
        return form_sessions(self.session, self.actor.person_id, FormStatus.PAUSED)

    def begin(self, name: str, known: str = "", value: Any = None) -> FormOutcome:
        """Begin a form, perhaps with one answer known; or say why it cannot be begun."""
        form = FORMS[name]
        answers: dict[str, Any] = {}
        if known and value is not None:
            label = self._label_of(form, known, value)
            if label is None:
                return FormOutcome([Body("这一项已经办结，或不在您的办理范围内。")])
            answers = {known: {"v": value, "s": label}}
        if problem := form.permitted(self.session, self.actor, answers, self.now):
            return FormOutcome([Body(problem)])
        before = self.open_form()
        state = begin_form(
            self.session,
            person_id=self.actor.person_id,
            form=name,
            version=form.version,
            now=self.now,
            answers=answers,
        )
        progress = first_question(form, answers)
        notes = (f"“{FORMS[before.form].title}”已暂存，稍后回复“继续”可以接着填。",) if before else ()
        opening = tuple(f"{form.field(key).label}：{answer['s']}" for key, answer in answers.items())
        self._save(form, state, progress, FormStatus.OPEN)
        return FormOutcome([self._asking(form, state, progress, (*notes, *opening))])

    def _label_of(self, form: Form, name: str, value: Any) -> str | None:
        options = self._options(form, form.field(name), {name: {"v": value, "s": ""}})
        return next((option.label for option in options if option.value == value), None)

    def ask_again(self, state: FormState, notes: tuple[str, ...] = ()) -> Body:
        """The open form's present question once more."""
        form, progress, carried = self._load(state)
        return self._asking(form, state, progress, (*carried, *notes), step=state.step)

    def resume(self, state: FormState) -> FormOutcome:
        """Go on with a form that was paused, at the question it was left at."""
        from storage.conversations.actions import resume_form

        resume_form(self.session, person_id=self.actor.person_id, form_id=state.id, now=self.now)
        form, progress, carried = self._load(state)
        self._save(form, state, progress, FormStatus.OPEN)
        return FormOutcome([self._asking(form, state, progress, (*carried, f"接着填“{form.title}”。"))])

    def turn(self, state: FormState, turn: FormTurn, message: IncomingMessage) -> FormOutcome:
        """One turn of the open form."""
        form, progress, carried = self._load(state)
        if turn.choice and (turn.form_id, turn.step) != (state.id, state.step):
            note = "这个按钮属于前面的步骤，已经用过。"
            return FormOutcome([self._asking(form, state, progress, (note,), step=state.step)])
        options = self._present_options(form, progress)
        around = Surroundings(shanghai_date(self.now), tuple(options), self._due(form, progress))
        step = advance(form, progress, self._event(turn, message), around)
        notes = (*carried, *message.refused, *step.notes)
        if step.act is Act.QUESTION:
            return FormOutcome(question=turn.text)
        if step.act is Act.CANCELLED:
            self._save(form, state, step.progress, FormStatus.CANCELLED)
            return FormOutcome([Body(f"已放弃“{form.title}”，没有提交任何内容。", self._leftovers(state))])
        if step.act is Act.PAUSE:
            self._save(form, state, step.progress, FormStatus.PAUSED)
            resume = (Choice(f"resume:{state.id}", "继续填写"),)
            return FormOutcome([Body(f"“{form.title}”已暂存，随时回复“继续”接着填。", resume)])
        if step.act is Act.SUBMIT:
            return self._submit(form, state, step.progress)
        self._save(form, state, step.progress, FormStatus.OPEN)
        return FormOutcome([self._asking(form, state, step.progress, notes)])

    def _event(self, turn: FormTurn, message: IncomingMessage) -> Event:
        files = tuple(
            Attached(register_attachment(self.session, file, owner_id=self.actor.person_id, now=self.now), file.name)
            for file in message.files
        )
        return Event(turn.text, turn.choice, files)

    def _load(self, state: FormState) -> tuple[Form, FormProgress, tuple[str, ...]]:
        form = FORMS[state.form]
        progress = FormProgress(dict(state.answers), state.history, state.asked)
        if state.version == form.version:
            return form, progress, ()
        return form, carry_over(form, progress), ("表单已更新，已填的内容为您保留。",)

    def _submit(self, form: Form, state: FormState, progress: FormProgress) -> FormOutcome:
        submission = Submission(self.session, self.actor, progress.answers, state.id, self.now)
        try:
            with self.session.begin_nested():
                done = form.submit(submission)
        except TanhuaError as error:
            self._save(form, state, progress, FormStatus.OPEN)
            return FormOutcome([self._asking(form, state, progress, (f"没有提交：{error.message}",))])
        self._save(form, state, progress, FormStatus.SUBMITTED)
        reply = Body(done.reply.text, (*done.reply.choices, *self._leftovers(state)), done.reply.files)
        return FormOutcome([reply], list(done.notices))

    def _leftovers(self, state: FormState) -> tuple[Choice, ...]:
        return tuple(
            Choice(f"resume:{paused.id}", f"继续填写：{FORMS[paused.form].title}")
            for paused in self.paused_forms()
            if paused.id != state.id and paused.form in FORMS
        )[:3]

    def _asking(
        self, form: Form, state: FormState, progress: FormProgress, notes: tuple[str, ...], step: int | None = None
    ) -> Body:
        if progress.asked in {one.name for one in form.fields}:
            asked = form.field(progress.asked)
            options = self._options(form, asked, progress.answers)
            if asked.kind is FieldKind.CHOICE and not options:
                notes = (*notes, asked.nothing)
        else:
            options = []
        return form_body(form, progress, options, state.id, state.step + 1 if step is None else step, notes)

    def _present_options(self, form: Form, progress: FormProgress) -> list[Option]:
        missing = next_missing(form, progress.answers)
        name = progress.asked or (missing.name if missing else "")
        if name not in {one.name for one in form.fields}:
            return []
        return self._options(form, form.field(name), progress.answers)

    def _options(self, form: Form, asked: FormField, answers: dict[str, Any]) -> list[Option]:
        if asked.options is not None:
            return asked.options(self.session, self.actor, answers, self.now)
        if asked.kind is not FieldKind.DATE:
            return list(asked.quick)
        today = shanghai_date(self.now)
        facts = [date_fact(today - timedelta(days=FIELD_DAYS[str(one.value)]), asked, today) for one in asked.quick]
        return [
            Option(fact.value, fact.shown) if isinstance(fact, Fact) else one
            for one, fact in zip(asked.quick, facts, strict=True)
        ]

    def _due(self, form: Form, progress: FormProgress) -> Any:
        for one in form.fields:
            if one.due is not None:
                return one.due(self.session, progress.answers)
        return None

    def _save(self, form: Form, state: FormState, progress: FormProgress, status: FormStatus) -> None:
        save_form(
            self.session,
            state.id,
            answers=progress.answers,
            history=progress.history,
            asked=progress.asked,
            step=state.step + 1,
            status=status,
            now=self.now,
            version=form.version,
        )
