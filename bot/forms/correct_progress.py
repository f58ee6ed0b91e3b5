"""更正 and 作废 of a progress report by its author. What was confirmed stays."""

from dataclasses import replace
from datetime import date

from bot.form_fields import FieldKind, Form, FormField, Option, Situation, Submission, Submitted, Times
from bot.forms.labels import short
from storage.findings.corrections import OwnEntry, correct_progress, own_entries, void_progress
from storage.instants import SHANGHAI, spoken_date
from storage.outbox.body import Body, Choice


def entry_options(at: Situation) -> list[Option]:
    """One's own reports that can still be changed, latest first."""
    return [Option(one.id, _entry_label(one, at.today)) for one in own_entries(at.session, at.actor)]


def _entry_label(one: OwnEntry, today: date) -> str:
    day = spoken_date(one.reported_at.astimezone(SHANGHAI).date(), today)
    return f"{day}：{short(one.measure)} {one.percent}%"


def _no_entry(at: Situation) -> str:
    return "" if entry_options(at) else "没有可以更正或作废的进展（已销号的不能再改）。"


def _correct_entry(form: Submission) -> Submitted:
    what = form.value("what")
    correct_progress(
        form.session,
        entry_id=form.value("entry"),
        reason=form.text("reason"),
        percent=form.value("percent") if what == "percent" else None,
        expected_on=form.day("expected_on") if what == "expected_on" else None,
        done=form.text("done") if what == "done" else None,
        obstacles=form.text("obstacles") if what == "obstacles" else None,
        actor=form.actor,
        now=form.now,
        form_session_id=form.form_id,
    )
    return Submitted(Body("已更正。原来的内容留存，今后按更正后的为准。", (Choice("findings", "我的问题"),)))


def _changes(what: str) -> FormField:
    fields = {
        "percent": FormField(
            "percent", "完成比例", "应当是百分之多少？", FieldKind.PERCENT, reads="percent", hint="例如：60%、八成。"
        ),
        "expected_on": FormField(
            "expected_on", "预计完成日期", "应当是哪天？", FieldKind.DATE, reads="date", times=Times.FUTURE
        ),
        "done": FormField("done", "做了哪些工作", "应当怎么写？", FieldKind.TEXT),
        "obstacles": FormField("obstacles", "遇到的困难", "应当怎么写？", FieldKind.TEXT, reads="blocker"),
    }
    return replace(fields[what], when=lambda answers: answers.get("what", {}).get("v") == what)


CORRECT_PROGRESS = Form(
    name="correct_progress",
    version=1,
    title="更正进展",
    amended_by=("correct_progress", "void_progress"),
    permitted=_no_entry,
    submit=_correct_entry,
    fields=(
        FormField("entry", "进展", "更正哪一条？", FieldKind.CHOICE, options=entry_options),
        FormField(
            "what", "更正的内容", "哪里有误？", FieldKind.CHOICE,
            options=lambda _: [
                Option("percent", "完成比例"), Option("done", "做了哪些工作"), Option("expected_on", "预计完成日期"),
                Option("obstacles", "遇到的困难"),
            ],
        ),
        *(_changes(what) for what in ("percent", "done", "expected_on", "obstacles")),
        FormField("reason", "更正原因", "为什么更正？", FieldKind.TEXT, explains=True, hint="例如：数字写错。"),
    ),
)  # fmt: skip


def _void_entry(form: Submission) -> Submitted:
    void_progress(
        form.session, entry_id=form.value("entry"), reason=form.text("reason"), actor=form.actor, now=form.now
    )
    return Submitted(Body("这条进展已作废，原文和原因留存。", (Choice("findings", "我的问题"),)))


VOID_PROGRESS = Form(
    name="void_progress",
    version=1,
    title="作废进展",
    amended_by=("progress",),
    permitted=_no_entry,
    submit=_void_entry,
    fields=(
        FormField("entry", "进展", "作废哪一条？", FieldKind.CHOICE, options=entry_options),
        FormField("reason", "作废原因", "为什么作废？", FieldKind.TEXT, explains=True),
    ),
)
