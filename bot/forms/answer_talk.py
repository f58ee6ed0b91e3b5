"""有异议: the subject of a talk objects to its record with a reason; it goes to the talker (C11)."""

from bot.form_fields import FieldKind, Form, FormField, Option, Situation, Submission, Submitted
from bot.forms.labels import talk_label
from storage.outbox.body import Body, Choice
from storage.talks.queries import talk_for
from storage.talks.responses import object_to_talk, talks_to_answer


def talk_options(at: Situation) -> list[Option]:
    """The actor's own talks that await an answer and have no objection yet."""
    waiting = [talk_id for talk_id, objected in talks_to_answer(at.session, at.actor) if objected is None]
    return [
        Option(talk_id, f"{talk_for(at.session, at.actor, talk_id).talker} {_when(at, talk_id)}") for talk_id in waiting
    ]


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
    permitted=lambda at: "" if talk_options(at) else "没有等待您确认的谈话记录。",
    submit=_submit,
    fields=(
        FormField("talk", "谈话", "对哪次谈话有异议？", FieldKind.CHOICE, options=talk_options),
        FormField("reason", "理由", "对哪一点有异议，理由是什么？", FieldKind.TEXT, explains=True, shortest=4),
    ),
)
