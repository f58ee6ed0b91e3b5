"""外出 and 委托: away from–to, so that the liaison or the next person is reminded; somebody acts for one with dates."""

from datetime import date
from typing import Any

from bot.form_fields import FieldKind, Form, FormField, Option, Situation, Submission, Submitted, Times
from bot.forms.labels import people_options
from storage.instants import full_date
from storage.outbox.body import Body, Choice
from storage.people.absences import delegate, go_away, possible_delegates
from storage.people.queries import names_of


def _until_problem(at: Situation, value: Any) -> str:
    start = at.day("from_on")
    return "结束日期早于开始日期，请核对。" if start and date.fromisoformat(value) < start else ""


def _days(label: str) -> tuple[FormField, FormField]:
    return (
        FormField(
            "from_on", "开始日期", f"{label}从哪天开始？", FieldKind.DATE, times=Times.FUTURE,
            quick=(Option("today", "今天"),), hint="例如：今天、下周一、9月1日；也可以写明起止，例如：下周一到周三。", until="until_on",
        ),
        FormField(
            "until_on", "结束日期", "到哪天为止（含当天）？", FieldKind.DATE, times=Times.FUTURE, check=_until_problem,
            depends=("from_on",),
        ),
    )  # fmt: skip


def _span(form: Submission) -> tuple[date, date]:
    start, end = form.day("from_on"), form.day("until_on")
    assert start is not None, "a required field"
    assert end is not None, "a required field"
    return start, end


def _away(form: Submission) -> Submitted:
    start, end = _span(form)
    away_id, stand_in = go_away(
        form.session, from_on=start, until_on=end, note=form.text("note"), actor=form.actor, now=form.now
    )
    span = f"{full_date(start)}至{full_date(end)}"
    back = (Choice(f"back:{away_id}", "提前回来"),)
    if stand_in is None:
        return Submitted(Body(f"已登记外出：{span}。没有找到可以代为接收提醒的人，请委托一位同志。",
                              (*back, Choice("delegate", "委托他人"))))  # fmt: skip
    name = names_of(form.session, [stand_in])[stand_in]
    notice = Body(f"{form.actor.name}{span}外出，期间的提醒由您代为接收。", (Choice("help", "帮助"),))
    return Submitted(Body(f"已登记外出：{span}。期间的提醒由{name}代为接收。", back), ((stand_in, notice),))


AWAY = Form(
    name="away",
    version=1,
    title="登记外出",
    amended_by=("away",),
    submit=_away,
    fields=(
        *_days("外出"),
        FormField(
            "note",
            "事由",
            "外出事由？可以跳过。",
            FieldKind.TEXT,
            required=False,
            longest=100,
            quick=(
                Option("出差", "出差", ("外出",)),
                Option("休假", "休假", ("请假",)),
                Option("学习培训", "学习培训"),
            ),
        ),
    ),
)


def _people(at: Situation) -> list[Option]:
    return people_options(at, possible_delegates(at.session, at.actor, at.today))


def _delegate(form: Submission) -> Submitted:
    start, end = _span(form)
    person = form.value("person")
    given = delegate(
        form.session, delegate_id=person, from_on=start, until_on=end, note=form.text("note"), actor=form.actor,
        now=form.now,
    )  # fmt: skip
    name, span = names_of(form.session, [person])[person], f"{full_date(start)}至{full_date(end)}"
    notice = Body(
        f"{form.actor.name}委托您代办整改填报和谈话安排：{span}。确认、验收和审批仍由本人办理。",
        (Choice("duties", "我的任务"),),
    )
    reply = Body(
        f"已委托{name}代办填报和安排：{span}。确认、验收和审批仍由您本人办理。",
        (Choice(f"revoke:{given}", "收回委托"),),
    )
    return Submitted(reply, ((person, notice),))


DELEGATE = Form(
    name="delegate",
    version=1,
    title="委托他人代办",
    amended_by=("delegate",),
    permitted=lambda at: "" if _people(at) else "没有可以委托的联络员或本单位人员。",
    submit=_delegate,
    fields=(
        FormField("person", "受托人", "委托给谁？", FieldKind.CHOICE, options=_people),
        *_days("委托"),
        FormField("note", "说明", "需要说明什么？可以跳过。", FieldKind.TEXT, required=False, longest=100),
    ),
)
