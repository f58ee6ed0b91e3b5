"""Commands about findings: mine, one with its whole history, overdue ones, what waits for a decision."""

# ruff: noqa: E501 (tables of Chinese phrases, one entry a line)

from bot.commands.declaration import Asked, BeginForm, Command, begin
from bot.form_fields import Situation
from bot.forms.extension import extension_label
from bot.forms.labels import finding_label, short
from bot.forms.name_finding import talk_options
from storage.attachments.folder import path_of
from storage.findings.analyses import analyses_of
from storage.findings.extensions import extensions_of, pending_extension, pending_extensions
from storage.findings.look_backs import closed_in_charge, look_backs_of, open_look_backs
from storage.findings.queries import (
    FindingView,
    finding_for,
    findings_answered_for,
    findings_for,
    findings_in_charge,
    listable_findings,
    progress_for,
    review_remarks,
    reviewable_findings,
    reviews_of,
)
from storage.findings.types import overseen
from storage.instants import SHANGHAI, full_date, spoken_date, spoken_deadline
from storage.outbox.body import Body, Choice, File
from storage.talks.outlines import outlines_to_sign

LISTED = 15


def finding_lines(asked: Asked) -> list[str]:
    """The open findings this person answers for, one a line."""
    return [_line(finding, asked) for finding in findings_answered_for(asked.session, asked.actor)]


def _line(finding: FindingView, asked: Asked) -> str:
    due = f"，时限 {spoken_deadline(finding.next_due_on, asked.today)}" if finding.next_due_on else ""
    percent = min((measure.percent for measure in finding.measures), default=0)
    return f"· {short(finding.problem, 30)}（{finding.status}，{percent}%{due}）"


def mine(asked: Asked) -> list[Body]:
    """我的问题: what this person answers for; without any, what they may see."""
    found = findings_answered_for(asked.session, asked.actor)
    if found:
        choices = [Choice(f"finding:{finding.id}", short(finding.problem)) for finding in found[:8]]
        lines = finding_lines(asked)[:LISTED]
        return [
            Body(f"您有 {len(found)} 项问题未销号：\n" + "\n".join(lines), (Choice("progress", "汇报进展"), *choices))
        ]
    seen = findings_for(asked.session, asked.actor, open_only=True, limit=50)
    if not seen:
        return [Body("您目前没有未销号的问题。")]
    choices = [Choice(f"finding:{finding.id}", short(finding.problem)) for finding in seen[:8]]
    lines = [_line(one, asked) for one in seen[:LISTED]]
    return [Body(f"您本人没有未销号的问题。可以查看的有 {len(seen)} 项：\n" + "\n".join(lines), tuple(choices))]


def one(asked: Asked) -> list[Body]:
    """One finding: problem, cause, measures with their dates, progress with files, what was decided on it."""
    if not asked.id:
        return mine(asked)
    finding = finding_for(asked.session, asked.actor, asked.id)
    lines = [f"{finding.code} {finding.status}", f"问题：{finding.problem}"]
    if finding.problem_type:
        lines.append(f"类型：{finding.problem_type}")
    if finding.root_cause:
        lines.append(f"原因：{finding.root_cause}")
    if finding.at_once:
        lines.append("立行立改：是")
    for measure in finding.measures:
        due = f"，时限 {spoken_deadline(measure.due_on, asked.today)}" if measure.due_on else ""
        lines.append(f"举措{measure.position}：{measure.text}（{measure.percent}%{due}）")
    if finding.responsible_names:
        lines.append(f"责任人：{'、'.join(finding.responsible_names)}")
    reported, files = _reports(asked)
    lines += [*reported, *_history(asked)]
    remarks = review_remarks(asked.session, asked.actor, asked.id) if finding.status == "待核" else []
    if remarks:
        lines.append("验收时请留意：" + "；".join(remarks))
    return [Body("\n".join(lines), tuple(_finding_choices(asked, finding)), tuple(files))]


def _reports(asked: Asked) -> tuple[list[str], list[File]]:
    lines, files = [], []
    for entry in progress_for(asked.session, asked.actor, asked.id):
        day = spoken_date(entry.reported_at.astimezone(SHANGHAI).date(), asked.today)
        by = entry.reporter + (f"（代{entry.on_behalf_of}）" if entry.on_behalf_of else "")
        blocked = f"；困难：{entry.obstacles}" if entry.obstacles else ""
        lines.append(f"{day} {by}：{entry.percent}%，{entry.done}{blocked}")
        files += [File(str(path_of(asked.data, digest)), name) for digest, name in entry.files]
    return lines, files


