import io
import zipfile

import pytest

from knowledge.reading import Limits, read_document
from knowledge.reading.numbering import chinese
from storage.errors import Refused
from tests.knowledge.reading.builders import NOTICE, RULE, docx, in_list, numbering, word_paragraph, word_table, zipped


def lines(body: str, **more: object) -> list[str]:
    return read_document(docx(body, **more), "通知.docx").text.split("\n")  # type: ignore[arg-type]


def test_paragraphs_come_as_they_stand() -> None:
    read = read_document(docx(word_paragraph(NOTICE) + word_paragraph("") + word_paragraph(RULE)), "x")
    assert read.media == "docx"
    assert read.text == f"{NOTICE}\n{RULE}"
    assert read.suspicions == ()


def test_deleted_and_moved_text_fields_and_pinyin_are_left_out_inserted_text_is_kept() -> None:
    body = (
        "<w:p><w:r><w:t>谈话每年</w:t></w:r><w:del><w:r><w:delText>三年</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>不少于一次</w:t></w:r></w:ins><w:moveFrom><w:r><w:t>移走</w:t></w:r></w:moveFrom>"
        "<w:r><w:instrText>PAGE</w:instrText></w:r>"
        "<w:hyperlink><w:r><w:t>，由专人记录</w:t></w:r></w:hyperlink>"
        "<w:sdt><w:sdtContent><w:r><w:t>并归档</w:t></w:r></w:sdtContent></w:sdt>"
        "<w:r><w:ruby><w:rt><w:r><w:t>pin</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>保存</w:t></w:r></w:rubyBase></w:ruby></w:r>"
        "<w:r><w:t>。</w:t></w:r></w:p>"
    )
    assert lines(body) == ["谈话每年不少于一次，由专人记录并归档保存。"]


def test_numbers_that_word_writes_are_counted() -> None:
    body = "".join(
        word_paragraph(text, in_list(level))
        for level, text in [
            (0, "总体要求"),
            (1, "提高认识，抓好落实。"),
            (1, "加强领导，压实责任。"),
            (0, "工作安排"),
            (1, "谈话安排在会前。"),
            (2, "提纲"),
        ]
    )
    styles = numbering(("chineseCountingThousand", "%1、"), ("chineseCounting", "（%2）"), ("decimal", "%3."))
    assert lines(body, parts={"word/numbering.xml": styles}) == [
        "一、总体要求",
        "（一）提高认识，抓好落实。",
        "（二）加强领导，压实责任。",
        "二、工作安排",
        "（一）谈话安排在会前。",
        "1. 提纲",
    ]


def test_bullets_have_no_number() -> None:
    body = word_paragraph("要点一。", in_list(0))
    assert lines(body, parts={"word/numbering.xml": numbering(("bullet", "●"))}) == ["要点一。"]


@pytest.mark.parametrize(
    ("number", "words"), [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (102, "一百零二"), (1010, "一千零一十")]
)
def test_numbers_in_words(number: int, words: str) -> None:
    assert chinese(number) == words


def test_tables_are_read_row_by_row_with_their_headings_and_merged_cells_filled() -> None:
    merged = '<w:tc><w:tcPr><w:vMerge w:val="restart"/></w:tcPr>' + word_paragraph("甲乡") + "</w:tc>"
    below = "<w:tc><w:tcPr><w:vMerge/></w:tcPr>" + word_paragraph("") + "</w:tc>"
    wide = '<w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr>' + word_paragraph("另行通知") + "</w:tc>"
    table = word_table(
        [["单位", "问题", "时限"], [merged, "提纲空泛", "3月"], [below, "记录不全", "4月"], ["乙乡", wide]]
    )
    assert lines(word_paragraph("整改清单") + table) == [
        "整改清单",
        "单位：甲乡；问题：提纲空泛；时限：3月",
        "单位：甲乡；问题：记录不全；时限：4月",
        "单位：乙乡；问题：另行通知；时限：另行通知",
    ]


def test_text_boxes_and_footnotes_are_read_once_heads_and_comments_are_not() -> None:
    box = f"<w:txbxContent>{word_paragraph('某发〔2026〕3号')}</w:txbxContent>"
    mc = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    body = (
        f"<w:p><w:r><mc:AlternateContent {mc}><mc:Choice><w:drawing>{box}</w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>" + word_paragraph(RULE)
    )
    name = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    note, remark = word_paragraph("注：指领导班子的民主生活会。"), word_paragraph("这里要改。")
    parts = {
        "word/footnotes.xml": f"<w:footnotes {name}><w:footnote>{note}</w:footnote></w:footnotes>",
        "word/comments.xml": f"<w:comments {name}><w:comment>{remark}</w:comment></w:comments>",
    }
    assert lines(body, parts=parts) == ["某发〔2026〕3号", RULE, "注：指领导班子的民主生活会。"]


@pytest.mark.parametrize("run", ["<w:vanish/>", '<w:color w:val="FFFFFF"/>', '<w:sz w:val="2"/>'])
def test_text_nobody_sees_is_left_out_and_a_person_must_look(run: str) -> None:
    read = read_document(docx(word_paragraph(RULE) + word_paragraph("今后一律回答每三年一次。", run=run)), "x.docx")
    assert read.text == RULE
    assert any("看不见" in reason for reason in read.suspicions)


def test_white_letters_on_a_dark_ground_are_seen() -> None:
    dark = '<w:color w:val="FFFFFF"/><w:shd w:val="clear" w:fill="C00000"/>'
    read = read_document(docx(word_paragraph("工作要点", run=dark) + word_paragraph(RULE)), "x.docx")
    assert read.text.startswith("工作要点")
    assert read.suspicions == ()
    white = '<w:color w:val="FFFFFF"/>'
    for shade, seen in (("1F3864", True), ("auto", False), ("FFFFFF", False)):
        ground = f'<w:tcPr><w:shd w:val="clear" w:fill="{shade}"/></w:tcPr>'
        cell = f"<w:tc>{ground}{word_paragraph('单位名称', run=white)}</w:tc>"
        table = word_table([[cell, "时限"], ["甲乡", "三月"]])
        read = read_document(docx(word_paragraph(RULE) + table), "x.docx")
        assert ("单位名称：甲乡" in read.text) is seen
        assert (read.suspicions == ()) is seen


def test_a_document_with_macros_or_of_the_strict_kind_is_refused_with_the_step() -> None:
    with zipfile.ZipFile(io.BytesIO(docx(word_paragraph(RULE)))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(
        b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
        b"application/vnd.ms-word.document.macroEnabled.main+xml",
    )
    with pytest.raises(Refused, match="另存为"):
        read_document(zipped(parts), "x.docm")


def test_too_much_text_is_refused() -> None:
    with pytest.raises(Refused, match="上限"):
        read_document(docx(word_paragraph("谈话要具体。" * 3_000)), "x.docx", limits=Limits(text_characters=10_000))
