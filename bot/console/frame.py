"""What every console page has: who may open it, its bar, its menu, and a fresh look at rights before every change."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

from nicegui import Client, ui
from sqlmodel import Session, select
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.channels.web.frame import Words, box, demo_bar, head, top_bar
from bot.channels.web.hosting import Host, Visitor, off_loop, visitor_from, visitor_of
from bot.channels.web.plain import not_found, titled
from storage.errors import NotFound, TanhuaError
from storage.people.rules import Actor
from storage.people.tables import Unit


@dataclass(frozen=True)
class Rights:
    """What a person may open in the console."""

    lists: bool
    counts: bool
    documents: bool
    accounts: bool
    imports: bool
    rules: bool


def rights_of(session: Session, actor: Actor) -> Rights:
    """A person's rights: staff see lists, administrators counts and accounts; those of a top unit import.

    Staff of a top unit keep the reminder rules: what a change would send names everybody.
    """
    tops = set(session.exec(select(Unit.path).where(Unit.parent_id == None)))  # noqa: E711
    return Rights(
        lists=actor.is_staff,
        counts=actor.is_staff or bool(actor.administrator_paths),
        documents=actor.is_staff or bool(actor.administrator_paths),
        accounts=bool(actor.administrator_paths),
        imports=bool(tops & set(actor.administrator_paths)),
        rules=bool(tops & set(actor.staff_paths)),
    )


SHOW_HERE = "document.querySelector('.menu .here')?.scrollIntoView({block: 'nearest', inline: 'center'})"
"""On a phone the menu is wider than the page."""

MENU = (
    ("总览", "/staff", "counts"),
    ("制度文件", "/staff/documents", "documents"),
    ("提问答复", "/staff/questions", "counts"),
    ("账号", "/staff/accounts", "accounts"),
    ("未送达", "/staff/undelivered", "counts"),
    ("导入", "/staff/import", "imports"),
    ("提醒规则", "/staff/rules", "rules"),
)


Build = Callable[[Request, Visitor, Rights], Awaitable[Response | None]]
"""What lays a page out for somebody who may open it; a response instead of a page is given as it is."""


def staff_page(host: Host, path: str, title: str, right: str) -> Callable[[Build], Build]:
    """Declare a console page that `right` opens. A NotFound while it is laid out gives the one answer for nothing."""

    def declare(build: Build) -> Build:
        @ui.page(path, title=titled(title), response_timeout=30)
        async def page(request: Request) -> Response | None:
            entered = await _admitted(host, request, right)
            if isinstance(entered, Response):
                return entered
            try:
                return await build(request, *entered)
            except NotFound:
                return not_found()

        return build

    return declare


async def _admitted(host: Host, request: Request, right: str) -> tuple[Visitor, Rights] | Response:
    """Who asks for a page and what they may open; or the answer instead: sign in, or the same 404 as for nothing."""
    visitor = await visitor_from(host, request)
    if visitor is None:
        return RedirectResponse("/enter", 303)
    rights = await off_loop(_rights, host, visitor.actor)
    return (visitor, rights) if getattr(rights, right) else not_found()


def _rights(host: Host, actor: Actor) -> Rights:
    with host.app.database.reading() as session:
        return rights_of(session, actor)


def actor_now(host: Host, visitor: Visitor, right: str) -> Actor:
    """The person with the rights they have now. NotFound when they are signed out or have lost `right`. Blocks."""
    present = visitor_of(host, visitor.token)
    if present is None or not getattr(_rights(host, present.actor), right):
        raise NotFound()
    return present.actor


@contextmanager
def console_page(host: Host, visitor: Visitor, rights: Rights, here: str, title: str) -> Iterator[None]:
    """The frame of a page; what is built inside is its content."""
    head()
    ui.page_title(titled(title))

    async def reload() -> None:
        ui.navigate.reload()

    with box("console"):
        top_bar(visitor.actor.name, [("对话", "/")])
        demo_bar(host, reload)
        with box("menu", "nav").props('aria-label="工作台"'):
            for label, target, right in MENU:
                if getattr(rights, right):
                    link = ui.link(label, target)
                    if target == here:
                        link.classes("here").props('aria-current="page"')
        ui.run_javascript(SHOW_HERE)
        with box("inside", "main"):
            Words("h2", title)
            yield


@asynccontextmanager
async def told(client: Client) -> AsyncIterator[None]:
    """Say on the page what went wrong instead of failing. What was clicked may be gone by then, the page is not."""
    try:
        yield
    except TanhuaError as error:
        with client:
            ui.notify(error.message, type="negative", position="top", multi_line=True)


def table(headings: tuple[str, ...], kinds: tuple[str, ...] = ()) -> ui.element:
    """An empty table under its headings; gives the body. `kinds` are classes by column."""
    with box("scroll"), ui.element("table"):
        with ui.element("thead"), ui.element("tr"):
            for number, heading in enumerate(headings):
                Words("th", heading).props('scope="col"').classes(kinds[number] if kinds else "")
        return ui.element("tbody")
