"""Reminder rules (提醒规则): the versions there are, where they are in force, what a change would send, adopting one."""

from collections.abc import Mapping
from datetime import date, timedelta

from nicegui import ui
from starlette.requests import Request
from starlette.responses import Response

from bot.channels.web.frame import Words, box, button, picker
from bot.channels.web.hosting import Host, Visitor, off_loop
from bot.console.answer_fields import unit_field
from bot.console.frame import Rights, actor_now, console_page, staff_page, table, told
from jobs.previewing import SHOWN, Preview, preview
from jobs.wording import say
from storage.errors import Refused, RuleBroken
from storage.instants import SHANGHAI, full_date, shanghai_date
from storage.people.queries import UnitView, names_by_code, unit_id_of, unit_views
from storage.rulebooks.actions import add_rulebook, adopt_rulebook
from storage.rulebooks.queries import AdoptionView, adoptions, rulebook_texts
from storage.rulebooks.reading import read_rulebook

PATH = "/staff/rules"
PERIOD = timedelta(days=60)
LARGEST = 200_000


def add_rules(host: Host) -> None:
    """Declare the page."""

    @staff_page(host, PATH, "提醒规则", "rules")
    async def rules(_: Request, visitor: Visitor, rights: Rights) -> Response | None:
        page = RulesPage(host, visitor)
        with console_page(host, visitor, rights, PATH, "提醒规则"):
            await page.build()
        return None


class RulesPage:
    """Choose a version, see what it would send in the next sixty days, and put it in force for a unit."""

    def __init__(self, host: Host, visitor: Visitor) -> None:
        self.host = host
        self.visitor = visitor
        self.texts: dict[str, str] = {}
        self.units: dict[int, UnitView] = {}

    async def build(self) -> None:
        """What is in force, the choice, the upload, and room for the preview."""
        self.client = ui.context.client
        Words("p", "先推演、再采用。已经开始的任务仍按原来的规则，新任务按采用的规则。").classes("quiet")
        self.texts, adopted, self.units = await off_loop(self._read)
        titles = {name: f"{read_rulebook(text).title}（{name}）" for name, text in self.texts.items()}
        self._adopted(adopted, titles)
        self.chosen = ui.radio(titles, value=None).props('aria-label="提醒规则版本"')
        with box("choosing"):
            button("推演今后60天", self.show_preview)
            picker("上传新版本", self.received, largest=LARGEST, accept=".toml", kind="light")
        self.place = box("panel").props('role="status"')
        self.place.set_visibility(False)

    def _read(self) -> tuple[dict[str, str], list[AdoptionView], dict[int, UnitView]]:
        with self.host.app.database.reading() as session:
            return rulebook_texts(session), adoptions(session), unit_views(session)

    def _adopted(self, adopted: list[AdoptionView], titles: Mapping[str, str]) -> None:
        if not adopted:
            Words("p", "目前各单位均按通用提醒规则。")
            return
        with table(("单位", "规则", "起", "止")):
            for one in adopted:
                with ui.element("tr"):
                    until = full_date(one.valid_until) if one.valid_until else "长期"
                    for text in (one.unit or "全部单位", titles[one.rulebook], full_date(one.valid_from), until):
                        Words("td", text)

    async def received(self, files: list[tuple[str, bytes]]) -> None:
        """Keep an uploaded version beside the others; it sends nothing before it is adopted."""
        async with told(self.client):
            await off_loop(self._add, files[0][1])
            ui.navigate.reload()

    def _add(self, content: bytes) -> None:
        actor = actor_now(self.host, self.visitor, "rules")
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise Refused("提醒规则文件应为 UTF-8 文本。") from error
        with self.host.app.database.transaction() as session:
            add_rulebook(session, text, actor_id=actor.person_id, now=self.host.app.clock())

    async def show_preview(self) -> None:
        """Play the next days under the chosen version and under what is in force."""
        name = str(self.chosen.value or "")
        if not name:
            ui.notify("请先选择一个版本。", type="warning", position="top")
            return
        self._say("正在推演，请稍候……")
        async with told(self.client):
            found, names = await off_loop(self._preview, name)
            self._show(name, found, names)

    def _preview(self, name: str) -> tuple[Preview, dict[str, str]]:
        """The preview, and the names of those it would reach by 编号."""
        actor_now(self.host, self.visitor, "rules")
        database, today = self.host.app.database, shanghai_date(self.host.app.clock())
        found = preview(database, self.texts[name], today, today + PERIOD)
        with database.reading() as session:
            return found, names_by_code(session, {one.recipient for one in found.first})

    def _say(self, text: str) -> None:
        self.place.set_visibility(True)
        self.place.clear()
        with self.place:
            Words("p", text)

    def _show(self, name: str, found: Preview, names: dict[str, str]) -> None:
        self.place.clear()
        with self.place:
            Words("h3", f"今后60天：现行规则发 {found.now} 条，采用后发 {found.then} 条")
            with table(("任务", "现行", "采用后"), ("", "n", "n")):
                for title, now, then in found.by_rule:
                    with ui.element("tr"):
                        Words("th", title).props('scope="row"')
                        Words("td", str(now)).classes("n")
                        Words("td", str(then)).classes("n")
            button("采用这个版本", lambda: self._adopt_dialog(name))
            if found.then > SHOWN:
                Words("p", f"以下为前 {SHOWN} 条。").classes("quiet")
            with table(("时间", "任务", "发给", "内容")):
                for one in found.first:
                    with ui.element("tr"):
                        at = one.at.astimezone(SHANGHAI)
                        first_line = one.text.partition("\n")[0]
                        for text in (
                            f"{full_date(at.date())} {at:%H:%M}",
                            say(f"{one.rule}.title"),
                            names[one.recipient],
                        ):
                            Words("td", text)
                        Words("td", first_line)

    def _adopt_dialog(self, name: str) -> None:
        tomorrow = shanghai_date(self.host.app.clock()) + timedelta(days=1)
        with self.client, ui.dialog() as dialog, box("dialog"):
            Words("h3", "从哪天起、在哪些单位采用")
            Words("p", "不选单位，即全部单位采用；选了单位，连同其下级采用。").classes("quiet")
            unit = unit_field("单位名称或编号", self.units.values())
            day = ui.input("起始日期", value=tomorrow.isoformat()).props(
                'type="date" outlined dense stack-label aria-label="起始日期"'
            )
            with box("foot"):
                button("取消", dialog.close, kind="light")

                async def confirm() -> None:
                    async with told(self.client):
                        await off_loop(self._adopt, name, str(unit.value or ""), str(day.value or "").strip())
                        dialog.close()
                        ui.navigate.reload()

                button("确定采用", confirm)
        dialog.open()

    def _adopt(self, name: str, unit: str, day: str) -> None:
        actor = actor_now(self.host, self.visitor, "rules")
        try:
            start = date.fromisoformat(day)
        except ValueError as error:
            raise RuleBroken("请选择起始日期。") from error
        with self.host.app.database.transaction() as session:
            unit_id = unit_id_of(session, unit) if unit else None
            now = self.host.app.clock()
            adopt_rulebook(session, name, unit_id=unit_id, valid_from=start, actor_id=actor.person_id, now=now)
