"""A local OpenAI-compatible server: /v1/chat/completions, /v1/embeddings, /v1/models, with answers told in advance."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import math
import struct
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from .clock import Clock, machine_clock
from .faults import Fault
from .serving import LocalServer

_ROLES = frozenset({"system", "developer", "user", "assistant", "tool"})
Answerer = Callable[[list[dict[str, Any]]], str]


@dataclass(frozen=True)
class ChatRequest:
    """One accepted chat request. `prompt`: all message texts, joined by line ends."""

    model: str
    messages: list[dict[str, Any]]
    body: dict[str, Any]

    @property
    def prompt(self) -> str:
        return "\n".join(_text(message.get("content")) for message in self.messages)


@dataclass(frozen=True)
class _Scripted:
    text: str
    refusal: bool = False
    finish_reason: str = "stop"


class _Refused(Exception):
    def __init__(self, status: int, message: str, code: str) -> None:
        super().__init__(message)
        self.status, self.message, self.code = status, message, code


class ChatModelServer(LocalServer):
    """Without a script it answers "好的。". Faults go by "chat/completions", "embeddings" and "models".

    `context_characters`: prompts longer than this are refused with 400 context_length_exceeded. `dimensions`: of the
    embeddings, which are unit vectors of character pairs, so that like texts lie near each other.
    """

    def __init__(
        self,
        *,
        api_key: str = "peer-key",
        model: str = "peer-model",
        dimensions: int = 64,
        context_characters: int = 32_000,
        clock: Clock = machine_clock,
    ) -> None:
        super().__init__(clock=clock)
        self.api_key, self.model, self.dimensions = api_key, model, dimensions
        self.context_characters = context_characters
        self.requests: list[ChatRequest] = []
        self.embedded: list[str] = []
        self._script: deque[_Scripted] = deque()
        self._answerer: Answerer = lambda _: "好的。"
        self._ids = itertools.count(1)

    @property
    def base_url(self) -> str:
        """For clients: ends in /v1."""
        return f"{self.url}/v1"

    def will_answer(self, *texts: str, finish_reason: str = "stop") -> None:
        """The next answers, in order."""
        self._script.extend(_Scripted(text, finish_reason=finish_reason) for text in texts)

    def will_refuse(self, text: str = "无法回答。") -> None:
        """The next answer is a refusal: no content, the `refusal` field set."""
        self._script.append(_Scripted(text, refusal=True))

    def will_answer_by(self, answerer: Answerer) -> None:
        """Whatever is not scripted is answered by this function of the messages."""
        self._answerer = answerer

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route("/v1/chat/completions", self._chat, methods=["POST"]),
            Route("/v1/embeddings", self._embeddings, methods=["POST"]),
            Route("/v1/models", self._models, methods=["GET"]),
        ]

    async def _chat(self, request: Request) -> Response:
        return await self._answer(request, "chat/completions", self._complete)

    async def _embeddings(self, request: Request) -> Response:
        return await self._answer(request, "embeddings", self._embed)

    async def _models(self, request: Request) -> Response:
        listed = {"object": "list", "data": [{"id": self.model, "object": "model", "owned_by": "peer"}]}
        return await self._answer(request, "models", lambda _: JSONResponse(listed))

    async def _answer(self, request: Request, name: str, act: Callable[[dict[str, Any]], Response]) -> Response:
        raw = await request.body()
        fault = self.faults.take(name)
        if fault is not None and (fault.code is not None or fault.kind == "429"):
            return _numbered(fault)

        async def accept() -> Response:
            try:
                if request.headers.get("authorization") != f"Bearer {self.api_key}":
                    raise _Refused(401, "Incorrect API key provided", "invalid_api_key")
                with self.changed:
                    response = act(_json_object(raw))
                    self.changed.notify_all()
                return response
            except _Refused as error:
                return _error(error.status, error.message, error.code)

        return await self.answer_with_faults(request, fault, accept)

    def _complete(self, body: dict[str, Any]) -> Response:
        self._check_model(body)
        messages = _messages(body)
        chat = ChatRequest(self.model, messages, body)
        if len(chat.prompt) > self.context_characters:
            raise _Refused(400, "This model's maximum context length is exceeded", "context_length_exceeded")
        self.requests.append(chat)
        script = self._script.popleft() if self._script else _Scripted(self._answerer(messages))
        most = body.get("max_completion_tokens") or body.get("max_tokens")
        text, reason = script.text, script.finish_reason
        if isinstance(most, int) and len(text) > most:
            text, reason = text[:most], "length"
        if body.get("stream"):
            return StreamingResponse(self._stream(text, reason), media_type="text/event-stream")
        message = {"role": "assistant", "content": None, "refusal": text} if script.refusal else None
        choice = {
            "index": 0,
            "message": message or {"role": "assistant", "content": text, "refusal": None},
            "finish_reason": reason,
            "logprobs": None,
        }
        prompt, answer = len(chat.prompt), len(text)
        usage = {"prompt_tokens": prompt, "completion_tokens": answer, "total_tokens": prompt + answer}
        return JSONResponse(self._head("chat.completion") | {"choices": [choice], "usage": usage})

    async def _stream(self, text: str, reason: str) -> AsyncIterator[str]:
        head = self._head("chat.completion.chunk")
        deltas: list[tuple[dict[str, str], str | None]] = [({"role": "assistant", "content": ""}, None)]
        deltas += [({"content": text[start : start + 8]}, None) for start in range(0, len(text), 8)]
        for delta, finish in [*deltas, ({}, reason)]:
            choice = {"index": 0, "delta": delta, "finish_reason": finish}
            yield f"data: {json.dumps(head | {'choices': [choice]})}\n\n"
        yield "data: [DONE]\n\n"

    def _head(self, kind: str) -> dict[str, Any]:
        return {
            "id": f"chatcmpl-{next(self._ids)}",
            "object": kind,
            "created": int(self.clock()),
            "model": self.model,
        }

    def _embed(self, body: dict[str, Any]) -> Response:
        self._check_model(body)
        given = body.get("input")
        # One text, texts, one text as token numbers, or several such.
        several = isinstance(given, list) and given and not isinstance(given[0], int)
        inputs: list[Any] = given if isinstance(given, list) and several else [given]
        if not all((isinstance(one, str) and one) or (isinstance(one, list) and one) for one in inputs):
            raise _Refused(400, "'$.input' is invalid", "invalid_input")
        self.embedded.extend(one if isinstance(one, str) else str(one) for one in inputs)
        vectors = [embedding_of(one, self.dimensions) for one in inputs]
        as_base64 = body.get("encoding_format") == "base64"
        data = [
            {"object": "embedding", "index": index, "embedding": _packed(vector) if as_base64 else vector}
            for index, vector in enumerate(vectors)
        ]
        usage = {"prompt_tokens": len(inputs), "total_tokens": len(inputs)}
        return JSONResponse({"object": "list", "data": data, "model": self.model, "usage": usage})

    def _check_model(self, body: dict[str, Any]) -> None:
        if body.get("model") != self.model:
            raise _Refused(404, f"The model `{body.get('model')}` does not exist", "model_not_found")


def embedding_of(text: str | list[int], dimensions: int) -> list[float]:
    """A unit vector of hashed pairs of characters (or token numbers)."""
    vector = [0.0] * dimensions
    marks = [str(one) for one in text] if isinstance(text, list) else list(text)
    for pair in zip(["", *marks], marks, strict=False):
        digest = hashlib.blake2b("".join(pair).encode(), digest_size=8).digest()
        vector[int.from_bytes(digest, "big") % dimensions] += 1.0
    length = math.sqrt(sum(value * value for value in vector)) or 1.0
    return [value / length for value in vector]


def _packed(vector: list[float]) -> str:
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()


def _text(content: Any) -> str:
    if isinstance(content, list):
        return "\n".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return str(content or "")


def _messages(body: dict[str, Any]) -> list[dict[str, Any]]:
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise _Refused(400, "'messages' must be a non-empty array", "invalid_type")
    for message in messages:
        if not isinstance(message, dict) or message.get("role") not in _ROLES:
            raise _Refused(400, "invalid role in 'messages'", "invalid_value")
        if not isinstance(message.get("content"), str | list) and message["role"] != "assistant":
            raise _Refused(400, "'content' must be a string or an array", "invalid_type")
    return messages


def _json_object(raw: bytes) -> dict[str, Any]:
    try:
        body = json.loads(raw or b"{}")
    except ValueError as error:
        raise _Refused(400, "We could not parse the JSON body of your request", "invalid_json") from error
    if not isinstance(body, dict):
        raise _Refused(400, "the body must be an object", "invalid_type")
    return body


def _error(status: int, message: str, code: str, headers: dict[str, str] | None = None) -> Response:
    kind = "server_error" if status >= 500 else "invalid_request_error"
    body = {"error": {"message": message, "type": kind, "param": None, "code": code}}
    return JSONResponse(body, status_code=status, headers=headers)


def _numbered(fault: Fault) -> Response:
    if fault.kind == "429" or fault.code == 429:
        wait = {"retry-after": str(fault.retry_after)}
        return _error(429, "Rate limit reached", "rate_limit_exceeded", wait)
    return _error(fault.code or 500, "told to fail", "peer_fault")
