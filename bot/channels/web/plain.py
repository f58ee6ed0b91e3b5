"""Pages without scripts: signing in, and the one answer for whatever is absent or forbidden."""

import hashlib
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from bot.channels.web.style import STYLE

PRODUCT = "谈话助手"
LOOKS = f"/looks-{hashlib.sha256(STYLE.encode()).hexdigest()[:12]}.css"
MARK = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#1f4068"/>'
    '<path d="M7 9.5h18v11H15l-5 4v-4H7z" fill="#fff"/></svg>'
)
"""The product's mark: a speech bubble."""
HEAD = f'<link rel="stylesheet" href="{LOOKS}"><meta name="referrer" content="no-referrer">'


def titled(name: str) -> str:
    """The title of a page."""
    return f"{name} · {PRODUCT}"


def plain_page(name: str, inner: str, *, status: int = 200) -> HTMLResponse:
    """A page of its own; `inner` is HTML, every value in it already escaped."""
    return HTMLResponse(
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(titled(name))}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">{HEAD}</head>'
        f'<body class="plain"><main class="card"><div class="mark">{MARK}</div>{inner}</main></body></html>',
        status_code=status,
        headers={"Cache-Control": "no-store"},
    )


def not_found() -> HTMLResponse:
    """Absent and forbidden look the same."""
    return plain_page(
        "没有这个页面",
        '<h1>没有这个页面</h1><p>没有找到您要的内容，或您无权查看。</p><p><a class="button" href="/">返回首页</a></p>',
        status=404,
    )


async def looks(_: Request) -> Response:
    """The style sheet; its address changes with its content."""
    return Response(STYLE, media_type="text/css", headers={"Cache-Control": "public, max-age=31536000, immutable"})
