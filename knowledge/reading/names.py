"""File names and paths as outsiders give them: for show only, never for finding or storing a file."""

import os
import re
import stat
import unicodedata
from pathlib import Path

from knowledge.reading.document import STANDARD, Limits
from storage.errors import Refused

_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
_LONGEST = 120


def display_name(name: str) -> str:
    """A name fit to be shown: no folders, no control or direction characters, at most 120 characters with its suffix.

    Two different files may have the same display name; it identifies nothing.
    """
    last = re.split(r"[/\\]", name)[-1]
    shown = "".join(one for one in last if unicodedata.category(one) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
    shown = re.sub(r"\s+", " ", shown).strip(" .")
    if not shown:
        return "未命名文件"
    if _RESERVED.fullmatch(shown):
        shown = f"_{shown}"
    if len(shown) > _LONGEST:
        stem, dot, suffix = shown.rpartition(".")
        shown = f"{stem[: _LONGEST - len(suffix) - 2]}…{dot}{suffix}" if dot and len(suffix) <= 8 else shown[:_LONGEST]
    return shown


def read_file(path: Path, *, limits: Limits = STANDARD) -> bytes:
    """The bytes of one ordinary file, at most `limits.file_bytes`.

    Raises:
        Refused: a link, a folder, a device or pipe, a file too large, or one that cannot be opened.
    """
    try:
        # O_NONBLOCK: opening a pipe that nobody writes to would otherwise wait for ever.
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise Refused("文件打不开，或只是一个链接。请核对文件是否存在、是否有读取权限，直接上传文件本身。") from error
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise Refused("这不是一个普通文件，未作接收。请直接上传文件本身。")
    with os.fdopen(handle, "rb") as file:
        data = file.read(limits.file_bytes + 1)
    require_size(data, limits)
    return data


def require_size(data: bytes, limits: Limits) -> None:
    """Raises Refused when there is nothing in the file, or more than the limit."""
    if not data:
        raise Refused("文件是空的，无可用文本。请核对原件后重新上传。")
    if len(data) > limits.file_bytes:
        most = limits.file_bytes / 1024 / 1024
        raise Refused(f"文件过大，超过上限 {most:g} MB。请拆分成几个文件后分别上传。")
