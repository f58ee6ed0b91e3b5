"""With a chat model configured: what the grammar cannot read is proposed, shown, and taken only when confirmed."""

import json
from collections.abc import Iterator
from functools import partial

import pytest
from sqlmodel import select

from knowledge.language_model import ChatModel
from knowledge.proposing import Wanted, propose, values_in
from storage.conversations.tables import FormSession
from tests.bot.dialogue.speaking import Speaker
from tests.bot.dialogue.world import World
from tests.peers.chat_model_server import ChatModelServer

UNREADABLE = "差不多快弄利索了，也就剩个尾巴"


@pytest.fixture
def server() -> Iterator[ChatModelServer]:
    with ChatModelServer() as running:
        yield running


@pytest.fixture
def doer(world: World, server: ChatModelServer) -> Speaker:
    """王实, asked how far the work is, with a model at hand."""
    speaker = world.speaker("responsible")
    chat = ChatModel(world.database, server.base_url, server.model, server.api_key, timeout=5)
    speaker.propose = partial(propose, chat)
    speaker.says("汇报进展")
    speaker.taps("清理积压拨付单")
    speaker.says("已清理积压单据30笔")
    return speaker


def answers(world: World) -> dict[str, object]:
    with world.database.reading() as session:
        kept = session.exec(select(FormSession.answers)).one()
    return {name: one["v"] for name, one in json.loads(kept).items() if not name.startswith("#")}


def test_a_proposal_is_shown_and_taken_only_when_confirmed(
    world: World, doer: Speaker, server: ChatModelServer
) -> None:
    server.will_answer('{"percent": 90}')
    assert "您的意思是：完成比例 90%？" in doer.says(UNREADABLE)
    assert "percent" not in answers(world)
    assert "完成比例：90%" in doer.taps("是，填入")
    assert answers(world)["percent"] == 90
    assert UNREADABLE in server.requests[0].prompt


def test_yes_may_be_typed(world: World, doer: Speaker, server: ChatModelServer) -> None:
    server.will_answer('好的：{"percent": "90%", "expected_on": "2025-09-10"}')
    assert "完成比例 90%，预计完成日期 2025年9月10日" in doer.says(UNREADABLE)
    doer.says("对")
    assert (answers(world)["percent"], answers(world)["expected_on"]) == (90, "2025-09-10")


@pytest.mark.parametrize("no", ["不是", "不对"])
def test_a_declined_proposal_fills_nothing(world: World, doer: Speaker, server: ChatModelServer, no: str) -> None:
    server.will_answer('{"percent": 90}')
    doer.says(UNREADABLE)
    assert "没有填入" in doer.says(no)
    assert "percent" not in answers(world)


def test_another_answer_lets_the_proposal_lapse(world: World, doer: Speaker, server: ChatModelServer) -> None:
    server.will_answer('{"percent": 90}')
    doer.says(UNREADABLE)
    doer.says("八成")
    assert answers(world)["percent"] == 80


@pytest.mark.parametrize(
    "said", ['{"percent": 190}', '{"percent": "很多"}', '{"expected_on": "2020-01-01"}', "不清楚", "{}", '["percent"]']
)
def test_what_does_not_hold_is_not_even_shown(world: World, doer: Speaker, server: ChatModelServer, said: str) -> None:
    server.will_answer(said)
    assert "您的意思是" not in doer.says(UNREADABLE)
    assert "percent" not in answers(world)


def test_what_the_grammar_reads_is_not_sent_anywhere(doer: Speaker, server: ChatModelServer) -> None:
    doer.says("八成")
    doer.says("12月1日")
    assert server.requests == []


def test_a_server_in_trouble_means_asking_back(world: World, doer: Speaker, server: ChatModelServer) -> None:
    server.will_refuse()
    assert "完成了多少" in doer.says(UNREADABLE)
    assert "percent" not in answers(world)


def test_only_values_asked_for_are_taken_from_a_reply() -> None:
    wanted = (Wanted("percent", "完成比例", "percent"),)
    assert values_in('{"percent": 5, "other": 6}', wanted) == {"percent": 5}
    assert values_in("{'percent': 5}", wanted) == {}
