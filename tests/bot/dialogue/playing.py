"""One person playing with one form at random, and what must hold after every single message."""

# ruff: noqa: E501 (tables of Chinese phrases, one entry a line)

import json
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

from sqlmodel import Session, col, func, select

from bot.form_fields import FieldKind, Times
from bot.form_progress import CANCEL, CHANGE, PROPOSED, SAID, SUMMARY
from bot.forms import FORMS
from storage.audit import AuditLine
from storage.conversations.tables import FormSession
from storage.database import Database
from tests.bot.dialogue.rich_world import BEGUN_BY
from tests.bot.dialogue.speaking import PNG, Speaker
from tests.bot.dialogue.world import World

WORDS = (
    "上一步", "跳过", "取消", "放弃", "继续填写", "修改", "修改第1项", "修改第2项", "看看填了什么", "帮助", "暂停", "继续", "重新填写",
    "提交", "确认", "没有", "不对", "修改原因", "返回", "下一题", "好了", "1", "2", "９", "第三项改一下",
)  # fmt: skip
ASIDES = (
    "延期要谁批准？",
    "我的任务",
    "我还有几项没完成？",
    "谁还没谈",
    "待我办理",
    "为什么提醒我",
    "谈话提纲必须包含什么",
    "我的问题",
)
NOISE = ("", "啊", "？？？", "12月31日", "60%", "完成了80%，卡在审批", "不知道", "x" * 2100, "是", "否", "王实", "明天上午9点",
         "把责任人改成王实", "时限改为11月20日", "💡", "第一百项", "0", "-1")  # fmt: skip
TEXTS = ("已完成清单中的5项工作", "责任没有压到人头，缺少检查", "请补齐3份材料", "数字写错了一处", "集中整治2个月")
DAYS = ("8月15日", "12月31日", "2026年3月1日")
DIRECT = (
    "acknowledge", "snooze_hour", "snooze_morning", "take_note", "revoke", "back", "outline_remove", "useful", "useless",
    "reason", "pass_on", "send_again", "prepared", "unprepared", "gather", "separate",
)  # fmt: skip
"""Commands that take effect by themselves."""
MAY_CHANGE_NOTHING = ("working_day",)
"""Forms that may say what holds already: a day declared as it was published."""


@dataclass
class Before:
    """What the database held before a message."""

    audit: int
    forms: dict[int, FormSession]
    messages: int


