"""Which files are taken, told by their first bytes, never by their names."""

import io
import zipfile
from dataclasses import dataclass

from storage.errors import Refused

LARGEST = 20 * 1024 * 1024
LONGEST_NAME = 80

SIGNATURES: tuple[tuple[bytes, int, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", 0, "image/png"),
    (b"\xff\xd8\xff", 0, "image/jpeg"),
    (b"GIF8", 0, "image/gif"),
    (b"WEBP", 8, "image/webp"),
    (b"%PDF-", 0, "application/pdf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0, "application/x-ole-storage"),
    (b"OggS", 0, "audio/ogg"),
    (b"#!AMR", 0, "audio/amr"),
    (b"ID3", 0, "audio/mpeg"),
    (b"\xff\xfb", 0, "audio/mpeg"),
    (b"WAVE", 8, "audio/wav"),
    (b"ftyp", 4, "audio/mp4"),
)
"""(bytes, offset, media type) of what is accepted besides Office files. OLE is Word and Excel of 1997–2003, and WPS."""

OFFICE_PARTS = (
    ("word/document.xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("xl/workbook.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("ppt/presentation.xml", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    ("OFD.xml", "application/ofd"),
)
ACCEPTED = "可以发送图片、Word、Excel、PPT、PDF、OFD 和语音，每个不超过 20 MB。"


@dataclass(frozen=True)
class AttachmentKind:
    """What a file is by its content."""

    media: str


def kind_of(data: bytes, name: str) -> AttachmentKind:
    """The kind of a file by its content. Refused, with the reason and what is accepted, for anything else."""
    if not data:
        raise Refused(f"文件“{shown_name(name)}”是空的，请重新发送。")
    if len(data) > LARGEST:
        raise Refused(f"文件“{shown_name(name)}”超过 20 MB，请压缩或拆分后再发。")
    for signature, offset, media in SIGNATURES:
        if data[offset : offset + len(signature)] == signature:
            return AttachmentKind(media)
    if data[:4] == b"PK\x03\x04":
        return _office_kind(data, name)
    raise Refused(f"文件“{shown_name(name)}”的类型不能接收。{ACCEPTED}")


def _office_kind(data: bytes, name: str) -> AttachmentKind:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise Refused(f"文件“{shown_name(name)}”已损坏，请重新发送。") from error
    if any("vbaProject" in entry for entry in names):
        raise Refused(f"文件“{shown_name(name)}”含有宏，不能接收，请另存为不含宏的格式。")
    for part, media in OFFICE_PARTS:
        if part in names:
            return AttachmentKind(media)
    raise Refused(f"文件“{shown_name(name)}”是压缩包，请把里面的文件逐个发送。{ACCEPTED}")


def shown_name(name: str) -> str:
    """A sender's file name made safe to show: no path, no control characters, not too long."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    clean = "".join(character for character in last if character.isprintable()).strip(". ")
    return clean[-LONGEST_NAME:] or "未命名文件"
