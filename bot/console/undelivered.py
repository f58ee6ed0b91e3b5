"""What could not be delivered (未送达): to whom, why, and a button to let it go out again."""

from datetime import timedelta

from nicegui import ui
from starlette.requests import Request
from starlette.responses import Response

from bot.channels.web.frame import Words, box, button
from bot.channels.web.hosting import Host, Visitor, off_loop, today_of
from bot.console.frame import Rights, actor_now, console_page, staff_page, table, told
from storage.instants import SHANGHAI
from storage.outbox.undelivered import Undelivered, send_again, undelivered_for

PATH = "/staff/undelivered"
SHOWN = 200
SINCE = timedelta(days=400)


def add_undelivered(host: Host) -> None:
    """Declare the page."""

    @staff_page(host, PATH, "未送达", "counts")
    async def undelivered(_: Request, visitor: Visitor, rights: Rights) -> Response | None:
        with console_page(host, visitor, rights, PATH, "未送达"):
            await UndeliveredPage(host, visitor).build()
        return None


class UndeliveredPage:
    """The list, latest first."""

    def __init__(self, host: Host, visitor: Visitor) -> None:
        self.host = host
        self.visitor = visitor

    async def build(self) -> None:
        """A sentence and the table."""
        self.client = ui.context.client
        Words("p", "这些消息没有送到本人。重发时按其现有账号发送；如已不再需要，不会发出。").classes("quiet")
        self.place = box("panel")
        await self.refresh()

    async def refresh(self) -> None:
        """Show the messages as they stand."""
        found = await off_loop(self._read)
        self.place.clear()
        with self.place:
            if not found:
                Words("p", "没有未送达的消息。")
                return
            with table(("日期", "姓名", "单位", "种类", "原因", "操作")):
                for one in found:
                    self._row(one)

    def _row(self, one: Undelivered) -> None:
        at, doubt = one.at.astimezone(SHANGHAI), "（可能已经收到）" if one.is_unknown else ""
        with ui.element("tr"):
            for text in (f"{at:%Y-%m-%d %H:%M}", one.person, one.unit, one.kind, one.reason + doubt):
                Words("td", text)
            with ui.element("td").classes("acts"), box():
                resend = button("重发", lambda: self._again(one), kind="light small")
                resend.props(f'aria-label="重发给{one.person}"')

    async def _again(self, one: Undelivered) -> None:
        async with told(self.client):
            await off_loop(self._send, one.id)
            self.host.nudge()
            await self.refresh()

    def _read(self) -> list[Undelivered]:
        actor, today, now = actor_now(self.host, self.visitor, "counts"), today_of(self.host), self.host.app.clock()
        with self.host.app.database.reading() as session:
            return undelivered_for(session, actor, today=today, since=now - SINCE, limit=SHOWN)

    def _send(self, message_id: int) -> None:
        actor, today, now = actor_now(self.host, self.visitor, "counts"), today_of(self.host), self.host.app.clock()
        with self.host.app.database.transaction() as session:
            send_again(session, message_id, actor=actor, today=today, now=now)
