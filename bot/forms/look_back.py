"""回头看: ordered on a closed finding, and its result, which can reopen it (R5)."""

from bot.form_fields import FieldKind, Form, FormField, Option, Situation, Submission, Submitted, Times
from bot.forms.labels import short
from storage.findings.look_backs import (
    call_off_look_back,
    closed_in_charge,
    move_look_back,
    open_look_backs,
    order_look_back,
    record_look_back,
)
from storage.instants import full_date
from storage.outbox.body import Body, Choice


def closed_options(at: Situation) -> list[Option]:
    """The closed findings a look-back may be ordered on."""
    return [Option(id_, short(problem, 40)) for id_, problem in closed_in_charge(at.session, at.actor)]


def _order(form: Submission) -> Submitted:
    due_on = form.day("due_on")
    assert due_on is not None, "a required field"
    ordered = order_look_back(
        form.session, finding_id=form.value("finding"), due_on=due_on, note=form.text("note"), actor=form.actor,
        now=form.now,
    )  # fmt: skip
    look = Choice(f"finding:{ordered.finding_id}", "查看问题")
    notice = Body(f"一个已销号的问题将于{full_date(due_on)}前回头看。", (look,))
    reply = Body(
        f"已安排回头看，{full_date(due_on)}前完成。", (look, Choice(f"look_back_result:{ordered.id}", "登记结果"))
    )
    return Submitted(reply, tuple((one, notice) for one in ordered.responsible if one != form.actor.person_id))


FORM = Form(
    name="look_back",
    version=1,
    title="安排回头看",
    amended_by=("change_look_back",),
    permitted=lambda at: "" if closed_options(at) else "没有可以安排回头看的问题（销号以后才能安排）。",
    submit=_order,
    fields=(
        FormField("finding", "问题", "对哪个问题回头看？", FieldKind.CHOICE, options=closed_options),
        FormField(
            "due_on", "完成日期", "哪天以前完成？", FieldKind.DATE, times=Times.FUTURE, hint="例如：三个月内、年底前。"
        ),
        FormField("note", "重点", "重点看什么？可以跳过。", FieldKind.TEXT, required=False),
    ),
)


def _open(at: Situation) -> list[Option]:
    return [
        Option(one.id, f"{short(one.problem, 30)}（{full_date(one.due_on)}前）")
        for one in open_look_backs(at.session, at.actor)
    ]


def _record(form: Submission) -> Submitted:
    holds = form.value("holds") == "yes"
    recorded = record_look_back(
        form.session, look_back_id=form.value("look_back"), holds=holds, result=form.text("result"),
        reopen=form.value("reopen") == "yes", actor=form.actor, now=form.now,
    )  # fmt: skip
    look = Choice(f"finding:{recorded.finding_id}", "查看问题")
    ending = "问题重新进入整改。" if recorded.reopened else ""
    reply = Body(f"回头看结果已登记：{'整改到位' if holds else '整改不到位'}。{ending}", (look,))
    if recorded.reopened:
        notice = Body("一个问题回头看认定整改不到位，重新进入整改，请查看。", (look, Choice("progress", "汇报进展")))
    else:
        notice = Body(f"一个问题的回头看结果：{'整改到位' if holds else '整改不到位'}。", (look,))
    return Submitted(reply, tuple((one, notice) for one in recorded.responsible if one != form.actor.person_id))


RESULT = Form(
    name="look_back_result",
    version=1,
    title="登记回头看结果",
    permitted=lambda at: "" if _open(at) else "没有等待登记结果的回头看。",
    submit=_record,
    fields=(
        FormField("look_back", "回头看", "登记哪一项的结果？", FieldKind.CHOICE, options=_open),
        FormField(
            "holds", "结论", "整改是否到位？", FieldKind.CHOICE,
            options=lambda _: [Option("yes", "整改到位"), Option("no", "整改不到位")],
        ),
        FormField("result", "情况", "看到的情况是什么？", FieldKind.TEXT, shortest=4),
        FormField(
            "reopen", "处理", "是否重新整改？", FieldKind.CHOICE,
            options=lambda _: [Option("yes", "重新整改"), Option("no", "只作记录")],
            when=lambda answers: answers.get("holds", {}).get("v") == "no",
        ),
    ),
)  # fmt: skip


def _change(form: Submission) -> Submitted:
    day = form.day("due_on")
    about = {"look_back_id": form.value("look_back"), "reason": form.text("reason")}
    if day is None:
        changed = call_off_look_back(form.session, **about, actor=form.actor, now=form.now)
        said = "这次回头看已取消，原因留存。"
    else:
        changed = move_look_back(form.session, **about, due_on=day, actor=form.actor, now=form.now)
        said = f"回头看已改为{full_date(day)}前完成。"
    look = (Choice(f"finding:{changed.finding_id}", "查看问题"),)
    notice = Body("一个问题的回头看已取消。" if day is None else f"一个问题的回头看改为{full_date(day)}前完成。", look)
    told = sorted({*changed.responsible, changed.ordered_by} - {form.actor.person_id})
    return Submitted(Body(said, look), tuple((one, notice) for one in told))


CHANGE = Form(
    name="change_look_back",
    version=1,
    title="更改回头看",
    amended_by=("look_back",),
    permitted=lambda at: "" if _open(at) else "没有可以更改的回头看（已登记结果的不能再改）。",
    submit=_change,
    fields=(
        FormField("look_back", "回头看", "更改哪一项？", FieldKind.CHOICE, options=_open),
        FormField(
            "what", "更改的内容", "改日期，还是取消？", FieldKind.CHOICE,
            options=lambda _: [Option("move", "改日期"), Option("call_off", "取消回头看")],
        ),
        FormField(
            "due_on", "完成日期", "改为哪天以前完成？", FieldKind.DATE, times=Times.FUTURE, hint="例如：三个月内、年底前。",
            when=lambda answers: answers.get("what", {}).get("v") == "move",
        ),
        FormField("reason", "原因", "为什么更改？", FieldKind.TEXT, explains=True, longest=500),
    ),
)  # fmt: skip
