"""Import of the workbook by administrators of a top unit: checked first, written only when confirmed."""

import shutil
import tempfile
from pathlib import Path

from nicegui import ui
from starlette.requests import Request
from starlette.responses import Response

from bot.channels.web.frame import Words, box, button, picker
from bot.channels.web.hosting import Host, Visitor, off_loop
from bot.console.frame import Rights, actor_now, console_page, staff_page, table, told
from jobs.importing import import_file
from storage.attachments.rules import shown_name
from storage.workbook.importing import ImportReport
from storage.workbook.opening import LARGEST_BYTES
from storage.workbook.writing import write_problems, write_template

PATH = "/staff/import"
SHOWN_PROBLEMS = 200


def add_importing(host: Host) -> None:
    """Declare the page."""

    @staff_page(host, PATH, "导入", "imports")
    async def importing(_: Request, visitor: Visitor, rights: Rights) -> Response | None:
        page = ImportPage(host, visitor)
        with console_page(host, visitor, rights, PATH, "导入"):
            page.build()
        return None


class ImportPage:
    """One import: a file in a folder of its own, what checking it found, and the button that writes."""

    def __init__(self, host: Host, visitor: Visitor) -> None:
        self.host = host
        self.visitor = visitor
        self.folder = Path(tempfile.mkdtemp(prefix="tanhua-import-"))
        self.file: Path | None = None

    def build(self) -> None:
        """What to do, the template, the upload, and room for the result."""
        self.client = ui.context.client
        self.client.on_delete(lambda: shutil.rmtree(self.folder, ignore_errors=True))
        Words("p", "导入单位、人员、谈话和问题。先检查，确认后才写入；全部成功或全部不生效。").classes("quiet")
        with box("choosing"):
            picker("选择工作簿", self.received, largest=LARGEST_BYTES, accept=".xlsx")
            button("下载空白模板", self.template, kind="light")
        self.place = box("panel").props('role="status"')
        self.place.set_visibility(False)

    async def template(self) -> None:
        """Hand out the empty workbook."""
        path = self.folder / "模板.xlsx"
        await off_loop(write_template, path)
        self.client.download(path.read_bytes(), "谈话助手导入模板.xlsx")

    async def received(self, files: list[tuple[str, bytes]]) -> None:
        """Keep the file and check it."""
        given, content = files[0]
        name = shown_name(given)
        self.file = self.folder / (name if name.endswith(".xlsx") else f"{name}.xlsx")
        self.file.write_bytes(content)
        self._say("正在检查，请稍候……")
        await self._run(dry=True)

    async def _run(self, *, dry: bool) -> None:
        async with told(self.client):
            try:
                report = await off_loop(self._import, dry=dry)
            except BaseException:
                self._say("没有导入任何内容。")
                raise
            self._show(report, dry=dry)

    def _import(self, *, dry: bool) -> ImportReport:
        """Check the file, or write it. Blocks; NotFound when the right has gone meanwhile."""
        actor = actor_now(self.host, self.visitor, "imports")
        assert self.file is not None
        app = self.host.app
        report = import_file(app.database, self.file, now=app.clock(), actor_id=actor.person_id, dry=dry)
        if not (dry or report.problems):
            self.host.nudge()
        return report

    def _say(self, text: str) -> None:
        self.place.set_visibility(True)
        self.place.clear()
        with self.place:
            Words("p", text)

    def _show(self, report: ImportReport, *, dry: bool) -> None:
        self.place.clear()
        with self.place:
            for notice in report.notices:
                Words("p", f"注意：{notice}").classes("quiet")
            if report.problems:
                self._problems(report)
                return
            Words("h3", "检查通过，尚未写入" if dry else "导入完成")
            with table(("工作表", "新增", "更新", "未变"), ("", "n", "n", "n")):
                for sheet, added in report.added.items():
                    with ui.element("tr"):
                        Words("th", sheet).props('scope="row"')
                        for number in (added, report.changed[sheet], report.unchanged[sheet]):
                            Words("td", str(number)).classes("n")
            duties = report.duties
            Words(
                "p",
                f"谈话任务：新增 {duties.opened}，调整 {duties.moved}，终止 {duties.closed}，已谈 {duties.satisfied}",
            )
            for kept in report.kept[:SHOWN_PROBLEMS]:
                Words(
                    "p",
                    f"保留：{kept.sheet} {kept.code} {kept.column} 现为“{kept.stands}”，文件为“{kept.file}”，未覆盖",
                ).classes("quiet")
            if dry:
                button("确认导入", self._confirm)

    async def _confirm(self) -> None:
        self._say("正在导入，请稍候……")
        await self._run(dry=False)

    def _problems(self, report: ImportReport) -> None:
        Words("h3", f"共 {len(report.problems)} 处问题，没有导入任何内容")
        button("下载标注副本", lambda: self._marked(report), kind="light")
        with table(("工作表", "行", "列", "问题")):
            for problem in report.problems[:SHOWN_PROBLEMS]:
                with ui.element("tr"):
                    row = str(problem.row) if problem.row else "整表"
                    for text in (problem.sheet, row, problem.column, problem.reason):
                        Words("td", text)
        if len(report.problems) > SHOWN_PROBLEMS:
            Words("p", f"这里列出前 {SHOWN_PROBLEMS} 处，全部问题见标注副本。").classes("quiet")

    async def _marked(self, report: ImportReport) -> None:
        assert self.file is not None
        marked = self.folder / f"{self.file.stem}-问题标注.xlsx"
        async with told(self.client):
            await off_loop(write_problems, self.file, report.problems, marked)
            self.client.download(marked.read_bytes(), marked.name)
