"""The only file that names the chat model: any OpenAI-compatible server, or none. Every failure is one exception."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from storage.database import Database
from storage.documents.model_calls import spend_model_call

TIMEOUT = 20.0
CALLS_A_DAY = 2_000
LONGEST_REPLY = 700
"""Tokens."""


class ModelUnavailable(Exception):
    """No model, no budget left, a time-out or a dead server: the caller falls back to quotes."""


@dataclass
class ChatModel:
    """A chat server with a time limit per call and a budget of calls per day, counted in the database."""

    database: Database
    url: str
    model: str
    key: str = ""
    timeout: float = TIMEOUT
    calls_a_day: int = CALLS_A_DAY
    _opened: Any = None

    def reply(self, instructions: str, request: str, today: date) -> str:
        """The model's text. Errors: ModelUnavailable, whatever went wrong."""
        with self.database.transaction() as session:
            if not spend_model_call(session, day=today, limit=self.calls_a_day):
                raise ModelUnavailable("budget")
        try:
            content = self._chat().invoke([("system", instructions), ("human", request)]).content
        except Exception as error:  # the server is not ours: nothing it does may stop an answer
            raise ModelUnavailable(type(error).__name__) from error
        if not isinstance(content, str) or not content.strip():
            raise ModelUnavailable("empty")
        return content

    def _chat(self) -> Any:
        if self._opened is None:
            from langchain.chat_models import init_chat_model

            self._opened = init_chat_model(
                self.model,
                model_provider="openai",
                base_url=self.url,
                api_key=self.key or "none",
                temperature=0,
                timeout=self.timeout,
                max_retries=0,
                max_tokens=LONGEST_REPLY,
            )
        return self._opened
