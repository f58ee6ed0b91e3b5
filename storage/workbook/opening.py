"""Opening and saving workbooks safely: bounded, and refused in words when a file is not one."""

import os
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

from storage.errors import Refused

LARGEST_BYTES = 100_000_000
LARGEST_UNPACKED = 500_000_000
CHUNK = 1_000_000


def open_workbook(path: Path, *, read_only: bool = True, values: bool = True) -> Any:
    """The openpyxl workbook at `path`; `values` = results of formulas, not the formulas.

    Errors: Refused, with the step that helps, when it is not a workbook or is too large.
    """
    import openpyxl

    data = _bytes(path)
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > LARGEST_UNPACKED:
                raise Refused(f"文件 {path.name} 展开后过大，无法读取。")
        return openpyxl.load_workbook(BytesIO(data), read_only=read_only, data_only=values)
    except Refused:
        raise
    except Exception as error:  # a damaged file fails in many ways inside the reader
        raise not_a_workbook(path) from error


def not_a_workbook(path: Path) -> Refused:
    """The refusal of a file that is no workbook, or a damaged one."""
    return Refused(f"文件 {path.name} 不是有效的 Excel 工作簿（.xlsx）或已损坏，请用 Excel 或 WPS 另存后再试。")


def pages_of(book: Any) -> dict[str, Any]:
    """The worksheets by name, without charts."""
    return {page.title: page for page in book.worksheets}


def has_formulas(path: Path) -> bool:
    """Whether any sheet holds a formula; cheap, so that only such a workbook is read a second time."""
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            if entry.filename.startswith("xl/worksheets/") and entry.filename.endswith(".xml"):
                with archive.open(entry) as stream:
                    tail = b""
                    while chunk := stream.read(CHUNK):
                        if b"<f>" in tail + chunk or b"<f " in tail + chunk:
                            return True
                        tail = chunk[-3:]
    return False


def check_place(path: Path) -> None:
    """Make the folder of `path`. Refused, before any work is done, when a workbook cannot be written there."""
    try:
        is_folder = path.is_dir()
        if path.suffix.lower() != ".xlsx" and not is_folder:
            raise Refused(f"文件名应以 .xlsx 结尾，例如 {path.stem}.xlsx。")
        path.parent.mkdir(parents=True, exist_ok=True)
        place = path if path.exists() else path.parent
    except OSError as error:  # also a folder on the way that may not be looked into
        raise _not_writable(path) from error
    if is_folder or not os.access(place, os.W_OK):
        raise _not_writable(path)


def save_workbook(book: Any, path: Path) -> None:
    """Write a workbook to `path`. Refused when that fails (a full disk, a file in use)."""
    try:
        book.save(path)
    except OSError as error:
        raise _not_writable(path) from error


def _not_writable(path: Path) -> Refused:
    return Refused(f"无法写入 {path.name or path}，请核对文件夹是否存在、是否可写，文件是否正在打开。")


def _bytes(path: Path) -> bytes:
    if not path.is_file():
        raise Refused(f"没有找到文件 {path.name or path}，请核对文件名。")
    if path.stat().st_size > LARGEST_BYTES:
        raise Refused(f"文件 {path.name} 超过 100 MB，请拆分后再导入。")
    try:
        return path.read_bytes()
    except OSError as error:
        raise Refused(f"无法读取文件 {path.name}，请核对权限。") from error
