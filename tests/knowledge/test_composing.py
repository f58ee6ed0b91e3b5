"""Composed answers: checked sentence by sentence, and quotes whenever the model is of no help."""

import pytest

from knowledge.answering import PolicyDesk
from knowledge.characters import squeezed
from knowledge.language_model import ChatModel
from storage.documents.rules import PUBLIC
from tests.knowledge.chat_server import chat_server
from tests.knowledge.conftest import TODAY, CountedWords
from tests.knowledge.samples import SAMPLES

QUESTION = "夜间值班从几点到几点"
TEXTS = {sample.name: squeezed(sample.text) for sample in SAMPLES}


@pytest.fixture
def server():
    with chat_server() as told:
        yield told


@pytest.fixture
def composing(register, tmp_path, server):
    chat = ChatModel(register, server.url, "small", timeout=0.5, calls_a_day=2)
    return PolicyDesk(register, tmp_path / "data", embeddings=CountedWords(), chat=chat)


def ask(desk):
    return desk.answer(QUESTION, audience=PUBLIC, on_date=TODAY)


def test_what_holds_is_shown_with_its_sources(composing, server):
    server.says = "夜间值班时间为18时至次日8时[1]。"
    answer = ask(composing)
    assert answer.kind == "composed"
    assert answer.text.startswith("夜间值班时间为18时至次日8时。[1]\n[1] 《云溪县机关值班管理办法》第四条（现行）")
    assert all(squeezed(citation.quote) in TEXTS[citation.document] for citation in answer.citations)


@pytest.mark.parametrize(
    "said", ["夜间值班时间为20时至次日6时[1]。", "我不知道。", "夜间值班时间为18时至次日8时。", " "]
)
def test_what_does_not_hold_is_replaced_by_quotes(composing, server, said):
    server.says = said
    answer = ask(composing)
    assert answer.kind == "quoted"
    assert "18时至次日8时" in answer.text


def test_a_model_that_sees_no_basis_declines(composing, server):
    server.says = "无依据"
    answer = ask(composing)
    assert answer.kind == "abstain"
    assert answer.nearest


def test_a_server_in_trouble_means_quotes(composing, server):
    server.status = 500
    assert ask(composing).kind == "quoted"
    server.status, server.delay = 200, 2.0
    assert ask(composing).kind == "quoted"


def test_the_budget_of_the_day_is_kept(composing, server):
    server.says = "夜间值班时间为18时至次日8时[1]。"
    assert [ask(composing).kind for _ in range(3)] == ["composed", "composed", "quoted"]
    assert len(server.asked) == 2


def test_hidden_documents_never_reach_the_model(composing, server):
    server.says = "无依据"
    composing.answer("紫藤专班负责什么", audience=PUBLIC, on_date=TODAY)
    assert "会商" not in "".join(server.asked)
