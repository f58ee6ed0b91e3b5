"""Commands around answers: of use or not, passing a question to staff, answering it, standard answers."""

from bot.commands.declaration import Acted, Asked, Command, begin
from bot.forms.labels import short
from storage.documents.rules import audience_for
from storage.enquiries.access import answerers_of
from storage.enquiries.actions import judge_answer, pass_on
from storage.enquiries.feedback import feedback_counts, judged_answers
from storage.enquiries.queries import (
    Basis,
    QuestionView,
    StandardView,
    count_questions,
    latest_question,
    question_for,
    questions_for,
    standard_answer_for,
    standard_answers_for,
)
from storage.enquiries.rules import REASONS, AnswerState, Verdict, is_overdue
from storage.errors import NotFound
from storage.instants import full_date, shanghai_date
from storage.outbox.body import Body, Choice

SHOWN = 10


def _numbers(asked: Asked) -> tuple[int, int]:
    """The argument as two numbers, `12.3`; NotFound when it is none."""
    first, _, second = asked.argument.partition(".")
    if not (first.isdecimal() and second.isdecimal() and len(asked.argument) < 20):
        raise NotFound()
    return int(first), int(second)


def useful(asked: Asked) -> list[Body]:
    """有用."""
    judge_answer(asked.session, log_id=asked.id, verdict=Verdict.USEFUL, actor=asked.actor, now=asked.now)
    return [Body("已记下：有用。", (Choice(f"useless:{asked.id}", "点错了，改为没用"),))]


def useless(asked: Asked) -> list[Body]:
    """没用: kept at once; the reason is asked for and may be left out."""
    judge_answer(asked.session, log_id=asked.id, verdict=Verdict.USELESS, actor=asked.actor, now=asked.now)
    reasons = [Choice(f"reason:{asked.id}.{place}", reason) for place, reason in enumerate(REASONS, start=1)]
    return [Body("已记下：没用。是什么原因？", (*reasons, Choice(f"useful:{asked.id}", "点错了，改为有用")))]


def reason(asked: Asked) -> list[Body]:
    """The reason for 没用."""
    log_id, place = _numbers(asked)
    if not 1 <= place <= len(REASONS):
        raise NotFound()
    said = REASONS[place - 1]
    judge_answer(asked.session, log_id=log_id, verdict=Verdict.USELESS, reason=said, actor=asked.actor, now=asked.now)
    choices = (Choice(f"pass_on:{log_id}", "转给工作人员"), Choice(f"useless:{log_id}", "改选原因"))
    return [Body(f"已记下：没用（{said}）。可以换个说法再问，也可以转给工作人员。", choices)]


def pass_question(asked: Asked) -> list[Body] | Acted:
    """转给工作人员: whoever is responsible is told; what was asked is shown after a tap."""
    log_id = asked.id if asked.argument else latest_question(asked.session, asked.actor)
    if log_id is None:
        return [Body("请先把问题发给我，查不到依据的可以转给工作人员。")]
    passed = pass_on(asked.session, log_id=log_id, actor=asked.actor, now=asked.now)
    if not passed.is_new:
        return [Body("这个问题已经转给工作人员，有答复会发给您。")]
    people = answerers_of(asked.session, passed.unit_id, asked.actor.person_id)
    if not people:
        return [Body("问题已登记，但还没有负责答复的工作人员。请联系管理员。")]
    notice = Body("有一个制度提问转请您答复。", (Choice(f"question:{passed.question_id}", "查看提问"),))
    return Acted([Body("已转给工作人员，有答复会发给您。")], [(person, notice) for person in people])


def open_questions(asked: Asked) -> list[Body]:
    """待答提问: those this person may answer, the oldest first."""
    _require_keeper(asked)
    total = count_questions(asked.session, asked.actor)
    if not total:
        return [Body("没有等待您答复的提问。")]
    shown = questions_for(asked.session, asked.actor, limit=SHOWN)
    more = f"，先列出最早的 {SHOWN} 个" if total > SHOWN else ""
    choices = tuple(Choice(f"question:{one.id}", short(one.question, 30)) for one in shown)
    return [Body(f"等待答复的提问 {total} 个{more}。", choices)]


def question(asked: Asked) -> list[Body]:
    """One passed question, with its answer if it has one."""
    one = question_for(asked.session, asked.actor, asked.id)
    choices = () if one.answered_at else (Choice(f"answer_question:{one.id}", "答复"),)
    return [Body(question_text(one), (*choices, Choice("open_questions", "待答提问")))]


def question_text(one: QuestionView) -> str:
    """A passed question in words: who, when, what, and the answer."""
    lines = [
        f"提问：{one.question}",
        f"提问人：{one.asker}{'（' + one.unit + '）' if one.unit else ''}，{full_date(shanghai_date(one.passed_at))}转来",
    ]
    if one.answered_at:
        lines += [f"答复：{one.answer}", *basis_lines(one.basis), f"答复人：{one.answerer}"]
    return "\n".join(lines)


def basis_lines(basis: Basis | None) -> list[str]:
    """The basis of an answer, as lines."""
    return [f"依据：{basis.quote}", f"——《{basis.title}》{basis.heading}"] if basis else []