@dataclass
class Player:
    """A player and the invariants."""

    world: World
    role: str
    form: str
    speaker: Speaker = field(init=False)

    def __post_init__(self) -> None:
        self.speaker = self.world.speaker(self.role)

    def snapshot(self) -> Before:
        with self.world.database.reading() as session:
            forms = {row.id or 0: row for row in session.exec(select(FormSession))}
            session.expunge_all()
            return Before(count(session, AuditLine), forms, len(self.speaker.seen))

    def open_form(self) -> FormSession | None:
        with self.world.database.reading() as session:
            row = session.exec(
                select(FormSession).where(FormSession.status == "open").order_by(col(FormSession.id))
            ).first()
            session.expunge_all()
            return row

    # what the player does

    def begin(self) -> None:
        self.send(choice=BEGUN_BY.get(self.form, self.form))

    def answer_well(self, random: Random) -> None:
        row = self.open_form()
        if row is None:
            self.begin()
            return
        self.send(**self.good_answer(row, random))

    def good_answer(self, row: FormSession, random: Random) -> dict[str, Any]:
        """A sensible answer to what is asked now, tapped or typed."""
        taps = {c.id.split(":", 3)[3]: c.id for c in self.speaker.choices() if c.id.startswith(f"f:{row.id}:")}
        if row.asked == SUMMARY:
            return {"choice": taps["submit"]} if "submit" in taps else {"text": "提交"}
        if row.asked == CANCEL:
            return {"text": "继续填写"}
        if row.asked == CHANGE:
            return {"text": "上一步"}
        asked = FORMS[row.form].field(row.asked)
        options = [id_ for verb, id_ in taps.items() if verb.startswith("o.")]
        given = json.loads(row.answers).get(row.asked, {}).get("v")
        if asked.kind is FieldKind.MANY:
            if given and random.random() < 0.7:
                return {"text": "选好了"}
            return {"choice": random.choice(options)} if options else {"text": "跳过"}
        if options and asked.kind is FieldKind.CHOICE:
            return {"choice": random.choice(options)}
        if asked.kind is FieldKind.CHOICE:
            return {"text": "1"} if asked.required else {"text": "跳过"}
        if asked.kind is FieldKind.FILES:
            return {"text": "没有了"}
        if asked.kind is FieldKind.PERCENT:
            return {"text": random.choice(("60%", "八成", "100%"))}
        if asked.kind is FieldKind.MOMENT:
            return {"text": "8月20日下午3点"}
        if asked.kind is FieldKind.DATE:
            return {"text": "昨天" if asked.times is Times.PAST else random.choice(DAYS)}
        return {"text": random.choice(TEXTS)}

    def restart(self) -> None:
        """The process dies and comes back: nothing is left but the database file (and compiled statements)."""
        engine = self.world.database.engine
        self.world.database.close()
        self.world.database = Database(engine)
        self.speaker.database = self.world.database

    def wait(self, hours: int) -> None:
        self.world.now += timedelta(hours=hours)

    def tap_anything(self, random: Random) -> None:
        if self.speaker.shown:
            self.send(choice=random.choice(self.speaker.shown[-60:]).id)

    def repeat(self) -> None:
        """The channel delivers the last message again: nothing whatever changes."""
        if self.speaker.sent is None:
            return
        before, last = self.snapshot(), self.speaker.last
        assert self.speaker.again() == ""
        self.speaker.last = last
        after = self.snapshot()
        assert (after.audit, states(after)) == (before.audit, states(before))

    def send_file(self) -> None:
        from storage.attachments.folder import keep_file

        self.send(files=(keep_file(self.world.data, PNG, "照片.png"),))

    # what must hold

    def send(self, **content: Any) -> None:
        before = self.snapshot()
        self.speaker.sends(**content)
        self.check(before, content)

    def check(self, before: Before, content: dict[str, Any]) -> None:
        after = self.snapshot()
        assert self.speaker.last, f"no reply to {content}"
        assert all(body.text for body in self.speaker.last)
        assert "没能处理" not in self.speaker.text(), f"a turn failed on {content}"
        for body in self.speaker.last:
            assert all(len(choice.id.encode()) <= 64 for choice in body.choices)
        self.check_effects(before, after, content)
        self.check_kept(before, after, content)
        open_forms = [row for row in after.forms.values() if row.status == "open"]
        assert len(open_forms) <= 1
        if open_forms:
            here = open_forms[0].id
            ways = [one.id for one in self.speaker.choices() if one.id.startswith(f"f:{here}:")]
            ways += [one.id for one in self.speaker.choices() if one.id == f"resume:{here}"]
            assert ways, f"no way on after {content}: {self.speaker.text()}"

    def check_effects(self, before: Before, after: Before, content: dict[str, Any]) -> None:
        """Nothing unconfirmed takes effect, nothing takes effect twice."""
        newly = [
            id_
            for id_, row in after.forms.items()
            if row.status == "submitted" and (id_ not in before.forms or before.forms[id_].status != "submitted")
        ]
        assert len(newly) <= 1
        for id_ in newly:
            assert before.forms[id_].asked == SUMMARY, "submitted without its summary"
        direct = content.get("choice", "").split(":")[0] in DIRECT
        if not newly and not direct:
            assert after.audit == before.audit, f"{content} had an effect nobody confirmed"
        if any(after.forms[id_].form not in MAY_CHANGE_NOTHING for id_ in newly):
            assert after.audit > before.audit, "submitted without a trace"
        for id_, row in before.forms.items():
            if row.status in ("submitted", "cancelled", "closed"):
                assert (after.forms[id_].status, after.forms[id_].answers) == (row.status, row.answers)

    def check_kept(self, before: Before, after: Before, content: dict[str, Any]) -> None:
        """Answers go only when the person restarts, or when what they depended on changed."""
        if "重新" in content.get("text", ""):
            return
        for id_, row in before.forms.items():
            old, new = json.loads(row.answers), json.loads(after.forms[id_].answers)
            for name in old.keys() - new.keys() - {SAID, PROPOSED}:
                depends = FORMS[row.form].field(name).depends
                changed = [one for one in depends if old.get(one, {}).get("v") != new.get(one, {}).get("v")]
                assert changed, f"{content} lost {name}"

    def finish(self, random: Random) -> None:
        """From wherever it stands the form can be submitted, or at least given up."""
        row = self.open_form()
        for _ in range(60):
            if row is None:
                return
            self.answer_well(random)
            row = self.open_form()
        self.send(text="取消")
        self.send(text="放弃")
        assert self.open_form() is None


def states(before: Before) -> dict[int, tuple[str, str, str]]:
    return {id_: (row.status, row.answers, row.asked) for id_, row in before.forms.items()}


def count(session: Session, table: Any) -> int:
    return session.exec(select(func.count()).select_from(table)).one()
