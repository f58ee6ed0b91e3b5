"""What askers thought of answers (答复评价): figures, and the list behind each, without names."""

from nicegui import ui
from starlette.requests import Request
from starlette.responses import Response

from bot.channels.web.frame import Words, box
from bot.channels.web.hosting import Host, Visitor, off_loop
from bot.channels.web.plain import not_found
from bot.console.frame import Rights, console_page, staff_page, table
from bot.console.looking import whole
from bot.console.questions import PATH as QUESTIONS
from bot.console.questions import places
from storage.enquiries.feedback import Judged, feedback_counts, judged_answers
from storage.enquiries.rules import REASONS, Verdict
from storage.instants import shanghai_date

PATH = "/staff/feedback"
SHOWN = 200
FIGURES = ((Verdict.USEFUL, ""), (Verdict.USELESS, ""), *((Verdict.USELESS, reason) for reason in REASONS))
"""Each figure's verdict and reason; a list is asked for by its place here, from 1."""
KINDS = {"quoted": "引用原文", "composed": "综合作答", "standard": "标准答复", "abstain": "没有依据"}


def add_judgements(host: Host) -> None:
    """Declare the page."""

    @staff_page(host, PATH, "答复评价", "counts")
    async def judgements(request: Request, visitor: Visitor, rights: Rights) -> Response | None:
        figure = whole(request, "figure")
        if not 0 <= figure <= len(FIGURES) or (figure and not rights.lists):
            return not_found()
        counts, found = await off_loop(_read, host, visitor, figure)
        with console_page(host, visitor, rights, QUESTIONS, "答复评价"):
            places(PATH)
            _cards(counts, rights)
            if figure:
                _listed(figure, found)
        return None


def _read(host: Host, visitor: Visitor, figure: int) -> tuple[dict[tuple[str, str], int], list[Judged]]:
    with host.app.database.reading() as session:
        counts = feedback_counts(session, visitor.actor)
        if not figure:
            return counts, []
        verdict, reason = FIGURES[figure - 1]
        return counts, judged_answers(session, visitor.actor, verdict=verdict, reason=reason, limit=SHOWN)


def label_of(verdict: str, reason: str) -> str:
    """A figure's name."""
    if verdict == Verdict.USEFUL:
        return verdict
    return f"{verdict}：{reason or '未选原因'}"


def _cards(counts: dict[tuple[str, str], int], rights: Rights) -> None:
    with box("cards"):
        for place, (verdict, reason) in enumerate(FIGURES, start=1):
            with box("figure"):
                label, number = label_of(verdict, reason), str(counts.get((verdict, reason), 0))
                Words("div", label).classes("label")
                if rights.lists:
                    link = ui.link(number, f"{PATH}?figure={place}").classes("number")
                    link.props(f'aria-label="{label} {number}，查看提问"')
                else:
                    Words("span", number).classes("number")


def _listed(figure: int, found: list[Judged]) -> None:
    Words("h3", label_of(*FIGURES[figure - 1]))
    if not found:
        Words("p", "没有这样的提问。").classes("empty")
        return
    with table(("日期", "提问", "答复方式")):
        for one in found:
            with ui.element("tr"):
                for text in (str(shanghai_date(one.judged_at)), one.question, KINDS.get(one.kind, one.kind)):
                    Words("td", text)
