"""取消谈话安排: a planned talk is called off, and everybody who was to take part hears of it; the duty stays."""

from bot.form_fields import FieldKind, Form, FormField, Option, Situation, Submission, Submitted
from storage.errors import NotFound
from storage.instants import SHANGHAI, spoken_date
from storage.outbox.body import Body, Choice
from storage.talks.amendments import call_off_talk
from storage.talks.queries import TalkView, planned_to_call_off


def talk_options(at: Situation) -> list[Option]:
    """The planned talks this person may call off: with whom and when."""
    talks = planned_to_call_off(at.session, at.actor)
    return [Option(talk.id, f"{'、'.join(talk.subjects[:3])} {_when(talk, at)}") for talk in talks]


def _when(talk: TalkView, at: Situation) -> str:
    if talk.planned_at is None:
        return "（时间未定）"
    moment = talk.planned_at.astimezone(SHANGHAI)
    return f"{spoken_date(moment.date(), at.today)} {moment:%H:%M}"


def _submit(form: Submission) -> Submitted:
    talk_id = form.value("talk")
    talk = next((one for one in planned_to_call_off(form.session, form.actor) if one.id == talk_id), None)
    if talk is None:
        raise NotFound("这次谈话已经取消或记录。")
    call_off_talk(form.session, talk_id=talk_id, reason=form.text("reason"), actor=form.actor, now=form.now)
    notice = Body(f"原定 {_when(talk, form)} 的谈话已取消，另行安排。", (Choice("duties", "我的任务"),))
    told = {talk.talker_id, *talk.subject_ids, *([talk.recorder_id] if talk.recorder_id else [])} - {
        form.actor.person_id
    }
    reply = Body("已取消安排，已通知有关人员。谈话任务仍在，请另行安排时间。", (Choice("plan_talk", "安排谈话"),))
    return Submitted(reply, tuple((one, notice) for one in sorted(told)))


FORM = Form(
    name="call_off",
    version=1,
    title="取消谈话安排",
    amended_by=("plan_talk",),
    permitted=lambda at: "" if talk_options(at) else "没有可以取消的谈话安排。已经谈过的，记录有误请用“更正谈话记录”。",
    submit=_submit,
    fields=(
        FormField(
            "talk", "谈话", "取消哪次谈话的安排？只改时间的，请用“安排谈话”。", FieldKind.CHOICE, options=talk_options
        ),
        FormField("reason", "原因", "为什么取消？", FieldKind.TEXT, explains=True, longest=500),
    ),
)
