"""State of the WeCom peer: tokens, members, files, cards, and what reached whom. Callers hold `changed`."""

from __future__ import annotations

import itertools
import secrets
from collections import deque
from dataclasses import dataclass, field
from threading import Condition
from typing import Any

from .clock import Clock
from .wecom_records import Card, Media, Member, ResponseCode, WeComSent, failing

TOKEN_SECONDS = 7200
MEDIA_SECONDS = 3 * 24 * 3600


@dataclass(frozen=True)
class MemberLimits:
    """What one member may get from one application; the rest is dropped without a word."""

    per_minute: int = 30
    per_hour: int = 1000


@dataclass
class _Token:
    text: str
    until: float
    revoked: bool = False


@dataclass
class WeComState:
    """Everything WeCom would know about this corporation and its one application."""

    changed: Condition
    clock: Clock
    corp_id: str
    secret: str
    agent_id: int
    member_limits: MemberLimits | None
    api_limit: int | None
    ip_allowed: bool = True
    members: dict[str, Member] = field(default_factory=dict)
    media: dict[str, Media] = field(default_factory=dict)
    cards: dict[str, Card] = field(default_factory=dict)
    codes: dict[str, ResponseCode] = field(default_factory=dict)
    sent: list[WeComSent] = field(default_factory=list)
    dropped: list[WeComSent] = field(default_factory=list)
    suppressed: list[WeComSent] = field(default_factory=list)
    recalled: set[str] = field(default_factory=set)
    menu: dict[str, Any] | None = None
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    tokens_issued: int = 0
    _tokens: list[_Token] = field(default_factory=list)
    _numbers: Any = field(default_factory=lambda: itertools.count(1))
    _arrivals: dict[str, deque[float]] = field(default_factory=dict)
    _api_calls: deque[float] = field(default_factory=deque)

    def number(self) -> int:
        """A fresh number."""
        return int(next(self._numbers))

    # Tokens

    def token_for(self, corp_id: str, secret: str) -> tuple[str, int]:
        """The current token and the seconds it has left; the same one until it ends, as documented."""
        if corp_id != self.corp_id:
            raise failing(40013)
        if secret != self.secret:
            raise failing(40001)
        now = self.clock()
        if not self._tokens or self._tokens[-1].revoked or self._tokens[-1].until <= now:
            self._tokens.append(_Token(secrets.token_urlsafe(48), now + TOKEN_SECONDS))
            self.tokens_issued += 1
        return self._tokens[-1].text, max(1, int(self._tokens[-1].until - now))

    def check_token(self, text: str) -> None:
        """Raise 41001, 40014 or 42001 unless this token is good now."""
        if not text:
            raise failing(41001)
        token = next((one for one in self._tokens if one.text == text), None)
        if token is None or token.revoked:
            raise failing(40014)
        if token.until <= self.clock():
            raise failing(42001)

    def end_token(self, *, revoked: bool) -> None:
        """The current token ends before its time: as expired (42001) or as invalid (40014)."""
        if self._tokens:
            self._tokens[-1].revoked = revoked
            self._tokens[-1].until = self.clock()

    # People

    def member(self, userid: str) -> Member | None:
        """The member of this id, whatever its case."""
        return self.members.get(userid.strip().lower())

    def check_agent(self, agent_id: object) -> None:
        """Raise 41011 or 40056 unless this is our application."""
        if agent_id in (None, ""):
            raise failing(41011, "missing agentid")
        if str(agent_id) != str(self.agent_id):
            raise failing(40056)

    # Limits

    def count_call(self) -> None:
        """Raise 45009 when sends in the last minute exceed the limit of calls."""
        if self.api_limit is None:
            return
        _forget(self._api_calls, self.clock() - 60)
        if len(self._api_calls) >= self.api_limit:
            raise failing(45009)
        self._api_calls.append(self.clock())

    def reaches(self, userid: str) -> bool:
        """Whether one more message reaches this member now; counted if it does."""
        if self.member_limits is None:
            return True
        arrivals = self._arrivals.setdefault(userid.lower(), deque())
        now = self.clock()
        _forget(arrivals, now - 3600)
        in_minute = sum(1 for at in arrivals if at > now - 60)
        if in_minute >= self.member_limits.per_minute or len(arrivals) >= self.member_limits.per_hour:
            return False
        arrivals.append(now)
        return True

    # Files

    def keep_media(self, kind: str, name: str, content: bytes) -> Media:
        """Store a temporary file."""
        media = Media(f"3{secrets.token_urlsafe(32)}", kind, name, content, self.clock())
        self.media[media.media_id] = media
        return media

    def live_media(self, media_id: object, kind: str | None = None) -> Media:
        """The file of this id, not older than three days and (for sending) of the right type; else 40007."""
        media = self.media.get(str(media_id))
        if media is None or self.clock() - media.at > MEDIA_SECONDS or kind not in (None, media.kind):
            raise failing(40007)
        return media

    def new_code(self, msgid: str) -> str:
        """A response code for this card."""
        code = secrets.token_urlsafe(24)
        self.codes[code] = ResponseCode(code, msgid, self.clock())
        return code


def _forget(times: deque[float], before: float) -> None:
    while times and times[0] <= before:
        times.popleft()
