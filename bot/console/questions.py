"""Questions passed to staff (转办提问): the list, and the page on which one is answered."""

from nicegui import ui
from starlette.requests import Request
from starlette.responses import Response

from bot.channels.web.frame import Words, box, button
from bot.channels.web.hosting import Host, Visitor, off_loop
from bot.console.answer_fields import BasisPicker, TermsFields, all_units
from bot.console.frame import Rights, actor_now, console_page, staff_page, table, told
from bot.console.looking import whole
from bot.forms.enquiries import answer_notice
from knowledge.same_question import question_key
from storage.enquiries.actions import Terms, Wording, answer_question, pin_answer
from storage.enquiries.queries import QuestionView, count_questions, question_for, questions_for
from storage.instants import shanghai_date
from storage.outbox.actions import put
from storage.outbox.rules import MessageKind
from storage.people.queries import UnitView

PATH = "/staff/questions"
PAGE = 50
PLACES = (
    ("待答提问", PATH),
    ("已答提问", f"{PATH}?done=1"),
    ("标准答复", "/staff/answers"),
    ("答复评价", "/staff/feedback"),
)


def add_questions(host: Host) -> None:
    """Declare the pages."""

    @staff_page(host, PATH, "提问答复", "counts")
    async def questions(request: Request, visitor: Visitor, rights: Rights) -> Response | None:
        done, page = whole(request, "done"), max(whole(request, "page"), 1)
        total, found = await off_loop(_read, host, visitor, waiting=not done, page=page)
        with console_page(host, visitor, rights, PATH, "已答提问" if done else "待答提问"):
            places(f"{PATH}?done=1" if done else PATH)
            _listed(total, found, done=bool(done), page=page)
        return None

    @staff_page(host, PATH + "/{number:int}", "提问答复", "counts")
    async def question(request: Request, visitor: Visitor, rights: Rights) -> Response | None:
        number = int(request.path_params["number"])
        one = await off_loop(_one, host, visitor, number)
        units = await off_loop(all_units, host)
        QuestionPage(host, visitor, one, units).build(rights)
        return None


def places(here: str) -> None:
    """Links between the pages about answers."""
    with box("choosing", "nav").props('aria-label="提问与答复"'):
        for label, target in PLACES:
            link = ui.link(label, target).classes("pill")
            if target == here:
                link.classes("here").props('aria-current="page"')


def _read(host: Host, visitor: Visitor, *, waiting: bool, page: int) -> tuple[int, list[QuestionView]]:
    with host.app.database.reading() as session:
        total = count_questions(session, visitor.actor, waiting=waiting)
        start = (page - 1) * PAGE
        return total, questions_for(session, visitor.actor, waiting=waiting, limit=PAGE, offset=start)


def _one(host: Host, visitor: Visitor, number: int) -> QuestionView:
    with host.app.database.reading() as session:
        return question_for(session, visitor.actor, number)


def _listed(total: int, found: list[QuestionView], *, done: bool, page: int) -> None:
    Words("p", f"共 {total} 个").classes("quiet")
    if not found:
        Words("p", "没有已答复的提问。" if done else "没有等待答复的提问。").classes("empty")
        return
    with table(("提问", "提问人", "单位", "转来日期", "答复人")):
        for one in found:
            with ui.element("tr"):
                with ui.element("td"):
                    ui.link(one.question, f"{PATH}/{one.id}")
                for text in (one.asker, one.unit, str(shanghai_date(one.passed_at)), one.answerer):
                    Words("td", text)
    with box("choosing", "nav").props('aria-label="翻页"'):
        for label, other in (("上一页", page - 1), ("下一页", page + 1)):
            if 1 <= other <= -(-total // PAGE):
                ui.link(label, f"{PATH}?done={int(done)}&page={other}").classes("pill")


class QuestionPage:
    """One question: what was asked, and either its answer or the fields to write it."""

    def __init__(self, host: Host, visitor: Visitor, one: QuestionView, units: dict[int, UnitView]) -> None:
        self.host, self.visitor, self.one, self.units = host, visitor, one, units
        self.picker = BasisPicker(host, visitor)
        self.fields = TermsFields(visitor.actor, units)

    def build(self, rights: Rights) -> None:
        """The page."""
        self.client = ui.context.client
        with console_page(self.host, self.visitor, rights, PATH, "提问"):
            with ui.element("dl").classes("facts"):
                for label, value in self._facts():
                    if value:
                        Words("dt", label)
                        Words("dd", value)
            if self.one.answered_at is None:
                self._writing()
            ui.link("返回", PATH).classes("pill")

    def _facts(self) -> tuple[tuple[str, str], ...]:
        one, basis = self.one, self.one.basis
        return (
            ("提问", one.question),
            ("提问人", f"{one.asker} {one.unit}".strip()),
            ("转来日期", str(shanghai_date(one.passed_at))),
            ("答复", one.answer),
            ("依据", f"{basis.quote}——《{basis.title}》{basis.heading}" if basis else ""),
            ("答复人", one.answerer),
        )

    def _writing(self) -> None:
        with box("panel"):
            Words("h3", "答复")
            self.text = ui.textarea("答复内容").props('outlined autogrow aria-label="答复内容"').classes("wide")
            self.picker.build()
            self.pinned = ui.checkbox("同时作为标准答复，以后同样的问题先按此作答")
            with box() as place:
                self.fields.build()
            place.bind_visibility_from(self.pinned, "value")
            with box("choosing"):
                button("发送答复", self.send)

    async def send(self) -> None:
        """Send the answer, and pin it where that was chosen."""
        async with told(self.client):
            terms = self.fields.terms() if self.pinned.value else None
            await off_loop(self._send, str(self.text.value or ""), self.picker.passage_id(), terms)
            self.host.nudge()
            ui.navigate.to(PATH)

    def _send(self, text: str, passage_id: int, terms: Terms | None) -> None:
        actor, now = actor_now(self.host, self.visitor, "counts"), self.host.app.clock()
        basis = self.picker.basis(actor, passage_id)
        with self.host.app.database.transaction() as session:
            one = answer_question(session, question_id=self.one.id, answer=text, basis=basis, actor=actor, now=now)
            if terms is not None:
                wording = Wording(one.question, question_key(one.question), one.answer, basis)
                pin_answer(session, wording=wording, terms=terms, open_question_id=one.id, actor=actor, now=now)
            put(
                session, key=f"answered:{one.id}", body=answer_notice(one), kind=MessageKind.NOTICE, now=now,
                person_id=one.asker_id,
            )  # fmt: skip
