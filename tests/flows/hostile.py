"""Requests no platform would send: malformed, forged, replayed, oversized, deeply nested. For both webhooks."""

import asyncio
import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from tests.bot.channels.phones import SECRET
from tests.peers import WeComServer
from tests.peers.wecom_crypto import as_xml

REFUSED, IGNORED = (400, 403, 404, 405, 413), (200,)
HEADER = "X-Telegram-Bot-Api-Secret-Token"
BOMB = b'<!DOCTYPE x [<!ENTITY a "%s">]><xml><ToUserName>&a;</ToUserName></xml>' % (b"a" * 1000)


@dataclass(frozen=True)
class Request:
    """One request and the answers that are right for it."""

    method: str
    path: str
    params: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    right: tuple[int, ...] = REFUSED


@dataclass
class Attacker:
    """Makes requests; `accepted` are the two that were taken once and are replayed ever since."""

    wecom: WeComServer
    dice: random.Random

    def __post_init__(self) -> None:
        self.other = WeComServer(corp_id="wwsomebodyelse0001")
        self.forger = WeComServer(encoding_aes_key="Zbcdefghijklmnopqrstuvwxyz0123456789ABCDEFG")
        self.accepted = [self.telegram(update(1), right=IGNORED), self.sealed(as_xml(self.fields(1)), right=IGNORED)]
        self.kinds: tuple[Callable[[], Request], ...] = (
            self.noise,
            self.half,
            self.nested,
            self.odd_numbers,
            self.wrong_secret,
            self.wrong_method,
            self.forged,
            self.spoilt,
            self.outdated,
            self.for_another,
            self.entities,
            self.nested_xml,
            self.doubled_envelope,
            self.echo,
            self.replayed,
        )

    def next(self) -> Request:
        if self.dice.random() < 0.005:
            return self.oversized()
        return self.dice.choice(self.kinds)()

    # Telegram

    def telegram(self, body: bytes, secret: str = SECRET, right: tuple[int, ...] = REFUSED) -> Request:
        return Request("POST", "/telegram/webhook", headers={HEADER: secret}, body=body, right=right)

    def noise(self) -> Request:
        return self.telegram(self.dice.randbytes(self.dice.randrange(400)))

    def half(self) -> Request:
        whole = update(self.dice.randrange(10**9))
        return self.telegram(whole[: self.dice.randrange(len(whole))])

    def nested(self) -> Request:
        depth, opening = self.dice.randrange(1_000, 60_000), self.dice.choice((b"[", b'{"update_id":', b'{"a":['))
        return self.telegram(opening * (depth // len(opening)))

    def odd_numbers(self) -> Request:
        number = self.dice.choice(('"1"', "true", "-1", "1e3", "9" * 30, "9" * 5000, "null", "{}", "NaN"))
        return self.telegram(b'{"update_id": %s, "message": {}}' % number.encode())

    def wrong_secret(self) -> Request:
        secret = self.dice.choice(("", "x", SECRET[:-1], SECRET + "x", SECRET.upper()))
        return self.telegram(update(self.dice.randrange(10**9)), secret)

    def wrong_method(self) -> Request:
        method = self.dice.choice(("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"))
        return Request(method, self.dice.choice(("/telegram/webhook", "/wecom/callback")))

    # WeCom

    def fields(self, number: int) -> dict[str, Any]:
        head = {"ToUserName": self.wecom.corp_id, "FromUserName": "nobody", "CreateTime": int(time.time())}
        return head | {"MsgType": "text", "Content": "帮助", "MsgId": number, "AgentID": self.wecom.agent_id}

    def sealed(self, plain: bytes, *, by: WeComServer | None = None, **how: Any) -> Request:
        right = how.pop("right", REFUSED)
        one = (by or self.wecom).seal(plain, **how)
        return Request("POST", "/wecom/callback", one.params, body=one.body, right=right)

    def forged(self) -> Request:
        return self.sealed(as_xml(self.fields(self.dice.randrange(10**9))), by=self.forger)

    def spoilt(self) -> Request:
        good = self.sealed(as_xml(self.fields(self.dice.randrange(10**9))))
        where = self.dice.choice(("msg_signature", "timestamp", "nonce"))
        worse = self.dice.choice(("", "0", "x" * 200, "字", good.params[where] + "0", "-1", "0x10"))
        return Request("POST", good.path, good.params | {where: worse}, body=good.body)

    def outdated(self) -> Request:
        away = self.dice.choice((-1, 1)) * self.dice.randrange(700, 10**8)
        return self.sealed(as_xml(self.fields(self.dice.randrange(10**9))), timestamp=max(0, int(time.time()) + away))

    def for_another(self) -> Request:
        return self.sealed(as_xml(self.fields(2) | {"ToUserName": self.other.corp_id}), by=self.other)

    def entities(self) -> Request:
        return self.sealed(BOMB)

    def nested_xml(self) -> Request:
        depth = self.dice.choice((1_000, 2_000, 4_000, 20_000))
        return self.sealed(b"<xml>" + b"<a>" * depth + b"</a>" * depth + b"</xml>")

    def doubled_envelope(self) -> Request:
        good = self.sealed(as_xml(self.fields(3)))
        return Request("POST", good.path, good.params, body=good.body.replace(b"<Encrypt>", b"<Encrypt><Encrypt>"))

    def echo(self) -> Request:
        one = self.forger.seal(b"7")
        sealed = one.body.partition(b"<Encrypt><![CDATA[")[2].partition(b"]]>")[0].decode()
        return Request(
            "GET", "/wecom/callback", one.params | {"echostr": self.dice.choice((sealed, "x", "", "=" * 999))}
        )

    # Either

    def replayed(self) -> Request:
        return self.dice.choice(self.accepted)

    def oversized(self) -> Request:
        if self.dice.random() < 0.5:
            return self.telegram(b" " * 1_100_000)
        good = self.sealed(as_xml(self.fields(4)))
        return Request("POST", good.path, good.params, body=b"x" * 300_000)


class Line:
    """A connection that is kept as long as the server keeps it: leaner than a client, for a hundred thousand requests."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._ends: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, request: Request) -> int:
        """Send a request; the status of its answer."""
        for is_last in (False, True):
            if self._ends is None:
                self._ends = await asyncio.open_connection("127.0.0.1", self._port)
                is_last = True
            try:
                return await self._ask(request, *self._ends)
            except (OSError, asyncio.IncompleteReadError):
                self.close()
                if is_last:
                    raise
        raise AssertionError("unreachable")

    async def _ask(self, request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> int:
        target = f"{request.path}?{urlencode(request.params)}" if request.params else request.path
        head = [f"{request.method} {target} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(request.body)}"]
        head += [f"{name}: {value}" for name, value in request.headers.items()]
        writer.write("\r\n".join([*head, "", ""]).encode() + request.body)
        answer = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = answer.partition(b"\r\ncontent-length: ")[2].partition(b"\r\n")[0]
        await reader.readexactly(int(length or 0))
        if b"\r\nconnection: close" in answer:
            self.close()
        return int(answer.split(b" ", 2)[1])

    def close(self) -> None:
        """Hang up."""
        if self._ends is not None:
            self._ends[1].close()
        self._ends = None


def update(number: int) -> bytes:
    """A good update: from a stranger, who has no account."""
    chat = {"id": 4_000_000, "type": "private"}
    message = {"message_id": number, "date": 1, "chat": chat, "from": chat, "text": "帮助"}
    return json.dumps({"update_id": number, "message": message}).encode()
