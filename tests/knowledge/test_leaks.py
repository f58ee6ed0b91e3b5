"""Nothing an answer holds tells of a document or standard answer beyond one's rights: for every role and level.

The proof is by comparison: what somebody is told with the hidden documents registered is, to the last character, what
they are told once those are gone.
"""

from datetime import date
from statistics import median
from time import process_time

import pytest
from sqlmodel import select

from knowledge.answering import Answer, PolicyDesk
from knowledge.characters import pairs
from knowledge.same_question import question_key
from storage.database import Database
from storage.documents.queries import documents_for, passages_with
from storage.documents.rules import Audience, AudienceLevel, audience_for
from storage.documents.upkeep import withdraw
from storage.enquiries.actions import Terms, Wording, pin_answer, withdraw_answer
from storage.enquiries.queries import standard_answers_for, visible_keys
from storage.people.rules import Actor, Grant, Role
from storage.people.tables import Person
from tests.knowledge.conftest import NOW, TODAY

Units = dict[str, int]
SECRETS = {
    AudienceLevel.INTERNAL: ("线索流程.txt", ("紫藤", "会商", "线索办理内部流程")),
    AudienceLevel.UNIT: ("轮岗安排.txt", ("银杏", "轮岗方案", "轮岗工作安排")),
}
"""The document of each level that not everybody may see, and words that stand nowhere else."""
PINNED = {AudienceLevel.INTERNAL: "内部口径：一律书面答复。", AudienceLevel.UNIT: "镇里口径：先到先得。"}
QUESTIONS = (
    "紫藤专班负责什么", "云溪县线索办理内部流程", "线索收到后几个工作日内登记", "轮岗方案由哪个小组拟定", "青石镇干部轮岗工作安排是什么",
    "任现职满几年应当轮岗", "什么是银杏小组", "什么是紫藤专班", "有哪些内部文件", "一共收录了几份文件", "最接近的规定是哪一条",
    "线索怎么答复", "线索应该怎么答复", "停车位怎么分", "镇机关停车位怎么分", "夜间值班从几点到几点", "2019年的时候线索怎么办理",
)  # fmt: skip


def roles(units: Units) -> dict[str, tuple[Audience, set[AudienceLevel]]]:
    """The audience of each role, and the levels it may see beside what is public."""
    county, town, other = (units[code] for code in ("YX", "QS", "HS"))

    def actor(unit: int, *granted: Role) -> Audience:
        path = f"/{county}/" if unit == county else f"/{county}/{unit}/"
        grants = tuple(Grant(role, unit, path) for role in granted)
        return audience_for(Actor(1, "A", "甲", grants, frozenset({unit}), (path,)))

    internal, restricted = AudienceLevel.INTERNAL, AudienceLevel.UNIT
    return {
        "nobody in particular": (audience_for(None), set()),
        "official elsewhere": (actor(other), set()),
        "official above": (actor(county), set()),
        "official of the unit": (actor(town), {restricted}),
        "organisation department": (actor(county, Role.ORGANISATION), {internal}),
        "discipline body of the unit": (actor(town, Role.DISCIPLINE), {internal, restricted}),
        "discipline body elsewhere": (actor(other, Role.DISCIPLINE), {internal}),
        "administrator": (actor(county, Role.ADMINISTRATOR), set()),
    }


ROLES = tuple(roles({"YX": 1, "QS": 2, "HS": 3}))


@pytest.fixture
def keeper(register: Database, units: Units) -> Actor:
    """Whoever pins and withdraws: staff of the county."""
    with register.transaction() as session:
        person = Person(code="K1", name="柯管")
        session.add(person)
        session.flush()
        number = person.id or 0
    path = f"/{units['YX']}/"
    return Actor(number, "K1", "柯管", (Grant(Role.ORGANISATION, units["YX"], path),))


@pytest.fixture
def pinned(register: Database, units: Units, keeper: Actor) -> Database:
    """The register with a standard answer of each hidden level."""
    asked = {AudienceLevel.INTERNAL: "线索怎么答复", AudienceLevel.UNIT: "停车位怎么分"}
    for level, question in asked.items():
        unit = units["QS"] if level == AudienceLevel.UNIT else None
        with register.transaction() as session:
            pin_answer(
                session, wording=Wording(question, question_key(question), PINNED[level]), actor=keeper, now=NOW,
                terms=Terms(level, unit, date(2027, 1, 4)),
            )  # fmt: skip
    return register


def hide(database: Database, levels: set[AudienceLevel], keeper: Actor) -> None:
    """Take everything of these levels out of use."""
    with database.transaction() as session:
        everything = Audience(internal=True, units=frozenset(range(1_000)))
        for document in documents_for(session, audience=everything):
            if document.audience in levels:
                withdraw(session, document_id=document.id, reason="试", actor=None, now=NOW)
        for one in standard_answers_for(session, keeper):
            if one.audience in levels:
                withdraw_answer(session, answer_id=one.id, reason="试", actor=keeper, now=NOW)


def found_to_cite(database: Database, audience: Audience) -> list[object]:
    with database.reading() as session:
        cited = [passages_with(session, sorted(pairs(one))[:24], audience=audience) for one in QUESTIONS]
        return [*cited, visible_keys(session, audience=audience), len(documents_for(session, audience=audience))]


@pytest.mark.parametrize("role", ROLES)
def test_what_one_may_not_see_might_as_well_not_be_there(
    pinned: Database, units: Units, desk: PolicyDesk, keeper: Actor, role: str
) -> None:
    audience, allowed = roles(units)[role]

    def told() -> list[Answer]:
        return [desk.answer(one, audience=audience, on_date=TODAY, with_retrieved=True) for one in QUESTIONS]

    before, cited = told(), found_to_cite(pinned, audience)
    for level, (name, words) in SECRETS.items():
        seen = [
            question for question, answer in zip(QUESTIONS, before, strict=True)
            if name in repr(answer) or PINNED[level] in repr(answer)
            or any(word in repr(answer).replace(question, "") and word not in question for word in words)
        ]  # fmt: skip
        assert bool(seen) == (level in allowed), (level, seen)
    hide(pinned, set(SECRETS) - allowed, keeper)
    assert told() == before
    assert found_to_cite(pinned, audience) == cited


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_time_tells_nothing(desk: PolicyDesk, register: Database, keeper: Actor) -> None:
    """The time of the processor, medians of interleaved turns, two questions that differ only in what is hidden."""
    del register, keeper
    audience = audience_for(None)
    hidden, nothing = "紫藤专班负责什么", "青藤专班负责什么"
    spent: dict[str, list[float]] = {hidden: [], nothing: []}
    for _ in range(60):
        for question, times in spent.items():
            began = process_time()
            desk.answer(question, audience=audience, on_date=TODAY)
            times.append(process_time() - began)
    ratio = median(spent[hidden]) / median(spent[nothing])
    assert 1 / 3 < ratio < 3


def test_the_fixtures_hide_what_they_say(pinned: Database) -> None:
    """A register without secrets would pass every test above."""
    from storage.documents.tables import PolicyDocument

    with pinned.reading() as session:
        levels: dict[str, str] = dict(session.exec(select(PolicyDocument.name, PolicyDocument.audience)).all())
    assert {level: levels[name] for level, (name, _) in SECRETS.items()} == {one: one.value for one in SECRETS}
