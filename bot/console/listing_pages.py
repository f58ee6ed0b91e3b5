"""A list behind a figure: a page of it at a time, and the whole as a workbook."""

from urllib.parse import quote

from nicegui import ui
from starlette.requests import Request
from starlette.responses import Response

from bot.channels.web.frame import Words, box
from bot.channels.web.hosting import Host, Visitor, off_loop, today_of, visitor_from
from bot.channels.web.plain import not_found
from bot.console.frame import Rights, console_page, staff_page, table
from bot.console.listings import LEVEL_NAMES, Listing, listing_for
from bot.console.looking import Look, part_of, read_look
from storage import audit
from storage.errors import NotFound

PAGE = 50
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def add_listings(host: Host) -> None:
    """Declare the page of lists."""

    @staff_page(host, "/staff/list/{subject}", "名单", "lists")
    async def listing(request: Request, visitor: Visitor, rights: Rights) -> Response | None:
        subject = str(request.path_params["subject"])
        look = read_look(dict(request.query_params), today_of(host).year)
        found, place = await off_loop(_read, host, visitor, subject, look)
        with console_page(host, visitor, rights, "", found.title):
            _build(subject, look, found, place)
        return None


class Workbooks:
    """The route of lists as workbooks."""

    def __init__(self, host: Host) -> None:
        self.host = host

    async def workbook(self, request: Request) -> Response:
        """GET /staff/list/<subject>.xlsx: the list as a workbook; taking it away leaves an audit line."""
        visitor = await visitor_from(self.host, request)
        if visitor is None:
            return not_found()
        subject = str(request.path_params["subject"])
        try:
            look = read_look(dict(request.query_params), today_of(self.host).year)
            name, content = await off_loop(self._make, visitor, subject, look)
        except NotFound:
            return not_found()
        disposition = f"attachment; filename*=UTF-8''{quote(name)}"
        return Response(
            content, media_type=XLSX, headers={"Content-Disposition": disposition, "Cache-Control": "private, no-store"}
        )

    def _make(self, visitor: Visitor, subject: str, look: Look) -> tuple[str, bytes]:
        from storage.workbook.listing import listing_workbook

        found, place = _read(self.host, visitor, subject, look)
        actor_id = visitor.actor.person_id
        with self.host.app.database.transaction() as session:
            audit.record(
                session,
                action="console.take_list",
                subject="person",
                subject_id=actor_id,
                actor_id=actor_id,
                now=self.host.app.clock(),
                fields={"list": ("", f"{subject} {look}"), "rows": (0, len(found.rows))},
            )
        name = f"{look.year}年{found.title}{'（' + place + '）' if place else ''}.xlsx"
        return name, listing_workbook(found.title, found.headings, found.rows)


def _read(host: Host, visitor: Visitor, subject: str, look: Look) -> tuple[Listing, str]:
    """The list, and what narrows it in words."""
    from storage.people.queries import unit_views

    with host.app.database.reading() as session:
        part = part_of(session, visitor.actor, look)
        found = listing_for(session, visitor.actor, subject, look, part, today_of(host))
        unit = next((one.name for one in unit_views(session).values() if one.code == look.unit), "")
    if unit and look.only:
        unit += "本级"
    return found, " ".join(filter(None, (unit, LEVEL_NAMES.get(look.level, ""))))


def _build(subject: str, look: Look, found: Listing, place: str) -> None:
    total = len(found.rows)
    pages = max(1, -(-total // PAGE))
    page = min(look.page, pages)
    with box("choosing"):
        narrowed = f"{look.year}年" + (f" · {place}" if place else "")
        Words("span", f"{narrowed} · 共 {total} 条").classes("total").props(f'data-total="{total}"')
        ui.link("下载 Excel", look.of().address(f"/staff/list/{subject}.xlsx")).classes("pill").props("download")
        ui.link("返回总览", look.of(kind="", level="", type="", only=False).address("/staff")).classes("pill")
    if not total:
        Words("p", "没有符合条件的记录。").classes("empty")
        return
    with table(found.headings):
        for row in found.rows[(page - 1) * PAGE : page * PAGE]:
            with ui.element("tr"):
                for cell in row:
                    Words("td", "" if cell is None else str(cell))
    if pages > 1:
        with box("choosing", "nav").props('aria-label="翻页"'):
            if page > 1:
                ui.link("上一页", look.of(page=page - 1).address(f"/staff/list/{subject}")).classes("pill")
            Words("span", f"第 {page} 页，共 {pages} 页")
            if page < pages:
                ui.link("下一页", look.of(page=page + 1).address(f"/staff/list/{subject}")).classes("pill")
