"""Documents that differ stand side by side; a phrase nobody defines is said to be so; lists come whole."""

from datetime import date
from pathlib import Path

import pytest

from knowledge.answering import Answer, PolicyDesk
from knowledge.definitions import is_explained, phrase_asked
from knowledge.ingesting import ingest
from knowledge.manifest import read_manifests
from storage.database import Database
from storage.documents.rules import PUBLIC, read_audience
from tests.knowledge.conftest import NOW, TODAY, CountedWords

HILL = """青山县干部谈心谈话办法
（2024年5月6日 青山县委办公室印发）

第一条 为规范谈心谈话，制定本办法。
第二条 谈心谈话每年不少于2次，每次不少于30分钟。
第三条 谈心谈话可以在会议室进行。
第四条 谈心谈话坚持“三听三看”，做到见人见事见思想。
第五条 谈心谈话前应当准备下列材料：
（一）谈话对象的年度考核结果。考核结果应当是最近两年的；
（二）巡察反馈意见；
（三）信访反映情况；
（四）个人有关事项报告；
（五）民主生活会对照检查材料。
第六条 所称“四必谈”，是指岗位变动必谈、考核靠后必谈、群众有反映必谈、家庭有变故必谈。
"""
RIVER = """绿水县干部谈心谈话办法
（2024年9月2日 绿水县委办公室印发）

第一条 为规范谈心谈话，制定本办法。
第二条 谈心谈话每年不少于4次，每次不少于60分钟。
第三条 谈心谈话不得在会议室进行。
第四条 谈心谈话按照以下步骤开展：
一是确定对象。由组织部门提出名单，报主要负责人审定；
二是通知本人。提前3日告知时间、地点和主题；
三是当面谈话。由主要负责人主谈，一人记录；
四是整理记录。谈话后5日内整理完毕，由双方签字；
五是跟踪问效。半年后回访一次，了解整改情况。
"""


@pytest.fixture
def two(database: Database, tmp_path: Path) -> PolicyDesk:
    """Two counties' rules on the same thing."""
    for name, text in (("青山办法.txt", HILL), ("绿水办法.txt", RIVER)):
        done = ingest(
            database, text.encode(), name, vouched=read_manifests(tmp_path).get(name), actor=None, now=NOW,
            audience=read_audience("公开"),
        )  # fmt: skip
        assert done.outcome == "added", done
    return PolicyDesk(database, tmp_path / "data", embeddings=CountedWords())


def ask(desk: PolicyDesk, question: str, day: date = TODAY) -> Answer:
    return desk.answer(question, audience=PUBLIC, on_date=day)


@pytest.mark.parametrize("question", ["谈心谈话每年不少于几次", "谈心谈话可以在会议室进行吗"])
def test_two_documents_that_differ_stand_side_by_side(two: PolicyDesk, question: str) -> None:
    answer = ask(two, question)
    assert answer.kind == "quoted"
    assert {citation.document for citation in answer.citations} == {"青山办法.txt", "绿水办法.txt"}
    assert "规定不一致，原文分列如上，未作合并" in answer.text
    assert not answer.text.startswith(("可以", "不可以")), "no conclusion where the rules differ"
    for citation in answer.citations:
        source = HILL if citation.document == "青山办法.txt" else RIVER
        assert "".join(citation.quote.split()) in "".join(source.split())
    places = [answer.text.index(title) for title in ("《青山县干部谈心谈话办法》第", "《绿水县干部谈心谈话办法》第")]
    assert places[0] != places[1]


def test_one_county_alone_gets_no_such_note(two: PolicyDesk) -> None:
    assert "规定不一致" not in ask(two, "谈心谈话前应当准备哪些材料").text


@pytest.mark.parametrize("question", ["什么是三听三看", "“三听三看”是什么意思？", "请问三听三看指的是什么"])
def test_a_phrase_that_is_used_but_not_defined_is_said_to_be_so(two: PolicyDesk, question: str) -> None:
    answer = ask(two, question)
    assert answer.kind == "abstain"
    assert answer.text.startswith("已登记的文件用到“三听三看”，但没有给出定义。")
    assert answer.nearest[0].quote == "第四条 谈心谈话坚持“三听三看”，做到见人见事见思想。"


def test_a_phrase_that_is_defined_is_quoted(two: PolicyDesk) -> None:
    answer = ask(two, "什么是四必谈")
    assert answer.kind == "quoted"
    assert "岗位变动必谈" in answer.text


@pytest.mark.parametrize(
    ("question", "phrase"),
    [
        ("什么是一报告两评议", "一报告两评议"),
        ("“七个有之”指什么？", "七个有之"),
        ("三重一大的含义是什么", "三重一大"),
        ("何谓政治画像", "政治画像"),
        ("办理期限是什么", ""),
        ("谈话提纲必须包含什么", ""),
        ("什么情况下可以延期", ""),
        ("什么时候谈话", ""),
    ],
)
def test_which_questions_ask_for_a_meaning(question: str, phrase: str) -> None:
    assert phrase_asked(question) == phrase


@pytest.mark.parametrize(
    ("text", "explained"),
    [
        ("本办法所称谈话提醒，是指对苗头性问题的提醒。", True),
        ("谈话提醒包括当面提醒和书面提醒。", True),
        ("开展批评教育（以下简称谈话提醒）。", True),
        ("对存在苗头性问题的，应当及时谈话提醒。", False),
        ("谈话提醒是否必要，由主要负责人决定。", False),
        ("谈话提醒：\n（一）当面进行", True),
        ("谈话提醒指导小组负责此项工作。", False),
    ],
)
def test_what_explains_a_phrase(text: str, explained: bool) -> None:
    assert is_explained("谈话提醒", [text]) is explained


def test_what_a_phrase_counts_explains_it() -> None:
    assert is_explained("三个突出", ["会议强调三个突出。突出政治建设，突出问题导向，突出常态长效。"])
    assert not is_explained("三个突出", ["会议强调三个突出，突出重点抓落实。"])


def test_lists_come_whole(two: PolicyDesk) -> None:
    materials = ask(two, "谈心谈话前要准备哪些材料").text
    assert all(item in materials for item in ("年度考核结果", "巡察反馈", "信访反映", "有关事项报告", "对照检查材料"))
    steps = ask(two, "谈心谈话按照哪些步骤开展").text
    assert all(item in steps for item in ("确定对象", "通知本人", "当面谈话", "整理记录", "跟踪问效", "半年后回访"))
