"""Old Word files through LibreOffice and pictures through rapidocr, where each is installed; the refusal where not."""

import io
import subprocess
from pathlib import Path

import pytest
from docx import Document

from knowledge.reading import Classified, office, pictures, read_document
from knowledge.reading.document import Limits
from storage.errors import Refused
from tests.knowledge.reading.builders import NOTICE, RULE, docx, word_paragraph

needs_office = pytest.mark.skipif(office.installed() is None, reason="LibreOffice is not installed on this machine")
needs_recogniser = pytest.mark.skipif(not pictures.installed(), reason="rapidocr is not installed on this machine")


def old_word(data: bytes, folder: Path) -> bytes:
    """The document as Word 97 would have saved it."""
    (folder / "new.docx").write_bytes(data)
    command = [office.installed() or "", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless"]
    command += ["--convert-to", "doc:MS Word 97", "--outdir", str(folder), str(folder / "new.docx")]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120)
    return (folder / "new.doc").read_bytes()


@needs_office
def test_old_word_files_are_read_and_the_kingsoft_ones_named_so(tmp_path: Path) -> None:
    new = Document()
    new.add_paragraph(NOTICE)
    new.add_paragraph(RULE)
    table = new.add_table(rows=0, cols=2)
    for row in (("单位", "时限"), ("甲乡", "三月"), ("乙乡", "四月")):
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    new.add_paragraph("某县县委办公室")
    buffer = io.BytesIO()
    new.save(buffer)
    data = old_word(buffer.getvalue(), tmp_path)
    read = read_document(data, "通知.doc")
    assert read.media == "doc"
    assert read.text.split("\n") == [NOTICE, RULE, "单位：甲乡；时限：三月", "单位：乙乡；时限：四月", "某县县委办公室"]
    assert read_document(data, "通知.wps").media == "wps"
    marked = old_word(docx(word_paragraph("机密★1年") + word_paragraph(RULE)), tmp_path)
    with pytest.raises(Classified):
        read_document(marked, "通知.doc")


@needs_office
def test_what_only_looks_like_an_old_word_file_is_refused() -> None:
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1_000) + "WordDocument\0".encode("utf-16-le") + bytes(1_000)
    with pytest.raises(Refused):
        read_document(data, "通知.doc")


def test_without_libreoffice_the_step_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "installed", lambda: None)
    with pytest.raises(Refused, match=r"LibreOffice.*另存为 .docx"):
        office.as_docx(b"", Limits())


def test_without_the_recogniser_the_step_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "installed", lambda: False)
    with pytest.raises(Refused, match="识别"):
        read_document(b"\x89PNG\r\n\x1a\n" + bytes(100), "照片.png")


@needs_recogniser
def test_a_broken_picture_is_refused() -> None:
    with pytest.raises(Refused):
        read_document(b"\x89PNG\r\n\x1a\n" + bytes(100), "照片.png")
