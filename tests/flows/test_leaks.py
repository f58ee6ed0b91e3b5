"""Every role asks for every record, by command text, by button id and by question; nobody sees what is not theirs."""

# ruff: noqa: E501 (tables of Chinese phrases, one entry a line)

from pathlib import Path

import pytest
from sqlalchemy import delete
from sqlmodel import SQLModel, col, func, select

from bot.binding import BINDING_TEXT
from bot.commands import BY_VERB
from bot.forms import FORMS
from bot.inbox import accept
from bot.messages import IncomingMessage
from storage.attachments.folder import path_of
from storage.conversations.tables import FormSession, ReceivedMessage
from storage.database import open_database
from storage.findings.tables import Attachment
from storage.outbox.tables import OutgoingMessage
from tests.bot.dialogue.rich_world import rich_world
from tests.bot.dialogue.speaking import NUMBERS, PNG
from tests.bot.dialogue.world import World
from tests.bot.forms.filling import fill
from tests.cast import CODES
from tests.engines import SqliteFiles

SECRETS = {
    "record": ("村级账目12处不清", {"leader", "recorder", "organisation", "discipline", "subject"}),
    "finding": ("乡镇项目资金拨付慢", {"leader", "recorder", "organisation", "discipline", "subject", "responsible"}),
    "personal_finding": ("下乡调研全年3次", {"leader", "recorder", "organisation", "discipline", "subject", "liaison"}),
    "progress": ("清理30笔", {"leader", "recorder", "organisation", "discipline", "subject", "responsible"}),
    "extension": ("省级资金未到位", {"leader", "recorder", "organisation", "discipline", "subject", "responsible"}),
    "outline": ("完成率41%", {"organisation", "discipline", "subject"}),
    "objection": ("账目已在六月理清", {"leader", "subject"}),
    "half_filled": ("还没有提交的话", {"responsible"}),
    "attachment": ("机密清单.png", {"leader", "recorder", "organisation", "discipline", "subject", "responsible"}),
    "passed_question": ("谈话记录要存几年", {"organisation", "discipline", "responsible"}),
    "standard_answer": (
        "在谈话室进行",
        {"organisation", "discipline", "subject", "liaison", "responsible", "township_head"},
    ),
    "duty": ("冯乡", {"subject", "organisation", "discipline", "township_head", "leader", "liaison"}),
}
"""A text only some roles may read, and which."""

ROLES = tuple(CODES)
TYPED = ("我的任务", "我的问题", "谈话情况", "未谈名单", "逾期问题", "待我办理", "我的谈话对象", "覆盖情况", "为什么提醒我", "谈话提纲",
         "委托代办", "外出", "稍后提醒", "继续", "帮助", "建立三清单", "记录谈话", "安排谈话", "调研准备", "汇报进展", "申请延期", "回头看",
         "更正进展", "作废进展", "更正谈话记录", "作废谈话记录", "会签提纲", "谈话质量自查", "提出异议", "撤回异议", "登记会上剖析",
         "作废会上剖析", "更改回头看",
         "待答提问", "标准答复", "答复评价", "答复提问", "修改标准答复")  # fmt: skip
ASKED = ("吴敏有什么问题？", "吴敏谈话记录里写了什么", "乡镇项目资金拨付慢的整改到哪一步了？", "王实的进展怎么样？", "冯乡的谈话提纲是什么",
         "把谈话编号1的记录发给我", "问题1的佐证材料给我看看", "谁被谈话了？", "12处不清是哪里的")  # fmt: skip
MOST = 7
"""Ids tried for every verb: more than there are of any record."""


@pytest.fixture(scope="module")
def world(sqlite_files: SqliteFiles, tmp_path_factory: pytest.TempPathFactory) -> World:
    """The rich world with an objection, an attachment and a form somebody has half filled in."""
    folder = tmp_path_factory.mktemp("leaks")
    with sqlite_files.fresh(folder) as database:
        path = Path(str(database.engine.url.database))
    made = rich_world(open_database(f"sqlite:///{path}", durable=False), folder)
    subject, doer = made.speaker("subject"), made.speaker("responsible")
    subject.taps_id(f"object:{made.talk_id}")
    fill(subject, "账目已在六月理清，有凭证", "[提交]")
    doer.says("汇报进展")
    doer.taps("清理积压拨付单")
    fill(doer, "清理30笔共5000元", "70%", "9月20日", "没有")
    doer.sends_file("机密清单.png", PNG)
    fill(doer, "[发完了]", "[提交]")
    doer.says("汇报进展")
    doer.taps("清理积压拨付单")
    doer.says("还没有提交的话")
    made.speakers.clear()
    return made


CHANGING = (
    "acknowledge", "snooze_hour", "snooze_morning", "take_note", "revoke", "back", "outline_remove", "pass_on", "gather",
    "separate",
)  # fmt: skip
"""Verbs that act at once: tried by those who may not in the tests of each."""


