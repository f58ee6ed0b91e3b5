"""Putting the pages on the service's FastAPI application."""

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from bot.channels.web.files import Files
from bot.channels.web.hosting import Host
from bot.channels.web.plain import LOOKS, MARK, PRODUCT, looks, not_found
from bot.channels.web.shielding import Shield
from bot.channels.web.signing_in import SignIn

RECONNECT_SECONDS = 30.0
"""How long a page is kept for a phone that has gone to sleep or to another app."""


def mount(asgi: FastAPI, service: Host) -> None:
    """Add chat, console, sign-in and downloads. Call it last: it takes every path no earlier route has taken."""
    from nicegui import app as pages
    from nicegui import ui

    from bot.channels.web.chat import add_chat
    from bot.console import add_console

    _drop_descriptions(asgi)
    sign_in, files = SignIn(service), Files(service)
    asgi.add_route(LOOKS, looks, methods=["GET"])
    asgi.add_route("/enter", sign_in.form, methods=["GET"])
    asgi.add_route("/enter", sign_in.enter, methods=["POST"])
    asgi.add_route("/enter/{code}", sign_in.link, methods=["GET"])
    asgi.add_route("/leave", sign_in.leave, methods=["POST"])
    asgi.add_route("/files/{digest}", files.attachment, methods=["GET"])
    asgi.add_route("/sent/{message:int}/{number:int}", files.sent, methods=["GET"])
    add_console(asgi, service)
    add_chat(service)

    async def absent(_: Request, __: Exception) -> Response:
        return not_found()

    pages.add_exception_handler(404, absent)
    asgi.add_middleware(Shield)
    ui.run_with(
        asgi,
        title=PRODUCT,
        favicon=MARK,
        language="zh-CN",
        dark=False,
        tailwind=False,
        reconnect_timeout=RECONNECT_SECONDS,
        show_welcome_message=False,
    )


def _drop_descriptions(asgi: FastAPI) -> None:
    """Take FastAPI's own pages off: they load scripts from outside, and describe what nobody needs described."""
    own = {asgi.docs_url, asgi.redoc_url, asgi.openapi_url, asgi.swagger_ui_oauth2_redirect_url} - {None}
    asgi.router.routes[:] = [route for route in asgi.router.routes if getattr(route, "path", None) not in own]
