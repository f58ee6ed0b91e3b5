"""A standard answer speaks only while what it rests on may be quoted to whoever asks."""

from datetime import date

import pytest

from knowledge.answering import Answer, PolicyDesk
from knowledge.same_question import question_key
from storage.database import Database
from storage.documents.queries import document_named
from storage.documents.rules import PUBLIC, Audience, AudienceChoice, AudienceLevel
from storage.documents.upkeep import set_audience
from storage.enquiries.actions import Terms, Wording, pin_answer
from storage.enquiries.queries import Basis
from storage.people.rules import Actor, Grant, Role
from storage.people.tables import Person
from tests.knowledge.conftest import NOW, TODAY, Ask

QUESTION, SAID = "值班室能不能放行军床", "可以，由办公室统一配发。"


def pinned(register: Database, units: dict[str, int], document: str, quote: str) -> int:
    """A public standard answer that rests on a sentence of a document; gives the document's id."""
    with register.transaction() as session:
        person = Person(code="K1", name="柯管")
        session.add(person)
        session.flush()
        path = f"/{units['YX']}/"
        keeper = Actor(person.id or 0, "K1", "柯管", (Grant(Role.ORGANISATION, units["YX"], path),))
        found = document_named(session, name=document)
        assert found is not None
        basis = Basis(found.id, found.title, "第三条", quote)
        pin_answer(
            session, wording=Wording(QUESTION, question_key(QUESTION), SAID, basis), actor=keeper, now=NOW,
            terms=Terms(AudienceLevel.PUBLIC, None, date(2027, 1, 4)),
        )  # fmt: skip
    return found.id


def test_it_comes_first_with_its_basis_its_owner_and_its_date(
    register: Database, units: dict[str, int], ask: Ask
) -> None:
    pinned(register, units, "值班办法2024.txt", "值班实行领导带班制度。")
    answer: Answer = ask("请问值班室可不可以放行军床？")
    assert answer.kind == "standard"
    assert answer.text.startswith(f"{SAID}\n依据：值班实行领导带班制度。\n——《云溪县机关值班管理办法》第三条（现行）")
    assert answer.text.endswith("【标准答复】由云溪县柯管负责，复核日期2027年1月4日。")
    assert [(one.document, one.status) for one in answer.citations] == [("值班办法2024.txt", "in_force")]
    assert ask("值班室能不能放沙发").kind != "standard"


def test_one_that_rests_on_a_replaced_document_keeps_silent(
    register: Database, units: dict[str, int], ask: Ask
) -> None:
    pinned(register, units, "值班办法2019.txt", "每个班次值班人员不少于1名。")
    assert SAID not in ask(QUESTION).text


def test_one_whose_document_was_restricted_keeps_silent_for_others(
    register: Database, units: dict[str, int], ask: Ask
) -> None:
    document = pinned(register, units, "值班办法2024.txt", "值班实行领导带班制度。")
    with register.transaction() as session:
        set_audience(
            session, document_id=document, audience=AudienceChoice(AudienceLevel.INTERNAL), actor=None, now=NOW
        )
    assert SAID not in ask(QUESTION, PUBLIC).text
    assert SAID in ask(QUESTION, Audience(internal=True)).text


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_overdue_it_still_answers_and_says_so(
    register: Database, units: dict[str, int], ask: Ask, desk: PolicyDesk
) -> None:
    pinned(register, units, "值班办法2024.txt", "值班实行领导带班制度。")
    late = desk.answer(QUESTION, audience=PUBLIC, on_date=date(2027, 1, 5))
    assert "已过复核日期，请注意核实" in late.text
    assert "已过复核日期" not in ask(QUESTION, PUBLIC, TODAY).text
