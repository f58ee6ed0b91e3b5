"""Accounts (账号): who is reachable where; one-time codes given out, with a QR of the link, and taken back."""

from io import BytesIO

from nicegui import ui
from starlette.requests import Request
from starlette.responses import Response

from bot.app import real_clock
from bot.channels.web.bubbles import FROM_CHANNEL
from bot.channels.web.frame import Words, box, button
from bot.channels.web.hosting import Host, Visitor, off_loop, today_of
from bot.channels.web.signing_in import base_of, link_of
from bot.console.frame import Rights, actor_now, console_page, staff_page, table, told
from bot.console.looking import whole
from storage.instants import SHANGHAI
from storage.people.accounts import AccountView, accounts_for, give_code, release_person, revoke_codes
from storage.people.actions import IssuedCode

PATH = "/staff/accounts"
PAGE = 50


def add_accounts(host: Host) -> None:
    """Declare the page."""

    @staff_page(host, PATH, "账号", "accounts")
    async def accounts(request: Request, visitor: Visitor, rights: Rights) -> Response | None:
        asked, page = request.query_params.get("q", "")[:50], max(whole(request, "page"), 1)
        built = AccountsPage(host, visitor, base_of(request, host.app.settings.public_url), asked, page)
        with console_page(host, visitor, rights, PATH, "账号"):
            await built.build()
        return None


class AccountsPage:
    """The people an administrator keeps accounts of, a page at a time."""

    def __init__(self, host: Host, visitor: Visitor, base: str, search: str, page: int) -> None:
        self.host = host
        self.visitor = visitor
        self.base = base
        self.search = search
        self.page = page

    async def build(self) -> None:
        """The search, and the table."""
        self.client = ui.context.client
        with ui.element("form").classes("search").props(f'method="get" action="{PATH}" role="search"'):
            field = ui.element("input").props('name="q" aria-label="姓名、编号或单位" placeholder="姓名、编号或单位"')
            field.props["value"] = self.search
            Words("button", "查找").classes("button").props('type="submit"')
        self.place = box("panel")
        await self.refresh()

    async def refresh(self) -> None:
        """Show the people as they stand."""
        total, found = await off_loop(self._read)
        self.place.clear()
        with self.place:
            Words("p", f"共 {total} 人").classes("quiet")
            if not found:
                return
            with table(("编号", "姓名", "单位", "职务", "已绑定", "登录码", "操作")):
                for one in found:
                    self._row(one)
            if total > PAGE:
                self._turning(-(-total // PAGE))

    def _turning(self, pages: int) -> None:
        from urllib.parse import urlencode

        with box("choosing", "nav").props('aria-label="翻页"'):
            for label, page in (("上一页", self.page - 1), ("下一页", self.page + 1)):
                if 1 <= page <= pages:
                    ui.link(label, f"{PATH}?{urlencode({'q': self.search, 'page': page})}").classes("pill")
            Words("span", f"第 {self.page} 页，共 {pages} 页")

    def _row(self, one: AccountView) -> None:
        bound = [FROM_CHANNEL.get(channel, channel) for channel in one.channels]
        bound += [f"网页（{one.browsers}）"] if one.browsers else []
        until = one.code_until.astimezone(SHANGHAI) if one.code_until else None
        with ui.element("tr"):
            for text in (one.code, one.name, one.unit, one.title, "、".join(bound) or "未绑定"):
                Words("td", text)
            Words("td", f"有效至 {until:%m-%d %H:%M}" if until else "无")
            with ui.element("td").classes("acts"), box():
                about = f"{one.name}（{one.code}）".replace('"', "”")
                issue = button("发登录码", lambda: self._issue(one), kind="light small")
                issue.props(f'aria-label="给{about}发登录码"')
                if until:
                    button("作废", lambda: self._revoke(one), kind="light small danger").props(
                        f'aria-label="作废{about}的登录码"'
                    )
                if bound:
                    button("解除绑定", lambda: self._ask_release(one), kind="light small danger").props(
                        f'aria-label="解除{about}的全部绑定"'
                    )

    async def _issue(self, one: AccountView) -> None:
        async with told(self.client):
            code = await off_loop(self._give, one.person_id)
            self._show_code(one, code)
            await self.refresh()

    def _show_code(self, one: AccountView, issued: IssuedCode) -> None:
        link = link_of(self.base, issued.code)
        until = issued.expires_at.astimezone(SHANGHAI)
        with self.client, ui.dialog() as dialog, box("dialog"):
            Words("h3", f"{one.name}的登录码")
            Words("div", issued.code).classes("code")
            with box("qr").props('role="img" aria-label="登录链接的二维码"'):
                ui.html(qr_svg(link), sanitize=False)
            Words("p", link).classes("link")
            Words("p", f"{until:%Y年%m月%d日 %H:%M}前有效，只能使用一次。请当面或通过可靠渠道交给本人。").classes(
                "quiet"
            )
            with box("foot"):
                button("关闭", dialog.close)
        dialog.open()

    async def _revoke(self, one: AccountView) -> None:
        async with told(self.client):
            await off_loop(self._take_back, one.person_id)
            await self.refresh()

    def _ask_release(self, one: AccountView) -> None:
        with self.client, ui.dialog() as dialog, box("dialog"):
            Words("h3", f"解除{one.name}的全部绑定？")
            Words("p", "各渠道账号和网页登录都会立即失效，需重新发登录码才能使用。")
            with box("foot"):
                button("取消", dialog.close, kind="light")

                async def confirm() -> None:
                    dialog.close()
                    async with told(self.client):
                        await off_loop(self._release, one.person_id)
                        await self.refresh()

                button("解除绑定", confirm)
        dialog.open()

    def _read(self) -> tuple[int, list[AccountView]]:
        actor = actor_now(self.host, self.visitor, "accounts")
        with self.host.app.database.reading() as session:
            return accounts_for(
                session,
                actor,
                today=today_of(self.host),
                now=self.host.app.clock(),
                wall=real_clock(),
                search=self.search,
                limit=PAGE,
                offset=(self.page - 1) * PAGE,
            )

    def _give(self, person_id: int) -> IssuedCode:
        actor = actor_now(self.host, self.visitor, "accounts")
        now, today = self.host.app.clock(), today_of(self.host)
        with self.host.app.database.transaction() as session:
            return give_code(session, person_id=person_id, actor=actor, today=today, now=now)

    def _take_back(self, person_id: int) -> None:
        actor = actor_now(self.host, self.visitor, "accounts")
        now, today = self.host.app.clock(), today_of(self.host)
        with self.host.app.database.transaction() as session:
            revoke_codes(session, person_id=person_id, actor=actor, today=today, now=now)

    def _release(self, person_id: int) -> None:
        actor = actor_now(self.host, self.visitor, "accounts")
        now, today = self.host.app.clock(), today_of(self.host)
        with self.host.app.database.transaction() as session:
            release_person(session, person_id=person_id, actor=actor, today=today, now=now, wall=real_clock())


def qr_svg(text: str) -> str:
    """A QR code of `text` as an inline SVG."""
    import segno

    out = BytesIO()
    segno.make(text, error="m").save(
        out, kind="svg", xmldecl=False, svgns=True, border=2, dark="#1b2430", omitsize=True
    )
    return out.getvalue().decode()
