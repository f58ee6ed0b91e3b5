"""The repeated part of the three lists: several measures, each with its own day, and who answers for them."""

from sqlmodel import col, select

from bot.form_fields import Answers, FieldKind, FormField, Option, Situation, Times
from storage.findings.three_lists import MeasureText
from storage.instants import spoken_deadline
from storage.people.queries import open_postings
from storage.people.tables import Posting
from storage.rulebooks.queries import rulebooks_in_force

MOST = 6
NO_MORE = (
    "没有",
    "没了",
    "没",
    "无",
    "就这些",
    "就这样",
    "就一条",
    "不加了",
    "不用了",
    "不用",
    "不需要",
    "没有其他",
    "暂时没有",
    "否",
    "完了",
)
ONE_MORE = ("还有", "有", "还有一条", "再来一条", "加一条", "要", "是", "继续加", "再加", "加")
AT_ONCE = (
    Option("no", "否，按时限整改", ("否", "不", "不是", "不用", "不需要", "不用立行立改", "不是立行立改", "按时限")),
    Option("yes", "是，立行立改", ("是", "要", "需要", "对", "是的", "立行立改", "马上改")),
)
"""是否立行立改, in the words people type."""
NOBODY = "没有可以选择的责任人，请联系工作人员。"


def _name(stem: str, number: int) -> str:
    return stem if number == 1 else f"{stem}{number}"


def _goes_on(number: int, answers: Answers) -> bool:
    """Whether there is a measure of that number: the first always, a further one when asked for."""
    if number == 1:
        return True
    return _given(number - 1, answers) and answers.get(f"more{number - 1}", {}).get("v") == "yes"


def _given(number: int, answers: Answers) -> bool:
    return _goes_on(number, answers) and answers.get(_name("measure", number), {}).get("v") is not None


def has_measures(answers: Answers) -> bool:
    """Whether any measure was given."""
    return _given(1, answers)


def late_for_at_once(at: Situation, unit_id: int) -> list[str]:
    """What is to be put right at once (立行立改), and yet has a day far off by the rulebook of the talking unit (R14)."""
    if at.value("at_once") != "yes":
        return []
    days = rulebooks_in_force(at.session, at.today, [unit_id]).for_unit(unit_id).at_once_days
    dues = [measure.due_on for measure in measures_of(at) if measure.due_on is not None]
    late = bool(dues) and (max(dues) - at.today).days > days
    return [f"立行立改一般在{days}天内完成，时限 {spoken_deadline(max(dues), at.today)}，请核对。"] if late else []


def measure_fields(*, required: bool, ask: str) -> tuple[FormField, ...]:
    """Fields for up to six measures; each but the last asks whether there is another."""
    fields: list[FormField] = []
    for number in range(1, MOST + 1):
        tail = "" if number == 1 else f"{number}"
        fields.append(
            FormField(
                _name("measure", number), f"举措{tail}", ask if number == 1 else f"第{number}条举措是什么？",
                FieldKind.TEXT, required=required or number > 1,
                when=lambda answers, number=number: _goes_on(number, answers),  # type: ignore[misc]
            )
        )  # fmt: skip
        fields.append(
            FormField(
                _name("due_on", number), f"时限{tail}", "要求哪天完成？" if number == 1 else f"举措{number}要求哪天完成？",
                FieldKind.DATE, times=Times.FUTURE, hint="例如：12月31日、月底、三个月内。",
                when=lambda answers, number=number: _given(number, answers),  # type: ignore[misc]
            )
        )  # fmt: skip
        if number < MOST:
            fields.append(
                FormField(
                    f"more{number}", "再加一条举措", "还有其他举措吗？", FieldKind.CHOICE, in_summary=False,
                    options=lambda _: [Option("no", "没有了", NO_MORE), Option("yes", "再加一条", ONE_MORE)],
                    when=lambda answers, number=number: _given(number, answers),  # type: ignore[misc]
                )
            )  # fmt: skip
    return tuple(fields)


def measures_of(at: Situation) -> list[MeasureText]:
    """The measures a form was filled in with."""
    return [
        MeasureText(at.text(_name("measure", number)), at.day(_name("due_on", number)))
        for number in range(1, MOST + 1)
        if _given(number, at.answers)
    ]


def colleagues_of(at: Situation, persons: list[int], units: list[int]) -> list[int]:
    """These persons first, then the others of the units, in listed order."""
    others = at.session.exec(
        select(Posting.person_id)
        .where(col(Posting.unit_id).in_(units), open_postings(at.today))
        .order_by(col(Posting.position), col(Posting.id))
        .limit(40)
    ).all()
    return list(dict.fromkeys([*persons, *others]))
