"""A turn of a form against the database: load, advance, save, and on submit call the form's one action."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlmodel import Session

from bot.form_engine import advance
from bot.form_fields import FieldKind, Form, Option, Submission, Unfilled
from bot.form_prefilling import prefilled, presumed
from bot.form_progress import (
    PROPOSED,
    SAID,
    SUMMARY,
    Act,
    Attached,
    Event,
    FormProgress,
    Step,
    asked_field,
    carry_over,
    first_question,
)
from bot.form_proposals import unread_by_grammar, with_proposal
from bot.form_sources import FormSources
from bot.form_titles import gist, stands
from bot.forms import FORMS
from bot.messages import IncomingMessage
from bot.rendering import form_body
from bot.router import FormTurn, command_meant
from knowledge.proposing import Unread
from storage.attachments.actions import register_attachment
from storage.conversations.actions import begin_form, close_form, resume_form, save_form
from storage.conversations.queries import FormState, form_sessions
from storage.conversations.rules import FormStatus
from storage.errors import NotFound, TanhuaError
from storage.outbox.body import Body, Choice
from storage.people.rules import Actor

REASONS = frozenset(["出差", "外出", "休假", "请假", "逾期"])
"""Names of commands that are reasons where a text is asked for: 出差 in answer to 为什么."""
RETIRED = "“{name}”这张表单已停用，没有提交；已填的内容保留在记录里，需要时请联系工作人员。"


@dataclass
class FormOutcome:
    """What a form turn says: replies, notices to others; and what must be found out first, if anything: the answer to
    a question, or what a sentence the grammar could not read may mean."""

    replies: list[Body] = field(default_factory=list)
    notices: list[tuple[int, Body]] = field(default_factory=list)
    question: str = ""
    unread: Unread | None = None


@dataclass(frozen=True)
class FormDesk:
    """Forms of one person in one transaction, as they stood when it began.

    `proposal`: what a model made of this turn's text; None where none was asked.
    """

    session: Session
    actor: Actor
    now: datetime
    data: Path
    proposal: Mapping[str, Any] | None = None

    @cached_property
    def _sources(self) -> FormSources:
        return FormSources(self.session, self.actor, self.now, self.data)

    @cached_property
    def in_progress(self) -> list[FormState]:
        """The person's forms in progress, open and paused, the one touched last first."""
        return form_sessions(self.session, self.actor.person_id, FormStatus.OPEN, FormStatus.PAUSED)

    def open_form(self) -> FormState | None:
        """The person's open form, if any."""
        return next(iter(self._known(FormStatus.OPEN)), None)

    def paused_forms(self) -> list[FormState]:
        """The person's paused forms, the one touched last first."""
        return self._known(FormStatus.PAUSED)

    def _known(self, status: FormStatus) -> list[FormState]:
        return [state for state in self.in_progress if state.status == status and state.form in FORMS]

    def close_retired(self) -> list[Body]:
        """Close what is in progress of a form that no longer exists, answers kept; what to say about it."""
        gone = [state for state in self.in_progress if state.form not in FORMS]
        for state in gone:
            close_form(self.session, state.id, outcome="表单已停用", now=self.now)
        return [Body(RETIRED.format(name=state.form)) for state in gone]

    def begin(
        self,
        name: str,
        known: Mapping[str, Any] | None = None,
        *,
        said: str = "",
        fresh: bool = False,
        sure: bool = True,
    ) -> FormOutcome:
        """Begin a form, perhaps with answers known and facts in a sentence; or say why it cannot be begun.

        The same form open or paused is gone on with, or asked about, unless `fresh`. `sure` False: it was a guess.
        """
        form, answers, before = FORMS[name], dict[str, Any](), self.open_form()
        for key, value in (known or {}).items():
            answers[key] = {"v": value, "s": ""}
            label = self._sources.label_of(form, key, answers)
            if label is None:
                return self._not_begun("这一项已经办结，或不在您的办理范围内。", before)
            answers[key]["s"] = label
        if problem := form.permitted(self._sources.situation(answers)):
            return self._not_begun(problem, before)
        if not fresh and (going_on := self._going_on(form, before, known or {})):
            return going_on
        state = begin_form(
            self.session, person_id=self.actor.person_id, form=name, version=form.version, now=self.now, answers=answers
        )
        progress, notes = prefilled(self._sources, form, first_question(form, answers), said)
        progress = presumed(self._sources, form, progress)
        if before:
            notes = (f"“{FORMS[before.form].title}”已暂存，稍后回复“继续”可以接着填。", *notes)
        opening = tuple(f"{form.field(key).label}：{answer['s']}" for key, answer in answers.items())
        self._save(form, state, progress, FormStatus.OPEN)
        opening = () if progress.asked == SUMMARY else opening  # the summary says it all
        body = self._asking(form, state, progress, (*notes, *opening))
        if not sure:
            drop = Choice(f"f:{state.id}:{state.step + 1}:drop", "不是这个意思")
            body = Body(body.text, (*body.choices, drop), body.files)
        return FormOutcome([body])

    def _not_begun(self, why: str, before: FormState | None) -> FormOutcome:
        """Why a form cannot be begun; one that is open asks its question again."""
        return FormOutcome([Body(why), *([self.ask_again(before)] if before else [])])

    def _going_on(self, form: Form, before: FormState | None, known: Mapping[str, Any]) -> FormOutcome | None:
        """The same form already open is asked again; a paused one is gone on with, or asked about."""

        def same(state: FormState) -> bool:
            given = {key: state.answers.get(key, {}).get("v") for key in known}
            return state.form == form.name and given == dict(known)

        if before and same(before):
            return FormOutcome([self.ask_again(before, ("正在填写这一项。要从头填写，请回复“重新填写”。",))])
        present = (Choice(f"resume:{before.id}", f"回到“{FORMS[before.form].title}”"),) if before else ()
        paused = [state for state in self.paused_forms() if same(state)]
        if not paused:
            return None
        if known:
            return self.resume(paused[0])
        choices = (
            *(
                Choice(f"resume:{state.id}", f"接着填：{gist(form, state)}（{stands(form, state, self.now)}）")
                for state in paused[:4]
            ),
            Choice(f"fresh:{form.name}", "另填一份"),
            *present,
        )
        return FormOutcome([Body(f"上次的“{form.title}”还没有填完，接着填还是另填一份？", choices)])

    def names_option(self, state: FormState, text: str) -> bool:
        """Whether `text` is word for word an option of what the form asks now, or a plain reason where a text is asked."""
        form, progress, _ = self._load(state)
        asked = asked_field(form, progress)
        if not text.strip() or asked is None:
            return False
        words = text.strip()
        if asked.kind is FieldKind.TEXT and words in REASONS:
            return True
        return any(words == one.label or words in one.also for one in self._sources.options(asked, progress.answers))

    def ask_again(self, state: FormState, notes: tuple[str, ...] = ()) -> Body:
        """The open form's present question once more."""
        form, progress, carried = self._load(state)
        if not carried:
            return self._asking(form, state, progress, notes, step=state.step)
        self._save(form, state, progress, FormStatus.OPEN)  # what is shown now is what the next tap answers
        return self._asking(form, state, progress, (*carried, *notes))

    def resume(self, state: FormState) -> FormOutcome:
        """Go on with a form that was paused, at the question it was left at."""
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
        around = self._sources.surroundings(form, progress)
        step, unread = advance(form, progress, self._event(turn, message), around), None
        step = replace(step, progress=presumed(self._sources, form, step.progress))
        if step.unread and turn.text.strip() not in REASONS and command_meant(turn.text):
            # no answer, but another matter: it is seen to as an aside
            step = Step(step.progress, Act.QUESTION)
        notes = (*carried, *message.refused, *step.notes)
        if step.unread:
            unread = unread_by_grammar(form, step.progress, turn.text, around.today)
            proposed = with_proposal(form, step.progress, self.proposal, around) if unread and self.proposal else None
            step = step if proposed is None else Step(proposed, Act.ASK)
            notes = notes if proposed is None else (*carried, *message.refused)
        if step.act is Act.CANCELLED:
            self._save(form, state, step.progress, FormStatus.CANCELLED)
            return FormOutcome([Body(f"已放弃“{form.title}”，没有提交任何内容。", self._leftovers(state))])
        if step.act is Act.PAUSE:
            self._save(form, state, step.progress, FormStatus.PAUSED)
            resume = (Choice(f"resume:{state.id}", "继续填写"),)
            return FormOutcome([Body(f"“{form.title}”已暂存，随时回复“继续”接着填。", resume)])
        if step.act is Act.SUBMIT and state.asked == SUMMARY:
            return self._submit(form, state, step.progress)
        self._save(form, state, step.progress, FormStatus.OPEN)
        asking = self._asking(form, state, step.progress, notes)
        asks = turn.text if step.act is Act.QUESTION else ""
        return FormOutcome([asking], question=asks, unread=unread if self.proposal is None else None)

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
        return form, presumed(self._sources, form, carry_over(form, progress)), ("表单已更新，已填的内容为您保留。",)

    def _submit(self, form: Form, state: FormState, progress: FormProgress) -> FormOutcome:
        answers = form.applying(progress.answers)
        submission = Submission(self.session, self.actor, answers, self.now, self.data, state.id)
        try:
            with self.session.begin_nested():
                done = form.submit(submission)
        except TanhuaError as error:
            progress = replace(progress, asked=error.field) if isinstance(error, Unfilled) else progress
            self._save(form, state, progress, FormStatus.OPEN)
            return FormOutcome([self._asking(form, state, progress, (f"没有提交：{error.message}",))])
        self._save(form, state, progress, FormStatus.SUBMITTED)
        reply = Body(done.reply.text, (*done.reply.choices, *self._leftovers(state)), done.reply.files)
        return FormOutcome([reply], list(done.notices))

    def _leftovers(self, state: FormState) -> tuple[Choice, ...]:
        return tuple(
            Choice(f"resume:{paused.id}", f"继续填写：{FORMS[paused.form].title}")
            for paused in self.paused_forms()
            if paused.id != state.id
        )[:3]

    def _asking(
        self, form: Form, state: FormState, progress: FormProgress, notes: tuple[str, ...], step: int | None = None
    ) -> Body:
        asked = asked_field(form, progress)
        options: Sequence[Option] = ()
        warned: tuple[str, ...] = ()
        if asked is not None:
            options = self._sources.options(asked, progress.answers)
            if asked.kind in (FieldKind.CHOICE, FieldKind.MANY) and not options:
                notes = (*notes, asked.nothing)
        elif progress.asked == SUMMARY and form.warnings is not None:
            with suppress(NotFound):  # what it is about has gone meanwhile: submitting will say so
                warned = tuple(form.warnings(self._sources.situation(form.applying(progress.answers))))
        shown_step = state.step + 1 if step is None else step
        return form_body(form, progress, options, state.id, shown_step, notes, warned)

    def _save(self, form: Form, state: FormState, progress: FormProgress, status: FormStatus) -> None:
        answers = progress.answers
        if status is not FormStatus.OPEN:
            answers = {name: answer for name, answer in answers.items() if name not in (SAID, PROPOSED)}
        save_form(
            self.session,
            state.id,
            answers=answers,
            history=progress.history,
            asked=progress.asked,
            step=state.step + 1,
            status=status,
            now=self.now,
            version=form.version,
        )
