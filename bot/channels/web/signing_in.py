"""Signing in by a one-time link or code, never by naming oneself; and signing out.

Opening a link only shows a button: programs that preview links use nothing up. The POST behind the button signs in.
"""

from html import escape
from urllib.parse import parse_qs, quote, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.app import real_clock
from bot.channels.web.hosting import COOKIE, Host, off_loop, visitor_from
from bot.channels.web.plain import plain_page
from storage.errors import Refused
from storage.people.actions import normal_code, redeem_code
from storage.people.sessions import LASTING, close_session, open_session

WRONG = "登录码不正确或已失效，请核对后重新输入，或请工作人员重新发码。"
ABROAD = "这次登录不是从本页面发出的，请重新打开登录页面。"


class SignIn:
    """The routes of signing in and out."""

    def __init__(self, host: Host) -> None:
        self.host = host

    async def form(self, _: Request) -> Response:
        """GET /enter: type a code."""
        return _code_page("")

    async def link(self, request: Request) -> Response:
        """GET /enter/<code>: one button; nothing is used up, and nothing told about whose code it is."""
        code = normal_code(str(request.path_params["code"]))
        if not code:
            return _code_page(WRONG, status=404)
        present = await visitor_from(self.host, request)
        already = (
            f'<p class="quiet">此浏览器已以{escape(present.actor.name)}的身份登录。<a href="/">直接进入</a></p>'
            if present
            else ""
        )
        return plain_page(
            "登录",
            "<h1>登录谈话助手</h1><p>点击下面的按钮登录。此链接只能使用一次，请勿转发。</p>"
            f'<form method="post" action="/enter"><input type="hidden" name="code" value="{escape(code)}">'
            f'<button class="button" type="submit">登录</button></form>{already}',
        )

    async def enter(self, request: Request) -> Response:
        """POST /enter: use the code up and sign in."""
        if not _from_here(request):
            return _code_page(ABROAD, status=403)
        form = parse_qs((await request.body()).decode("utf-8", "replace"))
        text = form.get("code", [""])[0][:100]
        address = request.client.host if request.client else "unknown"
        try:
            opened = await off_loop(self._redeem, text, address)
        except Refused as error:
            return _code_page(error.message, status=429)
        if opened is None:
            return _code_page(WRONG, status=403)
        response = RedirectResponse("/", 303)
        response.set_cookie(
            COOKIE,
            opened,
            max_age=int(LASTING.total_seconds()),
            httponly=True,
            samesite="lax",
            secure=base_of(request, self.host.app.settings.public_url).startswith("https"),
        )
        return response

    async def leave(self, request: Request) -> Response:
        """POST /leave: sign this browser out."""
        if not _from_here(request):
            return RedirectResponse("/", 303)
        await off_loop(self._close, request.cookies.get(COOKIE, ""))
        response = RedirectResponse("/enter", 303)
        response.delete_cookie(COOKIE)
        return response

    def _redeem(self, text: str, address: str) -> str | None:
        """The token of a new session; None when the code is wrong (which is counted against the address)."""
        with self.host.app.database.transaction() as session:
            person_id = redeem_code(session, text=text, account=f"web:{address}", now=self.host.app.clock())
            if person_id is None:
                return None
            return open_session(session, person_id=person_id, now=real_clock()).token

    def _close(self, token: str) -> None:
        with self.host.app.database.transaction() as session:
            close_session(session, token, now=real_clock())


def base_of(request: Request, public_url: str) -> str:
    """The address the browser used. That https ends at a proxy is known from a proxy we trust (the server has read its
    headers by now), or because this is the public address of the settings; from nobody else."""
    public = urlsplit(public_url)
    if public.scheme == "https" and public.netloc == request.headers.get("host", ""):
        return f"https://{public.netloc}/"
    return str(request.base_url)


def link_of(base: str, code: str) -> str:
    """The one-time link of a code at the address `base`, such as http://127.0.0.1:8080."""
    return f"{base.rstrip('/')}/enter/{quote(code)}"


def _code_page(problem: str, *, status: int = 200) -> Response:
    told = f'<p class="problem" role="alert">{escape(problem)}</p>' if problem else ""
    return plain_page(
        "登录",
        "<h1>登录谈话助手</h1><p>请输入工作人员提供的一次性登录码（绑定码）。</p>"
        f'{told}<form method="post" action="/enter"><label for="code">登录码</label>'
        '<input id="code" name="code" autocomplete="one-time-code" autocapitalize="characters" spellcheck="false"'
        ' maxlength="20" placeholder="例如 ABCDE-23456" required autofocus>'
        '<button class="button" type="submit">登录</button></form>'
        '<p class="quiet">没有登录码，请联系本单位组织部门或纪检机关。</p>',
        status=status,
    )


def _from_here(request: Request) -> bool:
    """Whether a POST comes from our own page: another site must not sign anybody in as somebody else."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("origin", "")
    if origin in ("", "null"):
        return True
    return urlsplit(origin).netloc == request.headers.get("host", "")
