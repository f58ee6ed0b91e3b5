"""The overview: coverage by level and unit for a year, talks and findings; every figure opens the list behind it."""

from nicegui import events, ui
from starlette.requests import Request
from starlette.responses import Response

from bot.channels.web.frame import Words, box
from bot.channels.web.hosting import Host, Visitor, off_loop, today_of
from bot.console.figures import Figures, Overview, UnitRow, overview_of
from bot.console.frame import Rights, console_page, staff_page, table
from bot.console.listings import LEVEL_NAMES
from bot.console.looking import Look, part_of, read_look
from storage.people.rules import LEVEL_KEYS, Level
from storage.talks.lists import years_known

PATH = "/staff"
SHOWN_YEARS = 6
CARDS = (
    ("应谈人数", "people", "required"),
    ("已谈人数", "people", "talked"),
    ("未谈人数", "people", "untalked"),
    ("逾期未谈", "people", "overdue"),
    ("谈话人次", "talks", "all"),
    ("其中会前谈话", "talks", "before"),
    ("谈话指出问题", "findings", "talks"),
    ("已销号", "findings", "closed"),
    ("未销号", "findings", "unclosed"),
    ("逾期问题", "findings", "late"),
)
COLUMNS = (
    ("应谈", "people", "required"),
    ("已谈", "people", "talked"),
    ("未谈", "people", "untalked"),
    ("逾期", "people", "overdue"),
    ("谈话人次", "talks", "all"),
    ("指出问题", "findings", "talks"),
    ("已销号", "findings", "closed"),
    ("逾期问题", "findings", "late"),
)
TYPE_COLUMNS = {"talks": "谈话指出", "closed": "已销号", "unclosed": "未销号", "elsewhere": "其他来源", "late": "逾期"}


def add_overview(host: Host) -> None:
    """Declare the page."""

    @staff_page(host, PATH, "工作台", "counts")
    async def overview(request: Request, visitor: Visitor, rights: Rights) -> Response | None:
        look = read_look(dict(request.query_params), today_of(host).year)
        seen, years = await off_loop(_read, host, visitor, look)
        with console_page(host, visitor, rights, PATH, _title(look, seen)):
            _OverviewPage(look, seen, years, rights).build()
        return None


def _read(host: Host, visitor: Visitor, look: Look) -> tuple[Overview, list[int]]:
    today = today_of(host)
    with host.app.database.reading() as session:
        part = part_of(session, visitor.actor, look)
        seen = overview_of(session, visitor.actor, year=look.year, part=part, today=today)
        return seen, years_known(session, today)


def _title(look: Look, seen: Overview) -> str:
    return f"{look.year}年谈话情况" + (f" · {seen.trail[-1].name}" if seen.trail else "")


