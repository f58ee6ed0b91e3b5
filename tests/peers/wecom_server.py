"""A local WeCom server over real HTTP, written from the public documentation of self-built applications.

Assumed where the documentation is silent: a suppressed resend answers errcode 0 with the first msgid, and is recognised
before the task_id is; markdown over 2,048 bytes is 45002 (text is cut in silence, as documented); an unknown or
outdated response_code is 40058.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from .clock import Clock, machine_clock
from .dialects import Dialect, pushed_by_wecom, said_by_wecom
from .serving import LocalServer
from .wecom_callback import CallbackPusher, Delivery, Sealed, seal_request
from .wecom_cards import update_card, view_of
from .wecom_crypto import CallbackCipher
from .wecom_directory import create_menu, get_agent, get_menu, get_user, upload_media
from .wecom_messages import Messages
from .wecom_people import WeComPeople
from .wecom_records import CardView, WeComError, WeComSent, failing
from .wecom_state import MemberLimits, WeComState

Answer = dict[str, Any]


class WeComServer(LocalServer, WeComPeople):
    """`with WeComServer() as server:`; the client needs url, corp_id, secret, agent_id, token and encoding_aes_key.

    `member_limits`: None means none. `api_limit`: message/send calls a minute before 45009, None for none.
    `dialect`: see dialects.py. `callback_timeout` (seconds) and `callback_repeats`: as documented, 5 and 3. Set `callback_url` before users act.
    """

    def __init__(
        self,
        *,
        corp_id: str = "wwpeer0123456789ab",
        secret: str = "peer-secret-of-the-application",
        agent_id: int = 1000002,
        token: str = "PeerCallbackToken",
        encoding_aes_key: str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
        clock: Clock = machine_clock,
        member_limits: MemberLimits | None = None,
        api_limit: int | None = None,
        callback_timeout: float = 5.0,
        callback_repeats: int = 3,
        callback_in_order: bool = True,
        dialect: Dialect = "",
    ) -> None:
        super().__init__(clock=clock)
        self.dialect = dialect
        self.corp_id, self.secret, self.agent_id = corp_id, secret, agent_id
        self.token, self.encoding_aes_key = token, encoding_aes_key
        self.cipher = CallbackCipher(token, encoding_aes_key, corp_id)
        self.callback_url = ""
        self.deliveries: list[Delivery] = []
        self.state = WeComState(self.changed, clock, corp_id, secret, agent_id, member_limits, api_limit)
        self._messages = Messages(self.state)
        self._push_options = (callback_timeout, callback_repeats, callback_in_order)
        self._pusher: CallbackPusher | None = None

    # What was seen

    def sent_to(self, userid: str) -> list[WeComSent]:
        """Messages that reached this member's phone, in order (not the dropped, not the suppressed)."""
        with self.changed:
            return [sent for sent in self.state.sent if sent.userid.lower() == userid.lower()]

    def wait_sent(self, userid: str, count: int = 1, timeout: float = 10.0) -> list[WeComSent]:
        """`sent_to`, once there are at least `count`; AssertionError after `timeout` seconds."""
        self.wait_until(lambda: len(self.sent_to(userid)) >= count, timeout, f"{count} messages to {userid}")
        return self.sent_to(userid)

    def dropped(self) -> list[WeComSent]:
        """Messages answered with success but dropped by the member's limits."""
        with self.changed:
            return list(self.state.dropped)

    def suppressed(self) -> list[WeComSent]:
        """Identical resends that enable_duplicate_check kept back."""
        with self.changed:
            return list(self.state.suppressed)

    def calls(self, method: str | None = None) -> list[tuple[str, Answer]]:
        """Accepted calls in order ("message/send" and so on), with their body or query."""
        with self.changed:
            return [call for call in self.state.calls if method in (None, call[0])]

    def card(self, userid: str, msgid: str) -> CardView:
        """What this member's screen shows of a card now."""
        with self.changed:
            return view_of(self.state.cards[msgid], userid)

    def wait_idle(self, timeout: float = 30.0) -> None:
        """Wait until no delivery is under way."""
        for delivery in list(self.deliveries):
            delivery.wait(timeout)

    # Faults of its own

    def expire_token(self) -> None:
        """The token in use has run out (42001)."""
        with self.changed:
            self.state.end_token(revoked=False)

    def revoke_token(self) -> None:
        """The token in use was invalidated early, which the documentation reserves (40014)."""
        with self.changed:
            self.state.end_token(revoked=True)

    def allow_ip(self, allowed: bool) -> None:
        """Whether the caller's address is on the allow-list (60020 if not)."""
        self.state.ip_allowed = allowed

    # The callback

    def push_fields(self, userid: str, fields: Answer) -> Delivery:
        delivery = Delivery(userid, pushed_by_wecom(self.dialect, fields))
        return self._start(delivery)

    def repeat_delivery(self, delivery: Delivery) -> Delivery:
        """WeCom delivers a message again, same MsgId and CreateTime, though it was accepted."""
        return self._start(Delivery(delivery.userid, delivery.fields))

    def _start(self, delivery: Delivery) -> Delivery:
        if self.loop is None or self._pusher is None or not self.callback_url:
            raise RuntimeError("the server is not running, or callback_url is not set")
        self.deliveries.append(delivery)
        self.loop.call_soon_threadsafe(self._pusher.start, self.callback_url, delivery)
        return delivery

    def seal(self, plain: bytes, *, timestamp: int | None = None, nonce: str | None = None) -> Sealed:
        """A callback request for tests that send it themselves, spoilt or not."""
        at = int(self.clock()) if timestamp is None else timestamp
        return seal_request(self.cipher, plain, agent_id=self.agent_id, timestamp=at, nonce=nonce)

    def verify_callback(self) -> None:
        """Save the URL in the console: AssertionError unless echostr comes back, bare, within a second."""
        assert self.loop is not None
        assert self._pusher is not None
        asked = asyncio.run_coroutine_threadsafe(self._pusher.verify(self.callback_url), self.loop)
        status, body, expected, seconds = asked.result(10)
        assert status == 200, f"status {status}"
        assert body == expected, f"answered {body!r} instead of {expected!r}"
        assert seconds <= 1.0, f"took {seconds:.2f} s"

    # The server

    async def started(self) -> None:
        timeout, repeats, in_order = self._push_options
        self._pusher = CallbackPusher(
            self.cipher, self.agent_id, self.clock, self.complaints.append, timeout, repeats, in_order
        )

    async def stopped(self) -> None:
        if self._pusher is not None:
            await self._pusher.close()

    def routes(self) -> Sequence[BaseRoute]:
        posts: dict[str, Callable[[Answer], Answer]] = {
            "message/send": self._messages.send,
            "message/recall": self._messages.recall,
            "message/update_template_card": lambda body: update_card(self.state, body),
        }
        gets: dict[str, Callable[[Request], Answer]] = {
            "gettoken": self._gettoken,
            "user/get": lambda request: get_user(self.state, request.query_params.get("userid", "")),
            "agent/get": lambda request: get_agent(self.state, request.query_params.get("agentid", "")),
            "menu/get": self._menu_get,
            "menu/delete": self._menu_delete,
            "getcallbackip": lambda _: {"ip_list": ["127.0.0.1"]},
        }
        routes: list[BaseRoute] = [_route(name, self._posting(name, action)) for name, action in posts.items()]
        routes += [_route(name, self._getting(name, action)) for name, action in gets.items()]
        routes += [
            _route("menu/create", self._posting("menu/create", lambda body: create_menu(self.state, body))),
            _route("media/upload", self._upload),
            _route("media/get", self._download),
        ]
        return routes

    def _gettoken(self, request: Request) -> Answer:
        corp_id, secret = request.query_params.get("corpid", ""), request.query_params.get("corpsecret", "")
        if not corp_id:
            raise failing(41002, "corpid missing")
        if not secret:
            raise failing(41004, "corpsecret missing")
        token, seconds = self.state.token_for(corp_id, secret)
        return {"access_token": token, "expires_in": seconds}

    def _menu_get(self, request: Request) -> Answer:
        self.state.check_agent(request.query_params.get("agentid"))
        return get_menu(self.state)

    def _menu_delete(self, request: Request) -> Answer:
        self.state.check_agent(request.query_params.get("agentid"))
        self.state.menu = None
        return {}

    def _posting(self, name: str, action: Callable[[Answer], Answer]) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            raw = await request.body()

            def act() -> Answer:
                _require(request, "POST")
                self._admit(request)
                body = _json_object(raw)
                if name == "menu/create":
                    self.state.check_agent(request.query_params.get("agentid"))
                answer = action(body)
                self.state.calls.append((name, body))
                return answer

            return await self._answer(request, name, _subject(raw), act)

        return endpoint

    def _getting(self, name: str, action: Callable[[Request], Answer]) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            def act() -> Answer:
                _require(request, "GET")
                if name != "gettoken":
                    self._admit(request)
                answer = action(request)
                query = {key: value for key, value in request.query_params.items() if key != "corpsecret"}
                self.state.calls.append((name, query))
                return answer

            return await self._answer(request, name, request.query_params.get("userid", ""), act)

        return endpoint

    async def _upload(self, request: Request) -> Response:
        name, content = "", None
        if request.headers.get("content-type", "").startswith("multipart/form-data"):
            async with request.form() as form:
                part = form.get("media")
                if isinstance(part, UploadFile):
                    name, content = part.filename or "", await part.read()

        def act() -> Answer:
            _require(request, "POST")
            self._admit(request)
            if content is None:
                raise failing(41005, "media data missing")
            answer = upload_media(self.state, request.query_params.get("type", ""), name, content)
            self.state.calls.append(("media/upload", {"name": name, "size": len(content), **answer}))
            return answer

        return await self._answer(request, "media/upload", name, act)

    async def _download(self, request: Request) -> Response:
        def act() -> Response:
            _require(request, "GET")
            self._admit(request)
            media = self.state.live_media(request.query_params.get("media_id", ""))
            disposition = f"attachment; filename*=utf-8''{quote(media.name)}"
            headers = {"content-disposition": disposition}
            return Response(media.content, media_type="application/octet-stream", headers=headers)

        return await self._answer(request, "media/get", "", act)

    def _admit(self, request: Request) -> None:
        self.state.check_token(request.query_params.get("access_token", ""))
        if not self.state.ip_allowed:
            host = request.client.host if request.client else ""
            raise failing(60020, f"hint: [{secrets.token_hex(8)}], from ip: {host}")

    async def _answer(
        self, request: Request, name: str, subject: str, act: Callable[[], Answer | Response]
    ) -> Response:
        """Run `act` under the lock, with whatever fault is due; errors become errcode and errmsg."""
        fault = self.faults.take(name, subject)
        if fault is not None and (fault.code is not None or fault.kind == "429"):
            return said_by_wecom(self.dialect, name, _failure(failing(45009 if fault.code is None else fault.code)))

        async def accept() -> Response:
            try:
                with self.changed:
                    body = act()
                    self.changed.notify_all()
            except WeComError as error:
                return _failure(error)
            return body if isinstance(body, Response) else JSONResponse({"errcode": 0, "errmsg": "ok", **body})

        return said_by_wecom(self.dialect, name, await self.answer_with_faults(request, fault, accept))


def _route(name: str, endpoint: Callable[[Request], Any]) -> Route:
    return Route(f"/cgi-bin/{name}", endpoint, methods=["GET", "POST"])


def _require(request: Request, verb: str) -> None:
    # Starlette answers HEAD where GET is allowed; the platform knows GET and POST only.
    if request.method != verb:
        raise failing(43001 if verb == "GET" else 43002)


def _json_object(raw: bytes) -> Answer:
    try:
        body = json.loads(raw)
    except ValueError as error:
        raise failing(47001) from error
    if not isinstance(body, dict):
        raise failing(47001)
    return body


def _subject(raw: bytes) -> str:
    """Whom a send is about, for faults aimed at one member."""
    try:
        body = json.loads(raw)
    except ValueError:
        return ""
    return str(body.get("touser", "")) if isinstance(body, dict) else ""


def _failure(error: WeComError) -> Response:
    return JSONResponse({"errcode": error.errcode, "errmsg": error.errmsg})
