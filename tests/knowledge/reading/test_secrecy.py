import pytest

from knowledge.reading import Classified, read_document
from tests.knowledge.reading.builders import NOTICE, RULE, docx, ofd, ofd_text, pdf, pdf_text, word_paragraph

BODY = f"{NOTICE}\n{RULE}\n"


@pytest.mark.parametrize(
    "mark",
    [
        "机密★1年",
        "绝密★长期",
        "秘密★",
        "秘密★6个月",
        "机　密 ★ 1 年",
        "机\u200b密★1年",
        "★机密",
        "000123 机密★10年 特急",
        "机密★启用前",
        "密级：秘密",
        "密 级： 机 密",
        "密级和保密期限：机密★5年",
        "【秘密】",
        "机密",
        "秘密 一年",
        "份号：0001　机密★1年",
        "No.0007 绝密☆20年",
    ],
)
def test_marked_files_are_refused_and_nothing_of_them_is_said(mark: str) -> None:
    with pytest.raises(Classified) as caught:
        read_document(f"{mark}\n{BODY}".encode(), "通知.txt")
    assert "密级" in caught.value.message
    assert "谈话" not in caught.value.message


def test_marks_further_down_and_in_every_format_are_found() -> None:
    later = f"{BODY}{'各单位应当认真落实。' * 10}\n" * 20 + "附件 机密★1年\n" + BODY
    for data in (
        later.replace("附件 ", "").encode(),
        docx(word_paragraph("机密★1年") + word_paragraph(RULE)),
        docx(word_paragraph(RULE) + word_paragraph("秘密★1年")),
        pdf([pdf_text(RULE, 90, 700), pdf_text("机密★1年", 90, 780) + pdf_text(RULE, 90, 700)]),
        ofd([ofd_text("秘密★3年", 30, 20) + ofd_text(RULE, 30, 50)]),
        f"<html><body><nav>机密★1年</nav><p>密级：机密</p><p>{RULE}</p></body></html>".encode(),
        f"# {NOTICE}（机密）\n\n{RULE}\n".encode(),
    ):
        with pytest.raises(Classified):
            read_document(data, "通知")


def test_a_mark_in_the_head_of_a_word_page_is_found() -> None:
    name = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    relations = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    body = word_paragraph(RULE) + f'<w:sectPr {relations}><w:headerReference w:type="default" r:id="r0"/></w:sectPr>'
    head = f"<w:hdr {name}>{word_paragraph('机密★1年')}</w:hdr>"
    with pytest.raises(Classified):
        read_document(docx(body, parts={"word/header.xml": head}), "通知.docx")


@pytest.mark.parametrize(
    "line",
    [
        "第三条 保守国家秘密和工作秘密，不得泄露谈话内容。",
        "国家秘密的密级分为绝密、机密、秘密三级。",
        "国家秘密标志由密级和保密期限组成，形式为“机密★20年”，标在首页左上角。",
        "（五）泄露国家秘密、工作秘密的；",
        "涉及国家安全、行业机密等人员的登记备案工作。",
        "密级：由承办单位按照规定确定。",
        "机密级文件应当专人保管。",
        "参加秘密集团的，给予处分。",
        "绝密、机密、秘密文件不得在本系统中办理。",
        "密级的确定、变更和解除按照有关规定办理。",
    ],
)
def test_texts_about_secrecy_are_not_refused(line: str) -> None:
    assert line in read_document(f"{BODY}{line}\n".encode(), "规定.txt").text
    assert line in read_document(f"{line}\n{BODY}".encode(), "规定.txt").text
