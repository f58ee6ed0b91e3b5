"""Policy documents (制度文件): the register, who may see each, new files, and what waits for review."""

from collections.abc import Mapping

from nicegui import ui
from starlette.requests import Request
from starlette.responses import Response

from bot.channels.web.frame import Words, box, button, picker
from bot.channels.web.hosting import Host, Visitor, off_loop
from bot.channels.web.plain import not_found
from bot.console.answer_fields import unit_field
from bot.console.frame import Rights, actor_now, console_page, staff_page, table, told
from knowledge.ingesting import LARGEST, Ingested, ingest, release_held
from storage.documents.queries import DocumentFacts, document_named, register_for, text_of
from storage.documents.registering import Outcome
from storage.documents.rules import AudienceChoice, AudienceLevel, DocumentState, Standing, read_audience
from storage.documents.upkeep import reinstate, set_audience, withdraw
from storage.errors import TanhuaError
from storage.people.queries import UnitView, unit_views

PATH = "/staff/documents"
STANDINGS = {Standing.IN_FORCE: "现行", Standing.SUPERSEDED: "已被取代", Standing.UNKNOWN: "未核"}
OUTCOMES = {
    Outcome.ADDED: "已收录",
    Outcome.NEW_VERSION: "已更新版本",
    Outcome.UNCHANGED: "内容未变",
    Outcome.HELD: "待审",
    Outcome.REFUSED: "没有收录",
}
SHOWN_TEXT = 30_000


def add_documents(host: Host) -> None:
    """Declare the pages."""

    @staff_page(host, PATH, "制度文件", "documents")
    async def documents(_: Request, visitor: Visitor, rights: Rights) -> Response | None:
        page = DocumentsPage(host, visitor)
        with console_page(host, visitor, rights, PATH, "制度文件"):
            await page.build()
        return None

    @staff_page(host, PATH + "/{number:int}", "制度文件", "documents")
    async def document(request: Request, visitor: Visitor, rights: Rights) -> Response | None:
        number = int(request.path_params["number"])
        found = next((one for one in await off_loop(_register, host, visitor) if one.id == number), None)
        if found is None:
            return not_found()
        text = await off_loop(_text, host, found)
        _one_document(host, visitor, rights, found, text)
        return None


class DocumentsPage:
    """The register as a table, with a button to take files in."""

    def __init__(self, host: Host, visitor: Visitor) -> None:
        self.host = host
        self.visitor = visitor
        self.units: dict[int, UnitView] = {}

    async def build(self) -> None:
        """What the page says, the upload, and the table."""
        self.client = ui.context.client
        Words("p", "新收录的文件须先选定知悉范围；选定之前，任何人都查不到它的内容。").classes("quiet")
        with box("choosing"):
            picker("收录文件", self.received, largest=LARGEST, many=True)
        self.results = box().props('role="status"')
        self.place = box("panel")
        await self.refresh()

    async def refresh(self) -> None:
        """Show the register as it stands."""
        found, self.units = await off_loop(_register_and_units, self.host, self.visitor)
        self.place.clear()
        with self.place:
            if not found:
                Words("p", "还没有收录制度文件。").classes("empty")
                return
            with table(("文件", "类别", "效力", "状态", "知悉范围", "操作")):
                for one in found:
                    self._row(one)

    def _row(self, one: DocumentFacts) -> None:
        with ui.element("tr"):
            with ui.element("td"):
                ui.link(one.title or one.name, f"{PATH}/{one.id}")
                Words("div", one.name).classes("quiet")
            Words("td", one.kind if one.kind_confirmed else f"{one.kind}（待核）")
            Words("td", STANDINGS[Standing(one.standing)])
            Words("td", _state(one))
            Words("td", audience_words(one, self.units)).classes("unset" if one.audience == AudienceLevel.UNSET else "")
            with ui.element("td").classes("acts"), box():
                button("知悉范围", lambda: self._choose(one), kind="light small").props(
                    f'aria-label="选择知悉范围：{_attribute(one.title)}"'
                )

    def _choose(self, one: DocumentFacts) -> None:
        """Ask who may see a document."""
        with self.client, ui.dialog() as dialog, box("dialog"):
            Words("h3", "谁可以看到这份文件")
            Words("p", one.title or one.name)
            levels = {
                AudienceLevel.PUBLIC: "公开",
                AudienceLevel.INTERNAL: "内部（工作人员）",
                AudienceLevel.UNIT: "指定单位及其下级",
            }
            chosen = ui.radio({str(level): label for level, label in levels.items()}, value=None)
            unit = unit_field("单位名称或编号", self.units.values())
            unit.bind_visibility_from(chosen, "value", value=str(AudienceLevel.UNIT))
            with box("foot"):
                button("取消", dialog.close, kind="light")

                async def confirm() -> None:
                    if not chosen.value:
                        ui.notify("请先选择知悉范围。", type="warning", position="top")
                        return
                    text = str(chosen.value)
                    if text == AudienceLevel.UNIT:
                        if not unit.value:
                            ui.notify("请先选择单位。", type="warning", position="top")
                            return
                        text = f"{text}:{unit.value}"
                    async with told(self.client):
                        await off_loop(self._set_audience, one.id, text)
                        dialog.close()
                        await self.refresh()

                button("确定", confirm)
        dialog.open()

    def _set_audience(self, document_id: int, text: str) -> None:
        actor = actor_now(self.host, self.visitor, "documents")
        choice = read_audience(text)
        with self.host.app.database.transaction() as session:
            set_audience(session, document_id=document_id, audience=choice, actor=actor, now=self.host.app.clock())

    async def received(self, files: list[tuple[str, bytes]]) -> None:
        """Take uploaded files in; nobody sees them before an audience is chosen."""
        self.results.clear()
        for name, content in files:
            result = await off_loop(self._ingest, name, content)
            with self.results:
                reason = f"：{result.reason}" if result.reason else ""
                refused = result.outcome in (Outcome.REFUSED, Outcome.HELD)
                Words("p", f"{OUTCOMES[result.outcome]}  {result.name}{reason}").classes("problem" if refused else "")
        await self.refresh()

    def _ingest(self, name: str, content: bytes) -> Ingested:
        try:
            actor = actor_now(self.host, self.visitor, "documents")
            database = self.host.app.database
            with database.reading() as session:
                known = document_named(session, name=name)
                units = {unit.id: unit.code for unit in unit_views(session).values()}
            audience = AudienceChoice(AudienceLevel.UNSET)
            if known is not None:  # a new version keeps the audience somebody chose
                level = AudienceLevel(known.audience)
                audience = AudienceChoice(level, units.get(known.audience_unit_id or 0, ""))
            return ingest(
                database, content, name, vouched=None, audience=audience, actor=actor, now=self.host.app.clock()
            )
        except TanhuaError as error:
            return Ingested(name, Outcome.REFUSED, error.message)


