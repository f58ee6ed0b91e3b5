"""Standard answers (标准答复): the list with what is to be reviewed first, and the page of one or of a new one."""

from nicegui import ui
from starlette.requests import Request
from starlette.responses import Response

from bot.channels.web.frame import Words, box, button
from bot.channels.web.hosting import Host, Visitor, off_loop, today_of
from bot.console.answer_fields import BasisPicker, TermsFields, all_units
from bot.console.frame import Rights, actor_now, console_page, staff_page, table, told
from bot.console.looking import whole
from bot.console.questions import PATH as QUESTIONS
from bot.console.questions import places
from knowledge.same_question import question_key
from storage.documents.rules import AudienceLevel
from storage.enquiries.actions import Terms, Wording, pin_answer, revise_answer, withdraw_answer
from storage.enquiries.queries import StandardView, standard_answer_for, standard_answers_for
from storage.enquiries.rules import AnswerState, is_overdue
from storage.people.queries import UnitView, person_id_of

PATH = "/staff/answers"
NEW = 0


def add_standards(host: Host) -> None:
    """Declare the pages."""

    @staff_page(host, PATH, "标准答复", "counts")
    async def standards(request: Request, visitor: Visitor, rights: Rights) -> Response | None:
        withdrawn = whole(request, "withdrawn")
        found = await off_loop(_read, host, visitor, withdrawn=bool(withdrawn))
        units = await off_loop(all_units, host)
        with console_page(host, visitor, rights, QUESTIONS, "已撤下的标准答复" if withdrawn else "标准答复"):
            places(PATH)
            with box("choosing"):
                ui.link("新建标准答复", f"{PATH}/{NEW}").classes("pill")
                ui.link("使用中" if withdrawn else "已撤下", PATH if withdrawn else f"{PATH}?withdrawn=1").classes(
                    "pill"
                )
            _listed(host, found, units)
        return None

    @staff_page(host, PATH + "/{number:int}", "标准答复", "counts")
    async def standard(request: Request, visitor: Visitor, rights: Rights) -> Response | None:
        number = int(request.path_params["number"])
        one = await off_loop(_one, host, visitor, number) if number != NEW else None
        StandardPage(host, visitor, one, await off_loop(all_units, host)).build(rights)
        return None


def _read(host: Host, visitor: Visitor, *, withdrawn: bool) -> list[StandardView]:
    today = today_of(host)
    with host.app.database.reading() as session:
        found = standard_answers_for(session, visitor.actor, withdrawn=withdrawn)
    return sorted(found, key=lambda one: (not one.needs_review(today), one.review_on))


def _one(host: Host, visitor: Visitor, number: int) -> StandardView:
    with host.app.database.reading() as session:
        return standard_answer_for(session, visitor.actor, number)


def _listed(host: Host, found: list[StandardView], units: dict[int, UnitView]) -> None:
    today = today_of(host)
    due = sum(one.needs_review(today) for one in found)
    Words("p", f"共 {len(found)} 条" + (f"，待复核 {due} 条" if due else "")).classes("quiet")
    if not found:
        Words("p", "没有标准答复。").classes("empty")
        return
    with table(("问题", "负责人", "知悉范围", "复核日期", "需要注意")):
        for one in found:
            late = "已过复核日期" if is_overdue(one.review_on, today) else ""
            notice = one.state_reason if one.state == AnswerState.WITHDRAWN else one.stale or late
            with ui.element("tr"):
                with ui.element("td"):
                    ui.link(one.question, f"{PATH}/{one.id}")
                for text in (f"{one.owner}（{one.unit}）", shown_to(one, units), str(one.review_on)):
                    Words("td", text)
                Words("td", notice).classes("unset" if notice else "")


def shown_to(one: StandardView, units: dict[int, UnitView]) -> str:
    """Who may be given a standard answer, in words."""
    if one.audience == AudienceLevel.UNIT and one.audience_unit_id in units:
        return f"{units[one.audience_unit_id].name}及其下级"
    return "内部（工作人员）" if one.audience == AudienceLevel.INTERNAL else one.audience


