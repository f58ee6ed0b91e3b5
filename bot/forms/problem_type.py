"""更改问题类型: a problem named earlier is put under another type, by whoever named it or oversees it (R15)."""

from contextlib import suppress

from bot.form_fields import FieldKind, Form, FormField, Option, Situation, Submission, Submitted
from bot.forms.labels import finding_label
from storage.errors import NotFound
from storage.findings.queries import finding_for, findings_in_charge
from storage.findings.types import change_type, types_of
from storage.outbox.body import Body, Choice

UNTYPED = "-"
"""The option for no type."""
MOST = 200


def finding_options(at: Situation) -> list[Option]:
    """The problems this person named or oversees, the latest first; one chosen already stands first."""
    found = {one.id: one for one in findings_in_charge(at.session, at.actor, open_only=False, limit=MOST, latest=True)}
    chosen = at.value("finding")
    if isinstance(chosen, int) and chosen not in found:
        with suppress(NotFound):
            types_of(at.session, at.actor, chosen, at.now)
            found = {chosen: finding_for(at.session, at.actor, chosen), **found}
    return [Option(one.id, finding_label(one, at.actor)) for one in found.values()]


def type_options(at: Situation) -> list[Option]:
    """The types it may have but the present one; one that has a type may lose it."""
    present, types = types_of(at.session, at.actor, at.value("finding"), at.now)
    none = [Option(UNTYPED, "暂不归类")] if present else []
    return [*(Option(name, name) for name in types if name != present), *none]


def _submit(form: Submission) -> Submitted:
    finding_id, chosen = form.value("finding"), form.value("type")
    wanted = "" if chosen == UNTYPED else chosen
    before = change_type(
        form.session, finding_id=finding_id, problem_type=wanted, reason=form.text("reason"), actor=form.actor,
        now=form.now,
    )  # fmt: skip
    text = f"问题类型已由“{before or '未归类'}”改为“{wanted or '未归类'}”，统计随之变化。"
    return Submitted(Body(text, (Choice(f"finding:{finding_id}", "查看问题"),)))


FORM = Form(
    name="change_type",
    version=1,
    title="更改问题类型",
    amended_by=("change_type",),
    permitted=lambda at: "" if finding_options(at) else "没有可以更改类型的问题。",
    submit=_submit,
    fields=(
        FormField("finding", "问题", "更改哪个问题的类型？", FieldKind.CHOICE, options=finding_options),
        FormField(
            "type", "问题类型", "应当属于哪一类？", FieldKind.CHOICE, options=type_options, depends=("finding",),
            nothing="没有其他可以选择的类型。",
        ),
        FormField("reason", "原因", "为什么更改？可以跳过。", FieldKind.TEXT, explains=True, required=False, longest=500),
    ),
)  # fmt: skip
