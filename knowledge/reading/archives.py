"""Zip packages (docx, xlsx, ofd): what they are, and that opening them costs no more than it may.

Everything is judged by the directory at the end of the file before anything is unpacked; files inside files are never
opened.
"""

import io
import posixpath
import struct
import zipfile
from dataclasses import dataclass
from xml.parsers import expat

from knowledge.reading.document import Limits
from storage.errors import Refused

_SAVE_AGAIN = "请用 WPS 或 Word 打开，另存后重新上传。"
_SMALL = 1024 * 1024  # below this a high ratio does no harm
_DIRECTORY_BYTES = 1024 * 1024
_PROLOGUE = 200_000


@dataclass(frozen=True)
class Package:
    """An opened package; `data` are its bytes, for libraries that want to open it themselves."""

    media: str
    data: bytes
    files: zipfile.ZipFile

    def has(self, name: str) -> bool:
        """Whether the package holds a part of this name."""
        return name in self.files.NameToInfo

    def part(self, name: str) -> bytes:
        """One part, unpacked; the directory's size bounds it. Raises KeyError when there is none."""
        return self.files.read(name)


def open_package(data: bytes, limits: Limits) -> Package:
    """Raises Refused for bombs, foreign archives, locked or overlapping entries, and XML with a DTD."""
    _check_directory(data)
    try:
        files = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise Refused(f"文件不完整或结构已损坏，无法打开。{_SAVE_AGAIN}") from None
    entries = files.infolist()
    media = _media({entry.filename for entry in entries}, files)
    _check_entries(entries, data, limits)
    package = Package(media, data, files)
    for entry in entries:
        if entry.filename.lower().endswith((".xml", ".rels", ".vml")):
            refuse_dtd(files.open(entry).read(_PROLOGUE))
    return package


def _check_directory(data: bytes) -> None:
    """The end record, read before zipfile builds an object for every entry it claims."""
    end = data.rfind(b"PK\x05\x06", max(0, len(data) - 65_557))
    if end < 0 or len(data) < end + 22:
        raise Refused(f"文件不完整（可能没有下载完），无法打开。{_SAVE_AGAIN}")
    size = struct.unpack_from("<I", data, end + 12)[0]
    if size > _DIRECTORY_BYTES or data[max(0, end - 20) :].startswith(b"PK\x06\x07"):
        raise Refused(f"压缩包内文件过多或过大，未展开。{_SAVE_AGAIN}")


def _media(names: set[str], files: zipfile.ZipFile) -> str:
    if "OFD.xml" in names:
        return "ofd"
    if "[Content_Types].xml" in names:
        if any(name.startswith("word/") for name in names):
            return "docx"
        if any(name.startswith("xl/") for name in names):
            return "xlsx"
        raise Refused("暂不能读取演示文稿等其他办公文件。请把需要收入的文字另存为 Word 文档（.docx）后上传。")
    if "mimetype" in names and files.getinfo("mimetype").file_size < 200:
        raise Refused("暂不能读取 OpenDocument 或电子书文件。请用 WPS 或 Word 打开，另存为 .docx 后重新上传。")
    raise Refused("文件实际是压缩包（zip），扩展名与内容不符，未展开。请解压后逐个上传其中的文件。")


def _check_entries(entries: list[zipfile.ZipInfo], data: bytes, limits: Limits) -> None:
    if len(entries) > limits.archive_entries:
        raise Refused(f"文件内部条目过多（{len(entries)} 个），未展开。{_SAVE_AGAIN}")
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise Refused("文件设有密码，无法读取。请取消密码后另存并重新上传。")
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > limits.unpacked_bytes:
        raise Refused(
            f"文件展开后过大（约 {unpacked // 1_000_000} MB，上限 {limits.unpacked_bytes // 1_000_000} MB），未展开。"
            "请删去其中的图片、附件或拆分后重新上传。"
        )
    steep = [
        one for one in entries if one.file_size > _SMALL and one.file_size > limits.unpacked_ratio * one.compress_size
    ]
    if steep or (unpacked > _SMALL and unpacked > limits.unpacked_ratio * len(data)):
        raise Refused(f"文件压缩比异常（展开约 {max(1, unpacked // 1_000_000)} MB），未展开。{_SAVE_AGAIN}")
    if len({entry.filename for entry in entries}) < len(entries) or _overlap(entries, len(data)):
        raise Refused(f"文件内部条目重复或相互重叠，未展开。{_SAVE_AGAIN}")


def _overlap(entries: list[zipfile.ZipInfo], size: int) -> bool:
    """One stretch of bytes claimed by several entries is how small bombs unpack to petabytes."""
    spans = sorted((one.header_offset, one.header_offset + 30 + one.compress_size) for one in entries)
    ends = [end for _, end in spans]
    starts = [start for start, _ in spans[1:]] + [size]
    return any(end > start for end, start in zip(ends, starts, strict=True))


class _Begun(Exception):
    """The root element has begun: no DTD can follow."""


def refuse_dtd(xml: bytes) -> None:
    """Raises Refused for XML that declares a document type, in whatever encoding; entities need one.

    `xml` is the beginning of a part: what has no root element by its end is refused as well, since a declaration
    could follow.
    """
    if not xml:
        return
    parser = expat.ParserCreate()

    def begun(*_: object) -> None:
        raise _Begun

    def declared(*_: object) -> None:
        raise Refused(f"文件内含外部实体或 DTD 声明，存在安全风险，未读取。{_SAVE_AGAIN}")

    parser.StartDoctypeDeclHandler = declared
    parser.StartElementHandler = begun
    try:
        parser.Parse(xml, False)
    except _Begun:
        return
    except expat.ExpatError:
        pass
    raise Refused(f"文件内的 XML 结构已损坏，未读取。{_SAVE_AGAIN}")


def inside(folder: str, name: str) -> str:
    """A part's full name from a reference in it: "/Doc_0/x" from the root, else from `folder`; never above the root."""
    joined = name if name.startswith("/") else posixpath.join("/", folder, name)
    return posixpath.normpath(joined).lstrip("/")
