"""A served city for each module of tests, and a browser that reports every request it makes."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.bot.web.site import Running, Site, prepare
from tests.engines import SqliteFiles

SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}
PATIENCE = 60_000
"""Milliseconds a page may take for anything on a busy machine."""


@pytest.fixture(scope="module")
def site(request: pytest.FixtureRequest, sqlite_files: SqliteFiles, tmp_path_factory: Any) -> Iterator[Site]:
    """The city on a server of its own; a module may ask for options by `OPTIONS`."""
    folder: Path = tmp_path_factory.mktemp("site")
    with sqlite_files.fresh(folder) as database:
        prepare(database, folder)
        running = Running.on(folder, *getattr(request.module, "OPTIONS", ()))
        try:
            yield Site(running.url, folder, database)
        finally:
            running.stop()


@dataclass
class Watch:
    """What the browser asked for outside, and what went wrong in its pages."""

    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A real browser; skipped where there is none. One a module: its loop would be in the way of other modules."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("no browser here: install one with `apt-get install chromium fonts-noto-cjk`")
    playwright = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=path, args=list(SWITCHES))
        yield browser
        browser.close()


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Fails the test if anything outside the machine was asked for, or a page's script failed."""
    seen = Watch()
    yield seen
    assert seen.outside == []
    assert seen.errors == []


@pytest.fixture
def opened(chromium: Any, watch: Watch) -> Iterator[Callable[..., Any]]:
    """Opens a page in a browser of its own: `opened(PHONE)`."""
    contexts = []

    def note(request: Any) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.hostname != "127.0.0.1":
            watch.outside.append(request.url)

    def open_page(size: dict[str, int] = PHONE) -> Any:
        context = chromium.new_context(viewport=size, locale="zh-CN", accept_downloads=True)
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.on("request", note)
        page.on("websocket", lambda socket: note(socket))
        page.on("pageerror", lambda error: watch.errors.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def signed_in(opened: Callable[..., Any], site: Site) -> Callable[..., Any]:
    """A page signed in by a one-time link: `signed_in("A1")`."""

    def enter(person: str, size: dict[str, int] = PHONE) -> Any:
        page = opened(size)
        page.goto(site.link(person))
        page.get_by_role("button", name="登录").click()
        page.get_by_label("输入消息").wait_for()
        return page

    return enter
