"""Merged cells of a sheet: only the first one holds the value, so the others would be taken for blank.

The reader that streams rows does not know of merging; the ranges are taken from the sheet's own file.
"""

import re
import zipfile
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from storage.errors import Refused

CHUNK = 1_000_000
LONGEST_TAG = 200
MOST_RANGES = 1_000_000
RANGE = re.compile(
    rb"""<(?:\w+:)?mergeCell\s[^>]*?ref=["']\$?([A-Z]{1,3})\$?(\d{1,7}):\$?([A-Z]{1,3})\$?(\d{1,7})["']"""
)


@dataclass(frozen=True)
class Range:
    """Merged cells; rows count from 1, columns from 0; both ends inclusive."""

    top: int
    bottom: int
    left: int
    right: int

    @property
    def name(self) -> str:
        """As the table program names it: G3:G5."""
        from openpyxl.utils import get_column_letter

        return f"{get_column_letter(self.left + 1)}{self.top}:{get_column_letter(self.right + 1)}{self.bottom}"


@dataclass
class Merged:
    """The merged ranges of a sheet by column, for rows that are read from the top down."""

    by_column: Mapping[int, Sequence[Range]] = field(default_factory=dict)
    """In order of their first rows; ranges of one sheet never overlap."""
    _filled: set[Range] = field(default_factory=set)

    @classmethod
    def of(cls, ranges: Sequence[Range], columns: Sequence[int]) -> "Merged":
        """Those of `ranges` that touch any of the columns."""
        found: dict[int, list[Range]] = defaultdict(list)
        for one in sorted(ranges, key=lambda one: one.top):
            for column in columns:
                if one.left <= column <= one.right:
                    found[column].append(one)
        return cls(found)

    def above(self, row: int, column: int, line: Sequence[Any]) -> str:
        """The name of the range whose value this blank cell lies under; "" when it is blank by itself.

        Ask of every row from the first on, in order: the value stands in the range's first row.
        """
        ranges = self.by_column.get(column, ())
        index = bisect_right(ranges, row, key=lambda one: one.top) - 1
        if index < 0 or row > ranges[index].bottom:
            return ""
        found = ranges[index]
        if row == found.top and found.left < len(line) and str(line[found.left] or "").strip():
            self._filled.add(found)
        return found.name if found in self._filled and (row, column) != (found.top, found.left) else ""


def merged_ranges(path: Path, part: str) -> list[Range]:
    """The merged ranges of the sheet kept in `part` of the workbook at `path`; ranges of one cell are none.

    Errors: Refused for more of them than any sheet of people has.
    """
    from openpyxl.utils import column_index_from_string

    found: list[Range] = []
    with zipfile.ZipFile(path) as archive, archive.open(part.lstrip("/")) as stream:
        for text in _pieces(stream):
            for match in RANGE.finditer(text):
                left, top, right, bottom = (group.decode() for group in match.groups())
                one = Range(
                    int(top), int(bottom), column_index_from_string(left) - 1, column_index_from_string(right) - 1
                )
                if one.top < one.bottom or one.left < one.right:
                    found.append(one)
            if len(found) > MOST_RANGES:
                raise Refused(f"文件 {path.name} 的合并单元格过多，请取消合并后再导入。")
    return found


def _pieces(stream: Any) -> Iterator[bytes]:
    """The text in pieces that end between tags, so that none is cut."""
    rest = b""
    while chunk := stream.read(CHUNK):
        text = rest + chunk
        cut = text.rfind(b"<")
        rest = text[cut:] if cut >= 0 and len(text) - cut < LONGEST_TAG else b""
        yield text[: len(text) - len(rest)]
    yield rest
