"""What people type and tap in a campaign: each script is one person's dialogue, given the bot's last messages."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from datetime import date

from storage.outbox.body import Body, Choice

RECORD = (
    "能够履行职责，工作有进展",
    "跳过",
    "抓落实的力度还不够",
    "接受意见，说明了有关情况",
    "建议加强部门协同",
)
CAUSE = "责任没有压实到岗位和人员"


@dataclass(frozen=True)
class Line:
    """What is typed, or the id of the choice that is tapped."""

    text: str = ""
    choice: str = ""


Script = Generator[Line, list[Body], None]
"""Yields what the person says; is sent what the bot said to them since."""


def typed(text: str) -> Line:
    """A typed line."""
    return Line(text=text)


def tapped(said: Sequence[Body], label: str) -> Line:
    """The last shown choice whose label contains `label`."""
    found = next((one for body in reversed(said) for one in body.choices if label in one.label), None)
    assert found is not None, f"no choice “{label}” in {[body.text for body in said]}"
    return Line(choice=found.id)


def _expect(said: Sequence[Body], words: str) -> None:
    assert any(words in body.text for body in said), f"“{words}” is not in {[body.text for body in said]}"


def _is_offered(said: Sequence[Body], words: str) -> bool:
    return any(words in one.label for one in said[-1].choices)


def record_talk(name: str, reminder: Choice | None, *, again: bool, problems: Sequence[Script] = ()) -> Script:
    """A talk held today, recorded by its talker: from the reminder's button or by typing; then the problems named."""
    if reminder is not None:
        said = yield Line(choice=reminder.id)
    else:
        said = yield typed("再次谈话" if again else "记录谈话")
    if _is_offered(said, name):
        said = yield tapped(said[-1:], name)
    elif "哪天谈的" not in said[-1].text:  # more than there is room for buttons
        said = yield typed(name)
    _expect(said, "哪天谈的")
    said = yield typed("今天")
    for line in RECORD:
        said = yield typed(line)
    said = yield tapped(said, "提交")
    _expect(said, "谈话已记录")
    recorded = said
    for problem in problems:
        yield from _after(problem, recorded)


def _after(script: Script, said: list[Body]) -> Script:
    """Go on with another script, whose first line answers `said`."""
    next(script)
    try:
        line = script.send(said)
        while True:
            line = script.send((yield line))
    except StopIteration:
        return


def name_problem(problem: str, lists: tuple[str, date, str] | None) -> Script:
    """After the talk: a problem named, with its measure, day and who answers for it, or left to the subject."""
    said = yield Line()  # never said: the script goes on from the record's answer
    said = yield tapped(said, "建立三清单")
    _expect(said, "单位的问题还是个人的问题")
    said = yield tapped(said, "个人")
    said = yield typed(problem)
    if lists is None:
        said = yield typed("跳过")
    else:
        measure, due_on, responsible = lists
        said = yield typed(measure)
        said = yield from _rest_of_lists(said, due_on, responsible, cause="跳过")
    _expect(said, "属于哪一类问题")
    said = yield typed("跳过")
    said = yield tapped(said, "提交")
    _expect(said, "已立项" if lists else "已登记问题")


def _rest_of_lists(
    said: list[Body], due_on: date, responsible: str, *, cause: str
) -> Generator[Line, list[Body], list[Body]]:
    said = yield typed(f"{due_on.year}年{due_on.month}月{due_on.day}日")
    said = yield tapped(said, "没有了")
    said = yield tapped(said, "按时限整改")
    if cause:
        said = yield typed(cause)
    _expect(said, "由谁负责整改")
    said = yield tapped(said, responsible)
    said = yield typed("跳过")
    return said


def no_problem(button: Choice) -> Script:
    """Reminded of the three lists after a talk that named no problem: that is said, and the reminders stop."""
    said = yield Line(choice=button.id)
    said = yield typed("谈话未指出具体问题")
    said = yield tapped(said, "提交")
    _expect(said, "不再提醒")


def draw_up_lists(problem: str, measure: str, due_on: date, responsible: str) -> Script:
    """The subject draws up the three lists of a problem named without them."""
    said = yield typed("填三清单")
    if _is_offered(said, problem):
        said = yield tapped(said, problem)
    _expect(said, "根源是什么")
    said = yield typed(CAUSE)
    said = yield typed(measure)
    said = yield from _rest_of_lists(said, due_on, responsible, cause="")
    said = yield tapped(said, "提交")
    _expect(said, "三清单已建立")


def report(problem: str, percent: int, expected_on: date) -> Script:
    """Whoever answers for a problem reports how far it is."""
    said = yield typed("汇报进展")
    if _is_offered(said, problem):
        said = yield tapped(said, problem)
    said = yield typed("召开专题会议，逐项推进整改")
    said = yield typed(f"{percent}%")
    if percent < 100:
        said = yield typed(f"{expected_on.year}年{expected_on.month}月{expected_on.day}日")
    said = yield typed("没有")
    said = yield typed("没有")
    said = yield tapped(said, "提交")
    _expect(said, f"已提交：完成 {percent}%")


def review(problem: str) -> Script:
    """Whoever oversees a problem handed in accepts it."""
    said = yield typed("待我办理")
    said = yield tapped(said, problem)
    said = yield tapped(said, "同意销号")
    said = yield tapped(said, "提交")
    _expect(said, "已同意销号")
