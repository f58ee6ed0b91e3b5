"""Files made to do harm: each is refused or made harmless, within bounds, and the next file is read as ever."""

import io
import os
import time
import zipfile
from collections.abc import Callable

import pytest

from knowledge.reading import Limits, read_document
from knowledge.reading.confinement import _bare_environment
from storage.errors import Refused
from tests.knowledge.reading.builders import (
    RULE,
    docx,
    ofd,
    ofd_text,
    overlapping_zip,
    pdf,
    pdf_text,
    word_paragraph,
    zipped,
)

ENTITY = '<!DOCTYPE w [<!ENTITY probe SYSTEM "file:///etc/hostname">]>'
LAUGHS = (
    '<!DOCTYPE w [<!ENTITY a "谈谈谈谈谈谈谈谈谈谈">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1 or str()};" * 10}">' for n in range(1, 10))
    + "]>"
)


def xlsx(sheet: str, *, before: str = "") -> bytes:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return zipped(
        {
            "[Content_Types].xml": "<Types/>",
            "xl/workbook.xml": f"{before}<workbook xmlns='{main}'/>",
            "xl/worksheets/sheet1.xml": sheet,
        }
    )


def read(data: bytes, **bounds: int) -> str:
    return read_document(data, "文件.docx", limits=Limits(**bounds)).text


def refused(data: bytes, **bounds: int) -> str:
    with pytest.raises(Refused) as caught:
        read(data, **bounds)
    assert "请" in caught.value.message, caught.value.message
    assert read(docx(word_paragraph(RULE))) == RULE
    return caught.value.message


@pytest.mark.parametrize(
    "made",
    [
        lambda: docx(word_paragraph("&probe;").replace("&amp;", "&"), before=ENTITY),
        lambda: docx(word_paragraph("&a9;").replace("&amp;", "&"), before=LAUGHS),
        lambda: docx(word_paragraph(RULE), before='<!DOCTYPE w SYSTEM "http://127.0.0.1:9/x.dtd">'),
        lambda: docx(word_paragraph(RULE), before=f"<!--{'x' * 300_000}-->{ENTITY}"),
        lambda: docx(word_paragraph(RULE), parts={"word/styles.xml": f"{ENTITY}<styles>&probe;</styles>"}),
        lambda: xlsx("<worksheet/>", before=ENTITY),
        lambda: xlsx(f"{LAUGHS}<worksheet>&a9;</worksheet>"),
        lambda: ofd([ofd_text(RULE, 30, 50)], before=ENTITY),
        lambda: zipped({"OFD.xml": f'<?xml version="1.0" encoding="UTF-16"?>{ENTITY}<a/>'.encode("utf-16")}),
    ],
)
def test_declarations_and_entities_are_refused_in_every_format(made: Callable[[], bytes]) -> None:
    assert "hostname" not in refused(made())


def test_bombs_are_refused_by_what_they_declare() -> None:
    assert "压缩比" in refused(docx(word_paragraph(RULE), parts={"word/media/zero.bin": bytes(30_000_000)}))
    assert "过大" in refused(docx(word_paragraph(RULE), parts={"word/media/zero.bin": bytes(200_000_000)}))
    big = os.urandom(300_000)
    assert "过大" in refused(docx(word_paragraph(RULE), parts={"word/media/a.bin": big}), unpacked_bytes=200_000)


def test_overlapping_doubled_and_too_many_entries_are_refused() -> None:
    assert "重叠" in refused(overlapping_zip(50, 10_000))
    refused(overlapping_zip(15_000, 60_000))
    many = {f"word/x{number}": b"" for number in range(3_000)}
    assert "条目过多" in refused(docx(word_paragraph(RULE), parts=many))
    buffer = io.BytesIO(docx(word_paragraph(RULE)))
    with zipfile.ZipFile(buffer, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("word/document.xml", "<w/>")
    assert "重复" in refused(buffer.getvalue())


def test_a_directory_that_claims_a_million_entries_is_not_walked() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", allowZip64=True) as archive:
        for number in range(70_000):
            archive.writestr(f"word/{number}", b"")
    began = time.monotonic()
    refused(buffer.getvalue())
    assert time.monotonic() - began < 20


def test_archives_that_are_no_documents_are_never_opened() -> None:
    inner = zipped({"通知.txt": RULE})
    for _ in range(30):
        inner = zipped({"内层.zip": inner})
    assert "压缩包" in refused(inner)
    assert "压缩包" in refused(zipped({"通知.txt": RULE}))


def test_files_inside_files_are_not_read() -> None:
    inner = docx(word_paragraph("内嵌文件的内容。"))
    assert read(docx(word_paragraph(RULE), parts={"word/embeddings/inner.docx": inner})) == RULE


def test_locked_and_cut_off_archives_are_refused() -> None:
    data = bytearray(docx(word_paragraph(RULE)))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = 0
        while (place := data.find(mark, place)) >= 0:
            data[place + offset] |= 1
            place += 1
    assert "密码" in refused(bytes(data))
    assert "不完整" in refused(docx(word_paragraph(RULE))[:-40])
    refused(docx(word_paragraph(RULE)).replace(b"word/document.xml", b"word/docament.xml"))


def test_an_entry_longer_than_it_declares_is_refused() -> None:
    data = docx(word_paragraph("谈话要具体。" * 400))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        true = archive.getinfo("word/document.xml").file_size
    refused(data.replace(true.to_bytes(4, "little"), (200).to_bytes(4, "little")))


def test_a_million_paragraphs_end_in_bounds() -> None:
    body = "".join(f"<w:p><w:r><w:t>{number:x}</w:t></w:r></w:p>" for number in range(1_000_000))
    began = time.monotonic()
    refused(docx(body), seconds=8, unpacked_ratio=1_000)
    assert time.monotonic() - began < 60


def test_time_and_memory_of_one_file_are_bounded() -> None:
    slow = pdf([pdf_text("谈话要具体", 90, 700) * 3_000] * 20)
    assert "上限" in refused(slow, seconds=1)
    rows = "".join(f"<w:p><w:r><w:t>{number}</w:t></w:r></w:p>" for number in range(200_000))
    assert "内存" in refused(docx(rows), memory=160_000_000)


@pytest.mark.parametrize(
    ("data", "step"),
    [
        (b"{\\rtf1\\ansi \\u35848?}", "docx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "Workbook\0".encode("utf-16-le"), "xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage\0".encode("utf-16-le"), "密码"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "docx"),
        (b"\x1f\x8b\x08" + bytes(50), "解压"),
        (b"Rar!\x1a\x07\x01" + bytes(50), "解压"),
        (b"MZ" + bytes(500), "程序"),
        (b'<?xml version="1.0"?><w:wordDocument/>', "docx"),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n--x", "网页"),
        (zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<a/>"}), "docx"),
        (zipped({"[Content_Types].xml": "<a/>", "ppt/presentation.xml": "<a/>"}), "docx"),
    ],
)
def test_what_is_never_read_is_refused_with_the_step(data: bytes, step: str) -> None:
    with pytest.raises(Refused, match=step):
        read_document(data, "通知.txt")


def test_the_child_knows_none_of_our_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANHUA_CHAT_KEY", "secret")
    assert set(_bare_environment()) <= {
        "PATH",
        "SYSTEMROOT",
        "TMPDIR",
        "LANG",
        "PYTHONDONTWRITEBYTECODE",
        "OMP_NUM_THREADS",
    }
