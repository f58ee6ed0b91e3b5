"""The chat model peer as the openai client and langchain see it."""

from __future__ import annotations

from collections.abc import Iterator

import openai
import pytest
from openai import OpenAI
from openai.types.chat import ChatCompletion

from tests.peers import ChatModelServer


@pytest.fixture
def server() -> Iterator[ChatModelServer]:
    with ChatModelServer() as running:
        yield running


@pytest.fixture
def client(server: ChatModelServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenAI]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with OpenAI(api_key=server.api_key, base_url=server.base_url, max_retries=0, timeout=1) as one:
        yield one


def ask(client: OpenAI, text: str = "问题", model: str = "peer-model", most: int | None = None) -> ChatCompletion:
    return client.chat.completions.create(
        model=model, messages=[{"role": "user", "content": text}], max_tokens=most, timeout=0.5
    )


def test_answers_in_the_order_told(server: ChatModelServer, client: OpenAI) -> None:
    server.will_answer("第一", "第二")
    server.will_answer_by(lambda messages: f"{len(messages)} 条")
    answers = [ask(client, f"问 {number}").choices[0].message.content for number in range(3)]
    assert answers == ["第一", "第二", "1 条"]
    assert [request.prompt for request in server.requests] == ["问 0", "问 1", "问 2"]


def test_refusal_length_and_stream(server: ChatModelServer, client: OpenAI) -> None:
    server.will_refuse("不便回答")
    message = ask(client).choices[0].message
    assert (message.content, message.refusal) == (None, "不便回答")
    server.will_answer("一二三四五六")
    choice = ask(client, most=3).choices[0]
    assert (choice.message.content, choice.finish_reason) == ("一二三", "length")
    server.will_answer("一段比较长的流式回答")
    parts = client.chat.completions.create(model="peer-model", messages=[{"role": "user", "content": "x"}], stream=True)
    assert "".join(part.choices[0].delta.content or "" for part in parts) == "一段比较长的流式回答"


def test_errors(server: ChatModelServer, client: OpenAI) -> None:
    with pytest.raises(openai.NotFoundError):
        ask(client, model="other")
    with pytest.raises(openai.AuthenticationError):
        ask(client.with_options(api_key="wrong"))
    with pytest.raises(openai.BadRequestError):
        ask(client, "长" * 40_000)
    for kind, error in (
        ("429", openai.RateLimitError),
        ("5xx", openai.InternalServerError),
        ("reset", openai.APIConnectionError),
        ("timeout_after", openai.APITimeoutError),
        ("truncated", openai.APIConnectionError),
    ):
        server.fail_next("chat/completions", kind)
        with pytest.raises(error):
            ask(client)
    server.fail_next("chat/completions", 400)
    with pytest.raises(openai.BadRequestError):
        ask(client)
    server.fail_next("chat/completions", "malformed")
    with pytest.raises(ValueError):
        ask(client)
    server.fail_next("chat/completions", "slow", seconds=0.1)
    assert ask(client).choices[0].message.content == "好的。"


def test_embeddings_put_like_texts_near(server: ChatModelServer, client: OpenAI) -> None:
    texts = ["谈话每年一次", "谈话每年两次", "绿化面积统计"]
    asked_as_base64 = client.embeddings.create(model="peer-model", input=texts).data
    asked_as_numbers = client.embeddings.create(model="peer-model", input=texts, encoding_format="float").data
    for data in (asked_as_base64, asked_as_numbers):
        first, near, far = (item.embedding for item in data)
        assert len(first) == server.dimensions
        assert sum(a * b for a, b in zip(first, near, strict=True)) > sum(
            a * b for a, b in zip(first, far, strict=True)
        )
    assert server.embedded == texts * 2
    assert client.models.list().data[0].id == "peer-model"