class _OverviewPage:
    def __init__(self, look: Look, seen: Overview, years: list[int], rights: Rights) -> None:
        self.look = look.of(level="", kind="", type="", only=False)
        self.seen = seen
        self.years = years
        self.rights = rights

    def build(self) -> None:
        """Years, where we are, the cards, the chart and the two tables."""
        with box("choosing"):
            for year in self.years[:SHOWN_YEARS]:
                link = ui.link(f"{year}年", self.look.of(year=year).address(PATH)).classes("pill")
                if year == self.look.year:
                    link.classes("here").props('aria-current="true"')
        if len(self.seen.trail) > 1:
            with box("trail", "nav").props('aria-label="所在位置"'):
                for unit in self.seen.trail[:-1]:
                    ui.link(unit.name, self.look.of(unit=unit.code).address(PATH))
                    Words("span", "›")
                Words("span", self.seen.trail[-1].name)
        self._cards()
        if self.seen.by_level:
            with box("panel"):
                Words("h3", "各层级覆盖情况")
                self._chart()
                self._levels()
        with box("panel"):
            Words("h3", "各单位情况")
            self._units()
        if self.seen.by_type:
            with box("panel"):
                Words("h3", "问题类型")
                self._types()
        if not self.rights.lists:
            Words("p", "管理员只查看数量；名单由组织部门、纪检机关工作人员查看。").classes("quiet")

    def _cards(self) -> None:
        with box("cards"):
            for label, subject, kind in CARDS:
                with box("figure"):
                    Words("div", label).classes("label")
                    self._figure(self.seen.whole, subject, kind, self.look, f"{label}")
                    if (subject, kind) == ("people", "talked"):
                        Words("div", f"覆盖率 {self.seen.whole.percent:.2f}%").classes("quiet")

    def _figure(self, figures: Figures, subject: str, kind: str, look: Look, about: str) -> None:
        number = str(figures[subject, kind])
        if not self.rights.lists:
            Words("span", number).classes("number")
            return
        target = look.of(kind=kind).address(f"/staff/list/{subject}")
        ui.link(number, target).classes("number").props(f'aria-label="{about} {number}，查看名单"')

    def _chart(self) -> None:
        levels = list(self.seen.by_level)
        figures = [self.seen.by_level[level] for level in levels]
        bar = {"type": "bar", "stack": "all", "barMaxWidth": 44, "label": {"show": True}}
        chart = ui.echart(
            {
                "animation": False,
                "aria": {"enabled": True},
                "textStyle": {"fontFamily": "inherit", "fontSize": 13},
                "grid": {"left": 8, "right": 24, "top": 40, "bottom": 8, "containLabel": True},
                "legend": {"top": 0, "left": 0, "textStyle": {"fontSize": 13}},
                "tooltip": {"trigger": "axis"},
                "xAxis": {"type": "value", "minInterval": 1},
                "yAxis": {
                    "type": "category",
                    "inverse": True,
                    "data": [LEVEL_NAMES[level] for level in levels],
                    "axisLabel": {"fontSize": 14},
                },
                "series": [
                    {
                        **bar,
                        "name": "已谈",
                        "color": "#2b5c93",
                        "data": [one["people", "talked"] or None for one in figures],
                    },
                    {
                        **bar,
                        "name": "未谈",
                        "color": "#d7a13c",
                        "data": [one["people", "untalked"] or None for one in figures],
                    },
                ],
            },
            on_point_click=lambda event: self._open(event, levels),
        )
        chart.classes("chart").style(f"height: {70 + 56 * len(levels)}px")
        chart.props('role="img" aria-label="各层级已谈和未谈人数，数字见下表"')

    def _open(self, event: events.EChartPointClickEventArguments, levels: list[str]) -> None:
        if self.rights.lists:
            kind = "talked" if event.series_name == "已谈" else "untalked"
            look = self.look.of(level=levels[event.data_index], kind=kind)
            ui.navigate.to(look.address("/staff/list/people"))

    def _levels(self) -> None:
        body = table(("层级", *(label for label, _, _ in COLUMNS), "覆盖率"), ("", *["n"] * (len(COLUMNS) + 1)))
        with body:
            for level, figures in self.seen.by_level.items():
                self._row(LEVEL_NAMES[level], "", figures, self.look.of(level=level))
            self._row("合计", "", self.seen.whole, self.look, kind="total")

    def _units(self) -> None:
        headings = ("单位", "层级", *(label for label, _, _ in COLUMNS), "覆盖率")
        body = table(headings, ("", "", *["n"] * (len(COLUMNS) + 1)))
        with body:
            for row in self.seen.by_unit:
                look = self.look.of(unit=row.code, only=row.only)
                target = "" if row.only else self.look.of(unit=row.code).address(PATH)
                self._row(row.name, target, row.figures, look, level=_level_name(row))
            self._row("合计", "", self.seen.whole, self.look, kind="total", level="")

    def _types(self) -> None:
        with table(("类型", *TYPE_COLUMNS.values()), ("", *["n"] * len(TYPE_COLUMNS))):
            for name, counts in self.seen.by_type.items():
                with ui.element("tr"):
                    Words("th", name).props('scope="row"')
                    for kind, label in TYPE_COLUMNS.items():
                        with ui.element("td").classes("n"):
                            figures = Figures({("findings", kind): counts[kind]})
                            self._figure(figures, "findings", kind, self.look.of(type=name), f"{name}{label}")

    def _row(
        self, name: str, target: str, figures: Figures, look: Look, *, kind: str = "", level: str | None = None
    ) -> None:
        with ui.element("tr").classes(kind):
            with ui.element("th").props('scope="row"'):
                if target:
                    ui.link(name, target)
                else:
                    Words("span", name)
            if level is not None:
                Words("td", level)
            for label, subject, list_kind in COLUMNS:
                with ui.element("td").classes("n"):
                    self._figure(figures, subject, list_kind, look, f"{name}{label}")
            Words("td", f"{figures.percent:.2f}%").classes("n")


def _level_name(row: UnitRow) -> str:
    return LEVEL_NAMES[LEVEL_KEYS.get(Level(row.level), "other")] if row.level else LEVEL_NAMES["other"]