class StandardPage:
    """One standard answer to be edited, confirmed, handed over or withdrawn; or a new one."""

    def __init__(self, host: Host, visitor: Visitor, one: StandardView | None, units: dict[int, UnitView]) -> None:
        self.host, self.visitor, self.one = host, visitor, one
        self.picker = BasisPicker(host, visitor, one.basis if one else None)
        chosen = f"u{one.audience_unit_id}" if one and one.audience_unit_id else one.audience if one else ""
        self.fields = TermsFields(visitor.actor, units, chosen, str(one.review_on) if one else "")

    def build(self, rights: Rights) -> None:
        """The page."""
        self.client = ui.context.client
        one = self.one
        with console_page(self.host, self.visitor, rights, QUESTIONS, "标准答复" if one else "新建标准答复"):
            if one and one.state == AnswerState.WITHDRAWN:
                Words("p", f"已撤下：{one.state_reason}").classes("problem")
                Words("p", one.question)
                Words("p", one.answer)
            else:
                self._writing(one)
            ui.link("返回", PATH).classes("pill")

    def _writing(self, one: StandardView | None) -> None:
        with box("panel"):
            if one:
                Words("p", f"负责人：{one.owner}（{one.unit}），第{one.version}版。{one.stale}").classes("quiet")
            wide = "outlined autogrow"
            self.question = ui.textarea("问题", value=one.question if one else "").props(f'{wide} aria-label="问题"')
            self.text = ui.textarea("答复内容", value=one.answer if one else "").props(f'{wide} aria-label="答复内容"')
            self.picker.build()
            self.fields.build()
            if one:
                self.owner = ui.input("改由谁负责（编号，可不填）").props('outlined dense aria-label="改由谁负责"')
            with box("choosing"):
                button("保存", self.save)
                if one:
                    button("撤下", self.ask_reason, kind="light danger")

    async def save(self) -> None:
        """Keep what was written."""
        async with told(self.client):
            terms = self.fields.terms()
            owner = str(self.owner.value or "").strip() if self.one else ""
            asked, text = str(self.question.value or "").strip(), str(self.text.value or "")
            await off_loop(self._save, asked, text, self.picker.passage_id(), terms, owner)
            ui.navigate.to(PATH)

    def _save(self, asked: str, text: str, passage_id: int, terms: Terms, owner: str) -> None:
        actor, now = actor_now(self.host, self.visitor, "counts"), self.host.app.clock()
        wording = Wording(asked, question_key(asked), text, self.picker.basis(actor, passage_id))
        with self.host.app.database.transaction() as session:
            if self.one is None:
                pin_answer(session, wording=wording, terms=terms, actor=actor, now=now)
                return
            revise_answer(
                session, answer_id=self.one.id, wording=wording, terms=terms, actor=actor, now=now,
                owner_id=person_id_of(session, owner) if owner else None,
            )  # fmt: skip

    def ask_reason(self) -> None:
        """Withdrawing needs a reason."""
        with self.client, ui.dialog() as dialog, box("dialog"):
            Words("h3", "撤下这条标准答复？")
            reason = ui.input("原因").props('outlined dense aria-label="撤下原因"')

            async def confirm() -> None:
                async with told(self.client):
                    await off_loop(self._withdraw, str(reason.value or ""))
                    ui.navigate.to(PATH)

            with box("foot"):
                button("取消", dialog.close, kind="light")
                button("确定撤下", confirm)
        dialog.open()

    def _withdraw(self, reason: str) -> None:
        actor, now = actor_now(self.host, self.visitor, "counts"), self.host.app.clock()
        assert self.one is not None, "only one that is there has the button"
        with self.host.app.database.transaction() as session:
            withdraw_answer(session, answer_id=self.one.id, reason=reason, actor=actor, now=now)
