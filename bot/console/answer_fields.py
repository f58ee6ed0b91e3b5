"""The parts of a page on which staff write an answer: its basis, who may see it, when it is looked at again."""

from collections.abc import Iterable
from datetime import date

from nicegui import ui

from bot.channels.web.frame import Words, box, button
from bot.channels.web.hosting import Host, Visitor, off_loop
from bot.console.frame import actor_now, told
from knowledge.characters import pairs
from storage.documents.queries import FoundPassage, passages_with
from storage.documents.rules import AudienceLevel, audience_for
from storage.enquiries.actions import Terms
from storage.enquiries.queries import Basis, basis_of_passage
from storage.errors import RuleBroken
from storage.people.queries import UnitView, unit_views
from storage.people.rules import Actor

SEARCHED = 24
SHOWN = 160


class BasisPicker:
    """Looks for a passage by words and takes the one chosen; without a choice the present basis stays."""

    def __init__(self, host: Host, visitor: Visitor, present: Basis | None = None) -> None:
        self.host, self.visitor, self.present = host, visitor, present
        self.chosen: ui.radio | None = None

    def build(self) -> None:
        """The field for words, and the place where what was found is shown."""
        self.client = ui.context.client
        if self.present:
            Words("p", f"现有依据：《{self.present.title}》{self.present.heading}").classes("quiet")
        with box("choosing"):
            self.words = (
                ui.input("依据：文件名、条号或关键词").props('outlined dense aria-label="查找依据"').classes("wide")
            )
            button("查找", self.look, kind="light")
        self.place = box().props('role="status"')

    async def look(self) -> None:
        """Show what the words find."""
        async with told(self.client):
            found = await off_loop(self._find, str(self.words.value or ""))
            self.place.clear()
            with self.place:
                if not found:
                    Words("p", "没有找到相近的段落。").classes("quiet")
                    self.chosen = None
                    return
                labels = {0: "不引用" if not self.present else "不改动"} | {
                    one.id: _passage_label(one) for one in found
                }
                self.chosen = ui.radio(labels, value=0)

    def _find(self, words: str) -> list[FoundPassage]:
        actor = actor_now(self.host, self.visitor, "counts")
        with self.host.app.database.reading() as session:
            return passages_with(session, sorted(pairs(words))[:SEARCHED], audience=audience_for(actor))

    def passage_id(self) -> int:
        """The passage chosen; 0 for none."""
        return int(self.chosen.value or 0) if self.chosen else 0

    def basis(self, actor: Actor, passage_id: int) -> Basis | None:
        """The basis of the answer. NotFound when the passage is gone. Blocks."""
        if not passage_id:
            return self.present
        with self.host.app.database.reading() as session:
            return basis_of_passage(session, passage_id, audience=audience_for(actor))


class TermsFields:
    """Who may see a standard answer, and its review date."""

    def __init__(self, actor: Actor, units: dict[int, UnitView], chosen: str = "", day: str = "") -> None:
        self.actor, self.units, self._chosen, self._day = actor, units, chosen, day

    def build(self) -> None:
        """The two fields."""
        labels = {AudienceLevel.PUBLIC.value: "公开", AudienceLevel.INTERNAL.value: "内部（工作人员）"}
        places = dict.fromkeys(grant.unit_id for grant in self.actor.grants)
        labels |= {f"u{one}": f"{self.units[one].name}及其下级" for one in places}
        if self._chosen.startswith("u"):
            labels.setdefault(self._chosen, f"{self.units[int(self._chosen[1:])].name}及其下级")
        Words("p", "标准答复谁可以看到").classes("quiet")
        self.audience = ui.radio(labels, value=self._chosen or None).props('aria-label="知悉范围"')
        self.day = ui.input("复核日期", value=self._day).props(
            'type="date" outlined dense stack-label aria-label="复核日期"'
        )

    def terms(self) -> Terms:
        """What was chosen. RuleBroken when something is missing."""
        chosen = str(self.audience.value or "")
        if not chosen:
            raise RuleBroken("请选择谁可以看到这条标准答复。")
        try:
            day = date.fromisoformat(str(self.day.value or ""))
        except ValueError:
            raise RuleBroken("请填写复核日期。") from None
        if chosen.startswith("u"):
            return Terms(AudienceLevel.UNIT, int(chosen[1:]), day)
        return Terms(AudienceLevel(chosen), None, day)


def unit_field(label: str, units: Iterable[UnitView]) -> ui.select:
    """A field to choose a unit in, by its name or 编号; its value is the 编号, None while nothing is chosen."""
    names = {unit.code: f"{unit.name}（{unit.code}）" for unit in units}
    return ui.select(names, label=label, with_input=True, clearable=True).props(
        f'outlined dense use-input hide-selected fill-input aria-label="{label}"'
    )


def all_units(host: Host) -> dict[int, UnitView]:
    """Every unit by id. Blocks."""
    with host.app.database.reading() as session:
        return unit_views(session)


def _passage_label(one: FoundPassage) -> str:
    text = one.text if len(one.text) <= SHOWN else one.text[: SHOWN - 1] + "…"
    return f"《{one.title}》{one.heading}：{text}"
