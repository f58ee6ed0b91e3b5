"""三清单 by the subject: root cause, measures and days, who answers for them, for a problem named in the talk."""

from bot.form_fields import FieldKind, Form, FormField, Option, Situation, Submission, Submitted
from bot.forms.labels import finding_label, people_options
from bot.forms.measures import AT_ONCE, NOBODY, colleagues_of, late_for_at_once, measure_fields, measures_of
from jobs.notices import overseers
from storage.findings.linting import repeats, vague_words
from storage.findings.queries import finding_for, listable_findings
from storage.findings.three_lists import list_measures
from storage.instants import spoken_deadline
from storage.outbox.body import Body, Choice


def finding_options(at: Situation) -> list[Option]:
    """The problems still without their lists."""
    return [Option(one.id, finding_label(one, at.actor)) for one in listable_findings(at.session, at.actor)]


def _responsible(at: Situation) -> list[Option]:
    finding = finding_for(at.session, at.actor, at.value("finding"))
    first = [finding.person_id] if finding.person_id is not None else []
    return people_options(at, colleagues_of(at, first, [finding.unit_id]))


def _others(at: Situation) -> list[Option]:
    return [option for option in _responsible(at) if option.value != at.value("responsible")]


def _problem_with_cause(at: Situation, cause: object) -> str:
    finding = finding_for(at.session, at.actor, at.value("finding"))
    if isinstance(cause, str) and repeats(cause, finding.problem):
        return "原因只是重复了问题，请往深处找一找：是制度、责任、能力还是作风上的原因。"
    return ""


def _warnings(at: Situation) -> list[str]:
    words = list(dict.fromkeys(word for measure in measures_of(at) for word in vague_words(measure.text)))
    vague = [f"用语较空泛：{'、'.join(words)}。可以写得更具体。"] if words else []
    return [*vague, *late_for_at_once(at, finding_for(at.session, at.actor, at.value("finding")).talking_unit_id)]


def _submit(form: Submission) -> Submitted:
    measures = measures_of(form)
    parties = [form.value("responsible"), *(form.value("others") or [])]
    listed = list_measures(
        form.session, finding_id=form.value("finding"), root_cause=form.text("root_cause"),
        at_once=form.value("at_once") == "yes", measures=measures, responsible=parties, actor=form.actor, now=form.now,
    )  # fmt: skip
    finding = finding_for(form.session, form.actor, listed.finding_id)
    day = min(measure.due_on for measure in measures if measure.due_on)
    look = Choice(f"finding:{listed.finding_id}", "查看问题")
    told = overseers(form.session, finding.talker_id, finding.talking_unit_id, without={form.actor.person_id, *parties})
    notices = [(person, Body(f"{form.actor.name}建立了一项三清单，可以查看。", (look,))) for person in told]
    task = Body(
        f"有一项整改任务请您办理，时限 {spoken_deadline(day, form.today)}。", (look, Choice("progress", "汇报进展"))
    )
    notices += [(person, task) for person in parties if person != form.actor.person_id]
    text = f"三清单已建立：{len(measures)} 条举措，最近时限 {spoken_deadline(day, form.today)}。"
    more = (Choice("three_lists", "下一个问题"),) if finding_options(form) else ()
    return Submitted(Body(text, (look, *more)), tuple(notices))


FORM = Form(
    name="three_lists",
    version=1,
    title="建立三清单（整改方）",
    amended_by=("extend",),
    permitted=lambda at: "" if finding_options(at) else "没有等待建立三清单的问题。",
    submit=_submit,
    warnings=_warnings,
    fields=(
        FormField("finding", "问题", "为哪个问题建立三清单？", FieldKind.CHOICE, options=finding_options),
        FormField(
            "root_cause", "原因", "这个问题的根源是什么？", FieldKind.TEXT, check=_problem_with_cause,
            depends=("finding",),
        ),
        *measure_fields(required=True, ask="采取什么整改举措？"),
        FormField(
            "at_once", "立行立改", "是否立行立改？", FieldKind.CHOICE,
            options=lambda _: list(AT_ONCE),
        ),
        FormField(
            "responsible", "责任人", "由谁负责整改？", FieldKind.CHOICE, options=_responsible, depends=("finding",),
            nothing=NOBODY,
        ),
        FormField(
            "others", "其他责任人", "还有其他责任人吗？可以选多个；没有可以跳过。", FieldKind.MANY, required=False,
            options=_others, depends=("finding", "responsible"), nothing="没有其他可以选择的人员，请跳过。",
        ),
    ),
)  # fmt: skip
