"""How near a figure stands to what it is asked of, over the sample documents' own search."""

from datetime import date

import pytest

from knowledge.asked_near import FAR, nearness
from knowledge.asked_scene import Scene
from knowledge.asking import read_question
from knowledge.retrieval import Hit
from storage.documents.queries import PassageFacts
from storage.documents.rules import Kind
from tests.benchmarks.public_sets import document_facts

RULE = "走访由驻村干部负责，每月不少于4次。走访记录由乡镇保存，保存要求另行规定。值班补助每次80元，由财政所发放。"


def scene(question: str, text: str = RULE) -> Scene:
    asked, _ = read_question(question, date(2026, 3, 2))
    document = document_facts(1, "走访办法.txt", "走访工作办法", Kind.NORMATIVE)
    hit = Hit(PassageFacts(0, 1, 0, 0, "第三条", text, "", False), document, "in_force", 1.0, 0)
    return Scene(asked, [hit], dict.fromkeys(asked.weights, 2.0), 4.0)


@pytest.mark.parametrize(
    ("question", "is_far"),
    [
        ("驻村干部走访每月几次", False),
        ("干部下去走访一个月跑几次", False),
        ("值班补助多少元", False),
        ("走访记录保存几次", True),
        ("走访记录要保存多少年", True),
        ("驻村干部走访补助多少元", True),
    ],
)
def test_a_figure_beside_something_else_is_far(question: str, is_far: bool) -> None:
    assert nearness(scene(question)).is_far is is_far


def test_what_opens_a_list_is_said_of_its_items() -> None:
    listed = "有下列情形之一的，给予警告处分：\n（一）擅自离岗的；\n（二）伪造走访记录的；\n（三）走访时收受礼品的。"
    assert not nearness(scene("走访时收受礼品给什么处分", listed)).is_far


def test_of_several_questions_only_one_need_ask_for_a_figure() -> None:
    asked = "走访由谁负责，一个月几次，值班补助找谁领，什么人发放？"
    assert nearness(scene(asked)).is_asked
    assert not nearness(scene(asked)).is_far


def test_what_asks_for_no_figure_is_never_far() -> None:
    near = nearness(scene("走访要注意什么"))
    assert not near.is_asked
    assert near.ratio == 1.0
    assert not near.is_far


def test_a_figure_the_question_itself_names_is_no_answer() -> None:
    assert nearness(scene("走访满4次以后还要走访几次")).is_far
    assert nearness(scene("走访满2次以后还要走访几次")).ratio > FAR


def test_nothing_found_is_far() -> None:
    assert nearness(Scene(scene("走访几次").asked, [], {}, 4.0)).is_far is False
    assert nearness(scene("走访几次", "走访应当深入。")).is_far
