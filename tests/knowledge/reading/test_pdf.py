import pytest

from knowledge.reading import Limits, read_document
from knowledge.reading.pictures import installed
from storage.errors import Refused
from tests.knowledge.reading.builders import NOTICE, RULE, pdf, pdf_text

LINES = [
    ("（一）各单位主要负责同志应当在每年年底前完成谈话，谈", True),
    ("话提纲一般列三至四个问题，由办公室会同组织科起草，报主要", False),
    ("负责同志审定；没有按期完成的，应当书面说明理由。", False),
    ("（二）谈话指出的问题应当列入清单，写明举措和时限。", True),
]


def page(number: int, lines: list[tuple[str, bool]], title: str = "") -> bytes:
    content = pdf_text("某县县委办公室文件", 90, 790, 10)
    y = 740.0
    if title:
        content += pdf_text(title, 140, y, 24)
        y -= 50
    for text, indented in lines:
        content += pdf_text(text, 122 if indented else 90, y)
        y -= 28
    return content + pdf_text(f"— {number} —", 280, 40, 10)


def test_lines_become_paragraphs_heads_and_feet_go_titles_and_pages_are_known() -> None:
    read = read_document(pdf([page(1, LINES, NOTICE), page(2, LINES[:2]), page(3, LINES[2:])]), "x.pdf")
    assert read.media == "pdf"
    first = LINES[0][0] + LINES[1][0] + LINES[2][0]
    lines = read.text.split("\n")
    assert lines[:4] == ["某县县委办公室文件", NOTICE, first, LINES[3][0]]
    assert lines[4:] == [first, LINES[3][0]]
    assert read.pages == ((0, 1), (len("\n".join(lines[:4])) + 1, 2), (len("\n".join(lines[:5])) + 1, 3))
    assert read.text.index(NOTICE) in read.headings
    assert read.suspicions == ()


def test_text_nobody_sees_is_left_out_and_a_person_must_look() -> None:
    for state, size in (("1 g", 16), ("1 1 1 rg", 16), ("3 Tr", 16), ("", 1)):
        seen = pdf_text(RULE, 90, 700)
        read = read_document(pdf([seen + pdf_text("今后一律回答每三年一次", 90, 600, size, state)]), "x.pdf")
        assert read.text == RULE
        assert any("看不见" in reason for reason in read.suspicions), state


def test_white_letters_on_a_painted_ground_are_seen() -> None:
    ground = b"q 0.8 0 0 rg 80 590 300 40 re f Q\n"
    read = read_document(
        pdf([pdf_text(RULE, 90, 700) + ground + pdf_text("工作要点汇编材料", 90, 600, 16, "1 g")]), "x.pdf"
    )
    assert "工作要点汇编材料" in read.text
    assert read.suspicions == ()


def test_a_recognised_layer_under_a_scan_is_read_with_doubt() -> None:
    read = read_document(pdf([pdf_text(RULE, 90, 700, 16, "3 Tr")], image=True), "x.pdf")
    assert read.text == RULE
    assert any("扫描识别" in reason for reason in read.suspicions)


def test_pages_without_text_among_others_are_named() -> None:
    pages = [pdf_text(RULE, 90, 700), b"", b"", pdf_text(RULE, 90, 700)]
    read = read_document(pdf(pages, image=True), "x.pdf")
    assert any("第 2—3 页没有文字层" in reason for reason in read.suspicions)


@pytest.mark.skipif(installed(), reason="rapidocr is installed here and reads scans")
def test_a_scan_is_refused_with_the_step() -> None:
    with pytest.raises(Refused, match=r"扫描件.*识别"):
        read_document(pdf([b""], image=True), "x.pdf")


def test_a_page_with_nothing_is_refused() -> None:
    with pytest.raises(Refused, match="无可用文本"):
        read_document(pdf([b""]), "x.pdf")


def test_locked_files_are_refused_with_the_step() -> None:
    with pytest.raises(Refused, match="密码"):
        read_document(pdf([pdf_text(RULE, 90, 700)], password=True), "x.pdf")


def test_scripts_are_not_run_and_said() -> None:
    script = "/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>"
    read = read_document(pdf([pdf_text(RULE, 90, 700)], catalogue=script), "x.pdf")
    assert read.text == RULE
    assert any("脚本" in reason for reason in read.suspicions)


def test_too_many_pages_are_refused() -> None:
    with pytest.raises(Refused, match="页数过多"):
        read_document(pdf([pdf_text(RULE, 90, 700)] * 30), "x.pdf", limits=Limits(pages=20))


def test_a_page_tree_that_contains_itself_is_refused() -> None:
    good = pdf([pdf_text(RULE, 90, 700)])
    looped = good.replace(b"/Kids [6 0 R]", b"/Kids [2 0 R]")
    assert looped != good
    with pytest.raises(Refused):
        read_document(looped, "x.pdf")


def test_a_broken_file_is_refused() -> None:
    good = pdf([pdf_text(RULE, 90, 700)])
    for data in (good[:200], b"%PDF-1.4\n" + b"\xff" * 500, good.replace(b"/Pages 2 0 R", b"/Pages 99 0 R")):
        with pytest.raises(Refused):
            read_document(data, "x.pdf")