def _history(asked: Asked) -> list[str]:
    """Extensions with their old dates, reviews with their reasons, analyses at the meeting, look-backs."""
    lines = []
    for moved in extensions_of(asked.session, asked.actor, asked.id):
        standing = {None: "等待审批", True: "已同意", False: "未同意"}[moved.approved]
        standing += f"：{moved.decision_reason}" if moved.decision_reason else ""
        old = full_date(moved.from_on) if moved.from_on else "未定"
        lines.append(
            f"延期：{short(moved.measure)} 由{old}至{full_date(moved.to_on)}（{standing}），原因：{moved.reason}"
        )
    for judged in reviews_of(asked.session, asked.actor, asked.id):
        day = spoken_date(judged.on, asked.today)
        lines.append(
            f"验收：{day} {judged.by}，{'同意销号' if judged.accepted else '退回整改，原因：' + judged.reason}"
        )
    for said in analyses_of(asked.session, asked.actor, asked.id):
        lines.append(f"会上剖析：{full_date(said.held_on)}，{said.text}")
    for seen in look_backs_of(asked.session, asked.actor, asked.id):
        verdict = {None: "等待结果", True: "整改到位", False: "整改不到位"}[seen.holds]
        verdict = f"已取消，原因：{seen.void_reason}" if seen.void_reason else verdict
        note = f"（{seen.note}）" if seen.note else ""
        lines.append(f"回头看：{full_date(seen.due_on)}前{note}，{verdict}{'，' + seen.result if seen.result else ''}")
    return lines


def _finding_choices(asked: Asked, finding: FindingView) -> list[Choice]:
    session, actor, id_ = asked.session, asked.actor, finding.id
    choices = []
    if set(finding.responsible) & actor.acts_for and finding.status in ("立项", "整改中"):
        choices += [Choice("progress", "汇报进展"), Choice("extend", "申请延期")]
    if any(found.id == id_ for found in listable_findings(session, actor)):
        choices.append(Choice(f"three_lists:{id_}", "建立三清单"))
    if any(found.id == id_ for found in reviewable_findings(session, actor)):
        choices += [Choice(f"accept:{id_}", "同意销号"), Choice(f"return:{id_}", "退回")]
    choices += [
        Choice(f"extension:{asking.id}", "审批延期")
        for asking in pending_extensions(session, actor)
        if asking.finding_id == id_
    ]
    if id_ in overseen(session, actor, [id_]):
        choices.append(Choice(f"change_type:{id_}", "更改类型" if finding.problem_type else "归入类型"))
    if any(closed == id_ for closed, _ in closed_in_charge(session, actor)):
        choices.append(Choice(f"look_back:{id_}", "安排回头看"))
    for ordered in open_look_backs(session, actor):
        if ordered.finding_id == id_:
            choices.append(Choice(f"look_back_result:{ordered.id}", "登记回头看结果"))
            choices.append(Choice(f"change_look_back:{ordered.id}", "更改回头看"))
    return [*choices, Choice(f"why_finding:{id_}", "时限怎么来的")]


def why_finding(asked: Asked) -> list[Body]:
    """时限怎么来的: where each deadline of a finding comes from, and how it was moved."""
    finding = finding_for(asked.session, asked.actor, asked.id)
    lines = [f"{finding.code}：来源{finding.origin}" + (f"，整改单位{finding.unit}" if finding.unit else "")]
    moves = extensions_of(asked.session, asked.actor, asked.id)
    for measure in finding.measures:
        if measure.due_on is None:
            lines.append(f"举措{measure.position}还没有时限。")
            continue
        approved = [move for move in moves if move.measure_id == measure.id and move.approved]
        first = approved[0].from_on if approved else measure.due_on
        lines.append(f"举措{measure.position}：建立三清单时定为{full_date(first or measure.due_on)}")
        lines += [f"　经批准延至{full_date(move.to_on)}，原因：{move.reason}" for move in approved]
        lines.append(f"　现在的时限 {spoken_deadline(measure.due_on, asked.today)}，完成 {measure.percent}%")
    lines.append("各项举措都完成并通过验收以后销号。")
    return [Body("\n".join(lines), (Choice(f"finding:{finding.id}", "查看问题"),))]


def overdue(asked: Asked) -> list[Body]:
    """逾期问题: for those in charge, open findings past a deadline; for others, their own."""
    overseen = findings_in_charge(asked.session, asked.actor)
    own = findings_answered_for(asked.session, asked.actor)
    found = [
        finding for finding in {one.id: one for one in (*overseen, *own)}.values() if finding.is_overdue(asked.today)
    ]
    if not found:
        return [Body("没有超过时限的问题。")]
    lines = [f"{_line(finding, asked)}，责任人{'、'.join(finding.responsible_names)}" for finding in found[:LISTED]]
    choices = tuple(Choice(f"finding:{finding.id}", short(finding.problem)) for finding in found[:8])
    return [Body(f"超过时限 {len(found)} 项：\n" + "\n".join(lines), choices)]


def reviews(asked: Asked) -> list[Body]:
    """待我办理: what waits for this person's decision: findings handed in, extensions, outlines, look-backs."""
    choices = decisions(asked)
    if not choices:
        return [Body("没有等待您验收、审批或会签的事项。")]
    return [Body(f"等待您办理 {len(choices)} 项，请点选：", tuple(choices[:20]))]


