"""The whole story through the terminal, the process killed between every two messages."""

import json
import subprocess
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from bot.sample.organisation import LEADER, STAFF, write_sample_workbook
from storage.instants import SHANGHAI
from tests.flows.terminal_driver import Installation, Said, say_and_die

SUBJECT = "YL14"
START = datetime(2026, 11, 23, 10, 0, tzinfo=SHANGHAI)
PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452") + b"\x00" * 40


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    folder = tmp_path_factory.mktemp("story")
    workbook = folder / "organisation.xlsx"
    write_sample_workbook(workbook, START.date())
    installed = Installation(folder / "data", START - timedelta(days=45))
    installed.run("import", str(workbook))
    installed.run("ingest", str(Path("bot/sample/documents")))
    installed.now = START
    return installed


def last(said: list[Said]) -> Said:
    assert said, "the bot said nothing"
    return said[-1]


def answer_all(installation: Installation, person: str, said: Said, *texts: str) -> Said:
    for text in texts:
        said = last(say_and_die(installation, person, text=text))
    return said


def test_reminder_talk_finding_progress_and_staff_see_it(installation: Installation, tmp_path: Path) -> None:
    reminded = say_and_die(installation, LEADER, text="我的任务")
    reminder = next(said for said in reminded if said.text.startswith("请安排谈话：许志强"))
    assert "11月30日 周一，还有7天" in reminder.text

    asked = last(say_and_die(installation, LEADER, choice=reminder.choice("记录")))
    assert "哪天谈的" in asked.text
    summary = answer_all(
        installation,
        LEADER,
        asked,
        "今天",
        "1",
        "能够履行职责，工作有进展",
        "三季度有四个项目没有按期开工",
        "对项目进度抓得不紧",
        "接受意见，说明了征地方面的原因",
        "建议加强部门协同",
    )
    assert summary.text.startswith("请核对")
    recorded = last(say_and_die(installation, LEADER, choice=summary.choice("提交")))
    assert "年度谈话任务已完成" in recorded.text

    asked = last(say_and_die(installation, LEADER, choice=recorded.choice("三清单")))
    asked = last(say_and_die(installation, LEADER, text="单位"))
    summary = answer_all(
        installation, LEADER, asked, "项目前期工作推进慢", "建立项目前期工作联席机制，逐项排出时间表", "12月20日"
    )
    while not summary.text.startswith("请核对"):
        label = "许志强" if any("许志强" in label for label in summary.choices.values()) else "跳过"
        label = label if any(label in one for one in summary.choices.values()) else next(iter(summary.choices.values()))
        summary = last(say_and_die(installation, LEADER, choice=summary.choice(label)))
    named = last(say_and_die(installation, LEADER, choice=summary.choice("提交")))
    assert "已立项" in named.text

    told = say_and_die(installation, SUBJECT, text="我的问题")
    assert any("整改任务请您办理" in said.text for said in told)
    asked = last(say_and_die(installation, SUBJECT, text="汇报进展"))
    asked = last(say_and_die(installation, SUBJECT, choice=asked.choice("项目前期工作")))
    asked = answer_all(installation, SUBJECT, asked, "召开了两次联席会议，排出了时间表")
    answered = say_and_die(installation, SUBJECT, text="谈话提纲必须包含什么？")
    assert "谈话提纲必须包含下列内容" in answered[0].text
    assert "完成了多少" in last(answered).text
    asked = answer_all(installation, SUBJECT, asked, "六成", "12月15日前", "征地手续还没有办完")
    picture = tmp_path / "会议照片.png"
    picture.write_bytes(PNG)
    asked = last(say_and_die(installation, SUBJECT, file=str(picture)))
    assert "会议照片.png" in asked.text
    summary = last(say_and_die(installation, SUBJECT, choice=asked.choice("发完了")))
    assert "60%" in summary.text
    assert "2026年12月15日" in summary.text
    changed = last(say_and_die(installation, SUBJECT, text="不对，是70%"))
    assert "70%" in changed.text
    done = last(say_and_die(installation, SUBJECT, choice=changed.choice("提交")))
    assert done.text.startswith("已提交：完成 70%")
    again = say_and_die(installation, SUBJECT, choice=changed.choice("提交"))
    assert "没有重复办理" in again[0].text or "已经用过" in again[0].text

    heard = say_and_die(installation, LEADER, text="我的任务")
    assert any("许志强汇报了整改进展：70%" in said.text for said in heard)
    assert not any("征地手续" in said.text for said in heard), "a notice never carries the content of a finding"
    seen = say_and_die(installation, STAFF, text="帮助")
    notice = next(said for said in seen if "许志强汇报了整改进展" in said.text)
    finding = last(say_and_die(installation, STAFF, choice=notice.choice("查看")))
    assert "征地手续还没有办完" in finding.text
    assert Path(finding.files[0]).read_bytes() == PNG


def test_the_reminder_stops_with_the_talk(installation: Installation) -> None:
    installation.now = START + timedelta(days=6)
    assert not any(
        "许志强" in said.text and "请安排" in said.text for said in say_and_die(installation, LEADER, text="帮助")
    )


def test_statistics_and_the_audit_chain_agree(installation: Installation) -> None:
    figures = json.loads(installation.run("stats", "--from", "2026-01-01", "--to", "2026-12-31", "--json"))
    assert figures["total"] == 3
    assert sum(figures["by_level"].values()) == figures["total"]
    assert figures["findings"]["total"] == 5
    installation.run("audit", "verify")


def test_nobody_else_opens_the_form_or_the_finding(installation: Installation) -> None:
    for choice in ("finding:5", "talk:4", "record_talk:7", "why:7"):
        said = last(say_and_die(installation, "YL17", choice=choice))
        assert "许志强" not in said.text
        assert "项目前期" not in said.text


def test_history_imported_today_sends_nothing_old(tmp_path: Path) -> None:
    workbook = tmp_path / "organisation.xlsx"
    write_sample_workbook(workbook, date(2025, 3, 3))
    installed = Installation(tmp_path / "data", START)
    installed.run("import", str(workbook))
    simulated = installed.run("simulate", "--from", "2026-11-23", "--to", "2026-11-23", "--json")
    stages = [json.loads(line)["stage"] for line in simulated.splitlines()]
    assert all(stage > 0 and stage % 7 == 0 for stage in stages)
    said = say_and_die(installed, LEADER, text="帮助")
    assert len(said) == 1 + sum(json.loads(line)["recipient"] == LEADER for line in simulated.splitlines())


def test_an_unknown_person_is_told_so(installation: Installation) -> None:
    done = subprocess.run(
        installation.command("chat", "--as", "NOBODY", "--json"),
        capture_output=True,
        text=True,
        env=installation.surroundings(),
        check=False,
        input="",
    )
    assert done.returncode == 1
    assert "没有编号为“NOBODY”的人员" in done.stderr