def standard_answers(asked: Asked) -> list[Body]:
    """标准答复: those this person keeps; the ones to be looked at again first."""
    _require_keeper(asked)
    kept = standard_answers_for(asked.session, asked.actor)
    if not kept:
        return [Body("还没有标准答复。答复提问时可以选择“同时作为标准答复”。")]
    due = [one for one in kept if one.needs_review(asked.today)]
    shown = [*due, *(one for one in kept if one not in due)][:SHOWN]
    lines = [f"标准答复 {len(kept)} 条，其中待复核 {len(due)} 条。"]
    lines += [f"{number}. {_line(one, asked)}" for number, one in enumerate(shown, start=1)]
    return [Body("\n".join(lines), tuple(Choice(f"kept_answer:{one.id}", short(one.question, 30)) for one in shown))]


def _line(one: StandardView, asked: Asked) -> str:
    late = f"（{review_words(one, asked)}）" if one.needs_review(asked.today) else ""
    return f"{one.question}　负责人：{one.owner}，复核日期：{full_date(one.review_on)}{late}"


def review_words(one: StandardView, asked: Asked) -> str:
    """Why an answer is to be looked at again."""
    return one.stale or ("已过复核日期" if is_overdue(one.review_on, asked.today) else "")


def kept_answer(asked: Asked) -> list[Body]:
    """One standard answer as its keepers see it."""
    one = standard_answer_for(asked.session, asked.actor, asked.id)
    lines = [f"问题：{one.question}", f"答复：{one.answer}", *basis_lines(one.basis)]
    lines.append(f"负责人：{one.owner}（{one.unit}），复核日期：{full_date(one.review_on)}，第{one.version}版。")
    if one.state == AnswerState.WITHDRAWN:
        return [Body("\n".join([*lines, f"已撤下：{one.state_reason}"]))]
    if one.needs_review(asked.today):
        lines.append(f"请复核：{review_words(one, asked)}。")
    choices = (Choice(f"edit_standard:{one.id}", "修改"), Choice(f"withdraw_standard:{one.id}", "撤下"))
    return [Body("\n".join(lines), choices)]


def standard(asked: Asked) -> list[Body]:
    """A standard answer near to what was asked."""
    from knowledge.standard_answers import shown_by_id

    return [Body(shown_by_id(asked.session, asked.id, audience=audience_for(asked.actor), today=asked.today))]


def feedback(asked: Asked) -> list[Body]:
    """答复评价 in figures; a figure opens its list for staff."""
    _require_keeper(asked)
    counts = feedback_counts(asked.session, asked.actor)
    good = sum(count for (verdict, _), count in counts.items() if verdict == Verdict.USEFUL)
    bad = {said: counts.get((Verdict.USELESS, said), 0) for said in ("", *REASONS)}
    lines = [f"有用 {good}，没用 {sum(bad.values())}。"]
    lines += [f"{said or '未选原因'}：{count}" for said, count in bad.items() if count]
    choices = [Choice("judged:0.0", f"有用（{good}）")] if good else []
    choices += [
        Choice(f"judged:1.{place}", f"{said or '未选原因'}（{count}）")
        for place, (said, count) in enumerate(bad.items())
        if count
    ]
    return [Body("\n".join(lines), tuple(choices) if asked.actor.is_staff else ())]


def judged(asked: Asked) -> list[Body]:
    """The questions behind a figure of 答复评价, without names."""
    which, place = _numbers(asked)
    if not asked.actor.is_staff or which > 1 or place > len(REASONS):
        raise NotFound()
    verdict = Verdict.USELESS if which else Verdict.USEFUL
    said = ("", *REASONS)[place]
    found = judged_answers(asked.session, asked.actor, verdict=verdict, reason=said, limit=SHOWN * 2)
    lines = [f"{full_date(shanghai_date(one.judged_at))}　{one.question}" for one in found]
    return [Body("\n".join([f"{verdict}{'：' + said if said else ''}", *lines]), (Choice("feedback", "答复评价"),))]


def _require_keeper(asked: Asked) -> None:
    if not (asked.actor.is_staff or asked.actor.administrator_paths):
        raise NotFound("这一项由工作人员办理。")


COMMANDS = (
    Command("useful", "有用", useful),
    Command("useless", "没用", useless),
    Command("reason", "原因", reason),
    Command("pass_on", "转给工作人员", pass_question, ("转给工作人员", "转人工", "转工作人员", "人工答复")),
    Command("standard", "相近的标准答复", standard),
    Command("open_questions", "待答提问", open_questions, ("待答提问", "转办提问", "待答问题"), "工作人员"),
    Command("question", "查看提问", question),
    Command("answer_question", "答复提问", begin("answer_question", "question"), ("答复提问",)),
    Command("standard_answers", "标准答复", standard_answers, ("标准答复", "标准答案"), "工作人员"),
    Command("kept_answer", "查看标准答复", kept_answer),
    Command("edit_standard", "修改标准答复", begin("edit_standard", "standard"), ("修改标准答复",)),
    Command("withdraw_standard", "撤下标准答复", begin("withdraw_standard", "standard"), ("撤下标准答复",)),
    Command("feedback", "答复评价", feedback, ("答复评价", "评价情况"), "工作人员"),
    Command("judged", "评价明细", judged),
)
"""Every command around answers."""
