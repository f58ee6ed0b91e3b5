"""有异议: the subject of a talk objects to its record with a reason; it goes to the talker (C11)."""

from bot.form_fields import FieldKind, Form, FormField, Option, Situation, Submission, Submitted
from bot.forms.labels import talk_label
from storage.outbox.body import Body, Choice
from storage.talks.queries import talk_for
from storage.talks.responses import object_to_talk, talks_to_answer, withdraw_objection


def talk_options(at: Situation) -> list[Option]:
    """The actor's own talks that await an answer and have no objection yet."""
    return [_option(at, talk_id) for talk_id, objected in talks_to_answer(at.session, at.actor) if objected is None]


def objected_options(at: Situation) -> list[Option]:
    """Those the actor has objected to."""
    return [_option(at, talk_id) for talk_id, objected in talks_to_answer(at.session, at.actor) if objected is not None]


def _option(at: Situation, talk_id: int) -> Option:
    return Option(talk_id, f"{talk_for(at.session, at.actor, talk_id).talker} {_when(at, talk_id)}")


def _when(at: Situation, talk_id: int) -> str:
    return talk_label(talk_for(at.session, at.actor, talk_id), at.today).rsplit(" ", 2)[-2]


def _submit(form: Submission) -> Submitted:
    answer = object_to_talk(
        form.session, talk_id=form.value("talk"), reason=form.text("reason"), actor=form.actor, now=form.now
    )
    notice = Body(f"{form.actor.name}对谈话记录提出了异议，请查看。", (Choice(f"talk:{answer.talk_id}", "查看异议"),))
    reply = Body("异议已转给谈话人。", (Choice(f"talk:{answer.talk_id}", "查看记录"),))
    return Submitted(reply, ((answer.talker_id, notice),))


FORM = Form(
    name="object",
    version=1,
    title="提出异议",
    amended_by=("withdraw_objection",),
    permitted=lambda at: "" if talk_options(at) else "没有等待您确认的谈话记录。",
    submit=_submit,
    fields=(
        FormField("talk", "谈话", "对哪次谈话有异议？", FieldKind.CHOICE, options=talk_options),
        FormField("reason", "理由", "对哪一点有异议，理由是什么？", FieldKind.TEXT, explains=True, shortest=4),
    ),
)


def _withdraw(form: Submission) -> Submitted:
    answer = withdraw_objection(form.session, talk_id=form.value("talk"), actor=form.actor, now=form.now)
    notice = Body(f"{form.actor.name}撤回了对谈话记录的异议。", (Choice(f"talk:{answer.talk_id}", "查看记录"),))
    choices = (Choice(f"acknowledge:{answer.talk_id}", "确认"), Choice(f"talk:{answer.talk_id}", "查看记录"))
    return Submitted(Body("异议已撤回，原文留存。请确认谈话记录。", choices), ((answer.talker_id, notice),))


WITHDRAW = Form(
    name="withdraw_objection",
    version=1,
    title="撤回异议",
    amended_by=("object",),
    permitted=lambda at: "" if objected_options(at) else "没有可以撤回的异议。",
    submit=_withdraw,
    fields=(FormField("talk", "谈话", "撤回对哪次谈话的异议？", FieldKind.CHOICE, options=objected_options),),
)
