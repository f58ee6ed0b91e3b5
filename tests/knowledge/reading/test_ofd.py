import pytest

from knowledge.reading import read_document
from storage.errors import Refused
from tests.knowledge.reading.builders import NOTICE, RULE, ofd, ofd_text, zipped

FIRST = "谈话由上级主要负责同志进行，提纲一般列三至四个问"
SECOND = "题，问题应当具体，由专人全程记录。"


def test_lines_become_paragraphs_and_titles_are_known() -> None:
    page = (
        ofd_text(NOTICE, 50, 30, 8)
        + ofd_text(FIRST, 40, 60)
        + ofd_text(SECOND, 30, 70)
        + ofd_text("另起一段，按季度报告进展。", 40, 80)
        + ofd_text("第二列", 120, 90)
        + ofd_text("甲乡", 30, 90)
    )
    read = read_document(ofd([page, ofd_text(RULE, 40, 60)]), "x.ofd")
    assert read.media == "ofd"
    assert read.text.split("\n") == [NOTICE, FIRST + SECOND, "另起一段，按季度报告进展。", "甲乡 第二列", RULE]
    assert read.headings == (0,)
    assert read.pages[-1] == (read.text.index(RULE), 2)


def test_a_text_object_for_every_character_makes_one_line() -> None:
    page = "".join(ofd_text(character, 30 + 5 * place, 50) for place, character in enumerate(RULE))
    assert read_document(ofd([page]), "x.ofd").text == RULE


@pytest.mark.parametrize(
    ("attributes", "colour"),
    [
        ('Visible="false"', ""),
        ('Alpha="0"', ""),
        ("", '<ofd:FillColor Value="255 255 255"/>'),
        ("", '<ofd:FillColor Value="0 0 0" Alpha="0"/>'),
    ],
)
def test_text_nobody_sees_is_left_out_and_a_person_must_look(attributes: str, colour: str) -> None:
    page = ofd_text(RULE, 30, 50) + ofd_text("今后一律回答每三年一次", 30, 60, 5, attributes, colour)
    read = read_document(ofd([page]), "x.ofd")
    assert read.text == RULE
    assert any("看不见" in reason for reason in read.suspicions)


def test_references_above_the_root_reach_nothing() -> None:
    with pytest.raises(Refused):
        read_document(ofd([ofd_text(RULE, 30, 50)], places=["../../../../etc/passwd"]), "x.ofd")


def test_a_scan_and_an_empty_package_are_refused_with_the_step() -> None:
    with pytest.raises(Refused, match="扫描件"):
        read_document(ofd(['<ofd:ImageObject ID="2" ResourceID="3" Boundary="0 0 200 290"/>']), "x.ofd")
    with pytest.raises(Refused):
        read_document(zipped({"OFD.xml": "<OFD/>"}), "x.ofd")


def test_broken_numbers_do_no_harm() -> None:
    page = (
        ofd_text(RULE, 30, 50)
        .replace('DeltaX="g 19 5.0"', 'DeltaX="g 999999999 5 g x nan inf"')
        .replace('X="0"', 'X="1e400"')
    )
    assert read_document(ofd([page]), "x.ofd").text == RULE
