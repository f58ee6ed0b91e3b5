"""Kill -9 inside turns, at random statements, and between them: the dialogue goes on where it was, nothing is doubled.

A child process takes the turn and is killed at the n-th statement; the channel then delivers the message again, as
Telegram and WeCom do. 200 points with TANHUA_SOAK=1, fewer in `make test`.
"""

# ruff: noqa: E501 (tables of Chinese phrases, one entry a line)

import os
import time
from functools import partial
from pathlib import Path
from random import Random

import pytest
from sqlmodel import col, select

from bot.messages import IncomingMessage
from bot.sample.organisation import write_sample_workbook
from storage.attachments.folder import keep_file
from storage.audit import AuditLine
from storage.conversations.tables import FormSession, ReceivedMessage
from storage.database import Database
from storage.findings.tables import ProgressEntry, ProgressEvidence
from storage.outbox.tables import OutgoingMessage
from tests.bot.dialogue.speaking import NUMBERS, PNG
from tests.bot.dialogue.world import World, build_world, take_turn, take_turn_in
from tests.flows.clean_start import killed_at
from tests.flows.terminal_driver import Installation
from tests.moments import moment

SOAK = bool(os.environ.get("TANHUA_SOAK"))
POINTS = 200 if SOAK else 24
LONGEST_TURN = 60
"""Statements of a turn, about; a kill planned later than the turn's end is a kill between turns."""

ANSWERS = (
    "汇报进展", "[清理积压拨付单]", "已清理积压单据30笔", "完成60%，9月20日前能完成", "整改销号需要谁来验收？", "没有", "[file]",
    "[发完了]", "不对，是70%", "[提交]", "[提交]",
)  # fmt: skip


def message_for(world: World, answer: str) -> IncomingMessage:
    """The message that gives this answer; a [label] is tapped among the choices offered last."""
    identity = ("terminal", f"k{next(NUMBERS)}", "W")
    if answer == "[file]":
        return IncomingMessage(*identity, files=(keep_file(world.data, PNG, "照片.png"),))
    if not answer.startswith("["):
        return IncomingMessage(*identity, text=answer)
    with world.database.reading() as session:
        bodies = session.exec(
            select(OutgoingMessage.body)
            .where(OutgoingMessage.person_id == world.cast["responsible"])
            .order_by(col(OutgoingMessage.id))
        ).all()
    from storage.outbox.body import read_body

    choices = [choice for body in bodies for choice in read_body(body).choices if answer[1:-1] in choice.label]
    return IncomingMessage(*identity, choice=choices[-1].id)


@pytest.mark.timeout(3_600 if SOAK else 300)
def test_killed_inside_turns(sqlite_database: Database, tmp_path: Path) -> None:
    world, random, killed = build_world(sqlite_database, tmp_path), Random(7), 0
    url = sqlite_database.engine.url.render_as_string(hide_password=False)
    rounds = 0
    while rounds * len(ANSWERS) < POINTS:
        rounds += 1
        for answer in ANSWERS:
            message, at = message_for(world, answer), random.randint(1, LONGEST_TURN)
            world.database.close()
            killed += killed_at(url, at, partial(take_turn_in, world.cast, world.data, world.now, message))
            take_turn(world, message)  # the channel delivers it again
        check_after(world, rounds)
    assert killed > POINTS // 4


def check_after(world: World, rounds: int) -> None:
    """So many reports, each once, with its file, its audit line, its form; every message handled and answered once."""
    with world.database.reading() as session:
        entries = session.exec(select(ProgressEntry)).all()
        assert [(one.percent, one.done) for one in entries] == [(70, "已清理积压单据30笔")] * rounds
        assert len(session.exec(select(ProgressEvidence)).all()) == rounds
        assert [row.status for row in session.exec(select(FormSession))] == ["submitted"] * rounds
        reports = session.exec(select(AuditLine).where(AuditLine.action == "finding.report_progress")).all()
        assert len(reports) == rounds
        received = session.exec(select(ReceivedMessage)).all()
        assert len(received) == rounds * len(ANSWERS)
        assert all(row.handled_at for row in received)
        keys = session.exec(select(OutgoingMessage.key)).all()
        assert {int(key.split(":")[1]) for key in keys if key.startswith("reply:")} == {row.id for row in received}
        assert len(keys) == len(set(keys))
        assert len([key for key in keys if key.startswith("notice:")]) == rounds * 3


def test_a_real_process_is_killed_inside_turns(tmp_path: Path) -> None:
    """`tanhua chat --json` dies at once after a line was written to it, again and again; the form goes on."""
    write_sample_workbook(tmp_path / "organisation.xlsx", moment("2025-08-01").date())
    installed = Installation(tmp_path / "data", moment("2025-08-01 10:00"))
    installed.run("import", str(tmp_path / "organisation.xlsx"))
    person, random = "YL14", Random(3)
    for words in (
        ("登记外出", "8月11日", "8月15日", "事由是学习培训")
        if not SOAK
        else ("登记外出", "8月11日", "8月15日", "学习") * 10
    ):
        chat = installed.chat(person)
        chat.write(text=words)
        time.sleep(random.uniform(0, 0.6))
        chat.kill()
    with_form = installed.chat(person)
    said = with_form.send(text="看看填了什么")
    with_form.kill()
    assert said
    assert all(one.text and "没能处理" not in one.text for one in said)