def _one_document(host: Host, visitor: Visitor, rights: Rights, one: DocumentFacts, text: str) -> None:
    """One document: what the register says, its text, and what may be done with it."""

    client = ui.context.client

    def act(change: str) -> None:
        actor = actor_now(host, visitor, "documents")
        now = host.app.clock()
        if change == "release":
            release_held(host.app.database, one.name, actor=actor, now=now)
            return
        with host.app.database.transaction() as session:
            if change == "withdraw":
                withdraw(session, document_id=one.id, reason="工作人员撤下", actor=actor, now=now)
            else:
                reinstate(session, document_id=one.id, reason="工作人员恢复", actor=actor, now=now)

    async def run(change: str) -> None:
        async with told(client):
            await off_loop(act, change)
            ui.navigate.reload()

    with console_page(host, visitor, rights, PATH, one.title or one.name):
        with ui.element("dl").classes("facts"):
            facts = (
                ("文件名", one.name),
                ("发文机关", one.issuer),
                ("文号", one.number),
                ("发布时间", one.issued),
                ("类别", one.kind),
                ("效力", STANDINGS[Standing(one.standing)]),
                ("状态", _state(one)),
                ("说明", one.note),
            )
            for label, value in facts:
                if value:
                    Words("dt", label)
                    Words("dd", value)
        with box("choosing"):
            if one.held_version is not None:
                button("审核通过，启用", lambda: run("release"))
            if one.state == DocumentState.ACTIVE:
                button("撤下", lambda: run("withdraw"), kind="light danger")
            if one.state == DocumentState.WITHDRAWN:
                button("恢复使用", lambda: run("reinstate"), kind="light")
            ui.link("返回", PATH).classes("pill")
        Words("h3", "待审版本正文" if one.held_version is not None else "正文")
        Words("div", text[:SHOWN_TEXT]).classes("text").props('tabindex="0"')
        if len(text) > SHOWN_TEXT:
            Words("p", f"正文共 {len(text)} 字，这里显示前 {SHOWN_TEXT} 字。").classes("quiet")


def audience_words(one: DocumentFacts, units: Mapping[int, UnitView]) -> str:
    """Who may see a document, in words."""
    if one.audience == AudienceLevel.UNSET:
        return "尚未选定"
    if one.audience == AudienceLevel.UNIT:
        return f"{units[one.audience_unit_id or 0].name}及其下级"
    return "内部（工作人员）" if one.audience == AudienceLevel.INTERNAL else one.audience


def _state(one: DocumentFacts) -> str:
    waits = one.held_version is not None and one.state != DocumentState.HELD
    return one.state + (f"：{one.state_reason}" if one.state_reason else "") + ("（新版待审）" if waits else "")


def _attribute(text: str) -> str:
    return text.replace('"', "”")


def _register(host: Host, visitor: Visitor) -> tuple[DocumentFacts, ...]:
    with host.app.database.reading() as session:
        return register_for(session, actor=visitor.actor)


def _register_and_units(host: Host, visitor: Visitor) -> tuple[tuple[DocumentFacts, ...], dict[int, UnitView]]:
    with host.app.database.reading() as session:
        return register_for(session, actor=visitor.actor), unit_views(session)


def _text(host: Host, one: DocumentFacts) -> str:
    with host.app.database.reading() as session:
        return text_of(session, document_id=one.id, version=one.held_version or one.version)