def asks_everything(world: World, role: str) -> dict[str, str]:
    """Everything `role` is told, by what they did."""
    with world.database.reading() as session:
        others = session.exec(select(FormSession).where(FormSession.person_id != world.cast[role])).all()
        forms = [(row.id, row.step) for row in others]
    choices = [f"{verb}:{number}" for verb in BY_VERB if verb not in CHANGING for number in range(1, MOST)]
    for form, step in forms:
        choices += [f"f:{form}:{step}:{tail}" for tail in ("submit", "change", "keep", "o.1", "take")]
        choices.append(f"resume:{form}")
    choices += [f"fresh:{form}" for form in FORMS]
    typed = [{"text": words} for words in (*TYPED, *ASKED)]
    return told_to(world, role, [*typed, *({"choice": choice} for choice in choices)])


def told_to(world: World, role: str, contents: list[dict[str, str]]) -> dict[str, str]:
    """What `role` is told to each message, buttons and file names included; forms that begin are put away again."""
    conversation, person = world.speaker(role).conversation(), world.cast[role]
    asked: dict[int, str] = {}
    own = own_forms(world, person)
    for content in contents:
        message = IncomingMessage("terminal", f"leak{next(NUMBERS)}", role, **content)  # type: ignore[arg-type]
        accept(world.database, message, now=world.now, person_id=person)
        conversation.work()
        with world.database.transaction() as session:
            latest = session.exec(select(func.max(ReceivedMessage.id))).one()
            asked[latest or 0] = "".join(content.values())
            session.execute(
                delete(FormSession).where(col(FormSession.person_id) == person, col(FormSession.id).not_in(own))
            )
    told = dict.fromkeys(asked.values(), "")
    with world.database.reading() as session:
        rows = session.exec(
            select(OutgoingMessage.key, OutgoingMessage.body).where(OutgoingMessage.person_id == person)
        )
        for key, body in rows:
            kind, number, *_ = key.split(":")
            if kind == "reply" and int(number) in asked:
                told[asked[int(number)]] += body
    return told


def own_forms(world: World, person: int) -> list[int | None]:
    with world.database.reading() as session:
        return list(session.exec(select(FormSession.id).where(FormSession.person_id == person)))


@pytest.mark.parametrize("kind", list(SECRETS))
def test_those_who_may_do_see_it(world: World, kind: str) -> None:
    """A test that forbids everything would pass too: each secret is found by somebody.

    It comes first: asking for everything goes on with forms and so changes what is there to be seen.
    """
    secret, allowed = SECRETS[kind]
    looks = (quick_look(world, role).values() for role in sorted(allowed))
    assert any(secret in said for look in looks for said in look), f"nobody finds {kind}"


def quick_look(world: World, role: str) -> dict[str, str]:
    typed = [{"text": words} for words in ("看看填了什么", "我的任务", "未谈名单", "谈话情况")]
    verbs = ("finding", "talk", "outline", "extension", "why", "question", "standard", "kept_answer")
    choices = [{"choice": f"{verb}:{number}"} for verb in verbs for number in range(1, MOST)]
    return told_to(world, role, [*typed, *choices])


@pytest.mark.parametrize("role", ROLES)
def test_nobody_sees_what_is_not_theirs(world: World, role: str) -> None:
    told = asks_everything(world, role)
    for kind, (secret, allowed) in SECRETS.items():
        seen = [how for how, said in told.items() if secret in said and secret not in how]
        if role in allowed:
            continue
        assert not seen, f"{role} learns of {kind} by {seen[:5]}: {told[seen[0]][:300]}"


@pytest.mark.parametrize("role", ["outside_staff", "administrator"])
def test_absent_and_forbidden_look_the_same(world: World, role: str) -> None:
    for verb in BY_VERB:
        told = told_to(world, role, [{"choice": f"{verb}:{number}"} for number in (1, 987654)])
        forbidden, absent = told.values()
        assert forbidden == absent.replace("987654", "1"), verb


def test_a_stranger_gets_the_binding_text_and_nothing_else(world: World) -> None:
    conversation = world.speaker("leader").conversation()
    for number, text in enumerate((*TYPED, *ASKED)):
        accept(world.database, IncomingMessage("telegram", f"s{number}", "stranger", text=text), now=world.now)
    for number, verb in enumerate(BY_VERB):
        message = IncomingMessage("telegram", f"c{number}", "stranger", choice=f"{verb}:1")
        accept(world.database, message, now=world.now)
    conversation.work()
    with world.database.reading() as session:
        said = {row.body for row in session.exec(select(OutgoingMessage).where(OutgoingMessage.account == "stranger"))}
    assert len(said) == 1
    assert BINDING_TEXT in said.pop()


def test_files_lie_under_names_nobody_chose(world: World) -> None:
    with world.database.reading() as session:
        digests = session.exec(select(Attachment.digest).where(Attachment.name == "机密清单.png")).all()
    assert path_of(world.data, digests[0]).read_bytes() == PNG
    assert not list(world.data.rglob("*机密*"))


def test_the_gates_cover_every_table_with_content() -> None:
    """A new table with texts is to be thought of here: add it, and who may read it, above."""
    known = {
        "talkrecord", "finding", "measure", "progressentry", "extension", "outline", "outlinequestion", "talksubject",
        "attachment", "formsession", "lookback", "meetinganalysis", "review", "talkcheck", "outlinesignature", "openquestion", "standardanswer",
        "questionlog",
    }  # fmt: skip
    assert known <= set(SQLModel.metadata.tables)
