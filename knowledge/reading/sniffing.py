"""What a file is, by its content. The suffix is never asked, only mentioned when it contradicts the content."""

import re
from typing import Literal

from storage.errors import Refused

Family = Literal["text", "archive", "pdf", "word", "image"]

_PACKED = {
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"Rar!\x1a\x07": "rar",
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
}
_IMAGES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\x00", b"MM\x00*")
_PROGRAMS = (b"MZ", b"\x7fELF", b"\xfe\xed\xfa", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def family(data: bytes) -> Family:
    """Which kind of reader the bytes call for; the inside of an archive is looked at only in the child process.

    Raises:
        Refused: a kind that is never read, with the step that would help.
    """
    head = data[:16]
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return "archive"
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if head.startswith(_OLE):
        return _compound(data)
    if head.startswith(_IMAGES) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP") or _bitmap(data):
        return "image"
    for mark, kind in _PACKED.items():
        if head.startswith(mark):
            raise Refused(f"文件实际是压缩包（{kind}），扩展名与内容不符。请解压后逐个上传其中的文件。")
    if head.startswith(_PROGRAMS) and b"\x00" in data[:256]:
        raise Refused("文件内容是程序，不是文档，未作接收。请核对后上传文档原件。")
    if head.startswith(b"{\\rtf"):
        raise Refused("暂不能读取 RTF 文件。请用 WPS 或 Word 打开，另存为 Word 文档（.docx）后重新上传。")
    return "text"


def _bitmap(data: bytes) -> bool:
    return data[:2] == b"BM" and len(data) > 26 and int.from_bytes(data[2:6], "little") == len(data)


def _compound(data: bytes) -> Family:
    """An OLE2 compound file: old Word and WPS text, old Excel and PowerPoint, or an encrypted new one."""

    def holds(stream: str) -> bool:
        return stream.encode("utf-16-le") + b"\x00\x00" in data

    if holds("EncryptedPackage"):
        raise Refused("文件设有打开密码，无法读取。请用 WPS 或 Word 打开，取消密码后另存并重新上传。")
    if holds("WordDocument"):
        return "word"
    if holds("Workbook") or holds("Book"):
        raise Refused("旧版 Excel 文件（.xls）暂不能读取。请用 WPS 或 Excel 打开，另存为 .xlsx 后重新上传。")
    if holds("PowerPoint Document"):
        raise Refused("演示文稿暂不能读取。请把需要收入的文字另存为 Word 文档（.docx）后上传。")
    raise Refused("无法识别的旧版办公文件。请用 WPS 或 Word 打开，另存为 Word 文档（.docx）后重新上传。")


_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_TAG = re.compile(
    r"</?(?:div|p|span|table|tr|td|br|h[1-6]|ul|ol|li|a|img|font|script|style)\b[^<>]{0,500}>", re.IGNORECASE
)
_HEADING = re.compile(r"^ {0,3}#{1,6} +\S", re.MULTILINE)
_LINK = re.compile(r"\]\((?:https?:|/|\.|#)[^()\s]{0,500}\)")
_FENCE = re.compile(r"^```", re.MULTILINE)
_RULE = re.compile(r"^\s*\|?(?: *:?-{3,}:? *\|)+ *:?-{0,}:? *$", re.MULTILINE)


def text_media(text: str) -> Literal["txt", "md", "html"]:
    """Plain text, Markdown or a web page; looks at the first 100,000 characters.

    Raises:
        Refused: XML or a saved mail archive, which are text but not readable as one.
    """
    sample = text[:100_000]
    start = sample.lstrip("\ufeff \t\r\n　")[:2_000]
    if start.startswith("<?xml") and not _HTML.search(start):
        raise Refused("文件内容是 XML 数据，不是文档正文。请用生成它的软件打开，另存为 Word 文档（.docx）后重新上传。")
    if re.match(r"(?:From:|MIME-Version:|Content-Type:)", start, re.IGNORECASE) and "boundary=" in start:
        raise Refused("文件是单个文件网页（.mht）或邮件。请用浏览器或 WPS 打开，另存为 .docx 或普通网页后重新上传。")
    if _HTML.search(start) or len(_TAG.findall(sample)) >= 5:
        return "html"
    if _HEADING.search(sample) or _FENCE.search(sample) or _RULE.search(sample) or len(_LINK.findall(sample)) >= 2:
        return "md"
    return "txt"