def decisions(asked: Asked) -> list[Choice]:
    """A button for everything that waits for this person's decision."""
    session, actor = asked.session, asked.actor
    return [
        *(
            Choice(f"finding:{one.id}", f"验收：{finding_label(one, actor)}")
            for one in reviewable_findings(session, actor)
        ),
        *(
            Choice(f"extension:{one.id}", f"延期：{extension_label(one)}"[:60])
            for one in pending_extensions(session, actor)
        ),
        *(
            Choice(f"outline:{view.duty.id}", f"会签提纲：{view.duty.subject}")
            for view in outlines_to_sign(session, actor, now=asked.now)
        ),
        *(
            Choice(f"look_back_result:{one.id}", f"回头看：{short(one.problem)}")
            for one in open_look_backs(session, actor)
        ),
    ]


def extension(asked: Asked) -> list[Body]:
    """One request for a later deadline, for whoever may decide on it."""
    if not asked.id:
        return reviews(asked)
    moved = pending_extension(asked.session, asked.actor, asked.id)
    old = full_date(moved.from_on) if moved.from_on else "（未定）"
    text = "\n".join(
        (
            f"{moved.requester}申请延期",
            f"问题：{moved.problem}",
            f"举措：{moved.measure}",
            f"时限：{old} 延至 {full_date(moved.to_on)}",
            f"原因：{moved.reason}",
        )
    )
    choices = (
        Choice(f"approve_extension:{moved.id}", "同意"),
        Choice(f"refuse_extension:{moved.id}", "不同意"),
        Choice(f"finding:{moved.finding_id}", "查看问题"),
    )
    return [Body(text, choices)]


def _review(decision: str, asked: Asked) -> BeginForm:
    return BeginForm("review", {"finding": asked.id, "decision": decision} if asked.id else {})


def lists(asked: Asked) -> BeginForm:
    """建立三清单: for whoever led a talk the problem it named; for others the lists of a problem named to them."""
    if asked.id:
        return BeginForm("name_finding", {"talk": asked.id})
    at = Situation(asked.session, asked.actor, {}, asked.now, asked.data)
    theirs = not talk_options(at) and listable_findings(asked.session, asked.actor)
    return BeginForm("three_lists" if theirs else "name_finding")


def _decide(decision: str, asked: Asked) -> BeginForm:
    return BeginForm("decide_extension", {"extension": asked.id, "decision": decision} if asked.id else {})


COMMANDS = (
    Command("findings", "我的问题", mine, ("我的问题", "我的整改", "整改问题"), "所有人"),
    Command("finding", "查看问题", one),
    Command("why_finding", "时限怎么来的", why_finding),
    Command("progress", "汇报进展", begin("progress", "measure"), ("汇报进展", "汇报整改进展", "填报进展", "报进展", "进展"), "所有人"),
    Command("three_lists", "填三清单", begin("three_lists", "finding"), ("填三清单", "制定三清单", "填报三清单")),
    Command("extend", "申请延期", begin("extend", "measure"), ("申请延期", "延期", "延期申请"), "所有人"),
    Command("analysis", "登记会上剖析", begin("analysis", "finding"), ("登记会上剖析", "会上剖析")),
    Command("void_analysis", "作废会上剖析", begin("void_analysis", "analysis"), ("作废会上剖析", "撤回会上剖析")),
    Command("correct_progress", "更正进展", begin("correct_progress", "entry"), ("更正进展", "更正")),
    Command("void_progress", "作废进展", begin("void_progress", "entry"), ("作废进展",)),
    Command("reviews", "待我办理", reviews, ("待我办理", "待验收", "待审批", "验收", "待会签"), "谈话人"),
    Command("overdue", "逾期问题", overdue, ("逾期问题", "超期问题", "逾期"), "工作人员"),
    Command("name_finding", "建立三清单", lists, ("建立三清单", "三清单", "提出问题", "登记问题"), "谈话人"),
    Command("change_type", "更改问题类型", begin("change_type", "finding"), ("更改问题类型", "修改问题类型", "更正问题类型", "改问题类型", "问题类型")),
    Command("accept", "同意销号", lambda asked: _review("yes", asked), ("同意销号",)),
    Command("return", "退回", lambda asked: _review("no", asked), ("退回整改",)),
    Command("extension", "延期申请", extension, ("延期审批",)),
    Command("approve_extension", "同意延期", lambda asked: _decide("yes", asked)),
    Command("refuse_extension", "不同意延期", lambda asked: _decide("no", asked)),
    Command("look_back", "安排回头看", begin("look_back", "finding"), ("安排回头看", "回头看"), "工作人员"),
    Command("look_back_result", "登记回头看结果", begin("look_back_result", "look_back"), ("登记回头看结果",)),
    Command("change_look_back", "更改回头看", begin("change_look_back", "look_back"), ("更改回头看", "取消回头看", "回头看改期")),
)  # fmt: skip
"""Every command about findings."""
