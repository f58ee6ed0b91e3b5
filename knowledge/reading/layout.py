"""Text placed on a page (pdf, OFD, recognised pictures) put together into lines, with indents, gaps and titles.

Lengths are in whatever unit the format uses; only their proportion to the size of the letters counts. `y` grows
downwards.
"""

import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from knowledge.reading.document import Block
from knowledge.reading.lines import ended

#: A blank between a Chinese character and a figure is how programs space them out, not part of the text.
_BESIDE_FIGURES = re.compile(r"(?<=[\u4e00-\u9fff]) (?=\d)|(?<=\d) (?=[\u4e00-\u9fff])")


@dataclass(frozen=True)
class Fragment:
    """A piece of text as it was placed: left edge, base line, letter size, width (0 where it is not known)."""

    text: str
    x: float
    y: float
    size: float
    width: float = 0.0

    @property
    def right(self) -> float:
        """The right edge, estimated from the characters where the file does not tell the width."""
        return self.x + (self.width or self.size * _shares(self.text))

    @property
    def letter(self) -> float:
        """The size of its letters: what is declared, or the room each takes where that is more."""
        return max(self.size, self.width / (_shares(self.text) or 1.0))


@dataclass
class _Row:
    fragments: list[Fragment]

    @property
    def x(self) -> float:
        return min(one.x for one in self.fragments)

    @property
    def right(self) -> float:
        return max(one.right for one in self.fragments)

    @property
    def y(self) -> float:
        return self.fragments[0].y

    @property
    def size(self) -> float:
        return max(one.letter for one in self.fragments)

    @property
    def tabular(self) -> bool:
        """Whether its pieces stand as far apart as the cells of a table do."""
        ordered = sorted(self.fragments, key=lambda one: one.x)
        return any(right.x - left.right > 2.5 * self.size for left, right in itertools.pairwise(ordered))

    @property
    def text(self) -> str:
        ordered = sorted(self.fragments, key=lambda one: one.x)
        text, edge, spaced = "", 0.0, False
        for one in ordered:
            piece = _BESIDE_FIGURES.sub("", one.text.strip())
            if not piece:
                spaced = True
                continue
            spaced = spaced or one.text[0].isspace()
            words = bool(text) and text[-1].isascii() and piece[0].isascii()
            if text and (one.x - edge > 0.6 * one.size or (spaced and words)):
                text += " "
            text, edge, spaced = text + piece, one.right, one.text[-1].isspace()
        return text


@dataclass(frozen=True)
class _Frame:
    """Of one page: where lines begin and end, and the size of its letters."""

    margin: float
    edge: float
    body: float


def page_blocks(fragments: Sequence[Fragment], page: int) -> list[Block]:
    """One page's lines from top to bottom; a title in larger letters over several lines becomes one block."""
    rows = [row for row in _rows(_ordered([one for one in fragments if one.text.strip()])) if row.text]
    if not rows:
        return []
    usual = median(row.size for row in rows for _ in range(len(row.text)))
    # How far apart the characters really stand counts, not the size a program declares.
    body = median([(row.right - row.x) / _shares(row.text) for row in rows if len(row.text) >= 8] or [usual])
    margin = _margin([row for row in rows if row.size <= 1.15 * usual] or rows, body)
    edge = sorted(row.right for row in rows)[int(len(rows) * 0.9)]
    steps = [below.y - above.y for above, below in itertools.pairwise(rows) if below.y > above.y]
    step = median(steps) if steps else 0.0
    blocks: list[Block] = []
    for place, row in enumerate(rows):
        previous = rows[place - 1] if place else None
        following = rows[place + 1] if place + 1 < len(rows) else None
        title = row.size >= 1.15 * usual and len(row.text) <= 60 and not ended(row.text)
        if previous is not None and step and row.y - previous.y > 1.7 * step and not title:
            blocks.append(Block("", page=page))
        if title and previous is not None and blocks and blocks[-1].role == "heading" and _same_title(previous, row):
            blocks[-1] = Block(blocks[-1].text + row.text, "heading", page)
        elif title:
            blocks.append(Block(row.text, "heading", page))
        elif row.tabular:
            blocks.append(Block(row.text, "whole", page))
        else:
            begins = _begins(row, previous, following, _Frame(margin, edge, body))
            blocks.append(Block(row.text, page=page, indented=begins))
    return blocks


def _shares(text: str) -> float:
    """Width in letters: one for a wide character, a half for another."""
    return sum(1.0 if unicodedata.east_asian_width(one) in "WFA" else 0.5 for one in text)


def _ordered(fragments: list[Fragment]) -> list[Fragment]:
    """The file's own order, which follows columns, unless it jumps about; then from top to bottom."""
    pairs = list(itertools.pairwise(fragments))
    jumps = sum(below.y < above.y - above.size for above, below in pairs)
    if jumps <= max(2, 0.1 * len(pairs)):
        return fragments
    return sorted(fragments, key=lambda one: (round(one.y / max(one.size, 0.1)), one.x))


def _rows(fragments: list[Fragment]) -> list[_Row]:
    rows: list[_Row] = []
    for one in fragments:
        if rows and abs(rows[-1].y - one.y) < 0.5 * max(one.size, rows[-1].fragments[-1].size):
            rows[-1].fragments.append(one)
        else:
            rows.append(_Row([one]))
    return rows


def _margin(rows: list[_Row], body: float) -> float:
    """Where most lines begin at the left: the leftmost place shared by a seventh of the lines or more."""
    places = Counter(round(row.x / (0.5 * body)) for row in rows)
    common = [place for place, count in places.items() if count >= max(1, len(rows) / 7)]
    return min(common or places or [0]) * 0.5 * body


def _begins(row: _Row, previous: _Row | None, following: _Row | None, frame: _Frame) -> bool:
    """Whether a paragraph begins here; in a block that is indented as a whole only its first line does."""
    roomy = previous is not None and previous.right < frame.edge - 2.5 * frame.body
    if row.x < frame.margin + 1.4 * frame.body:  # at the margin only after a line that had room left
        return previous is not None and roomy and ended(previous.text)
    if previous is None or abs(previous.x - row.x) > 0.4 * frame.body:
        return True
    alone = following is None or following.x < row.x - frame.body
    return alone or roomy or ended(previous.text)


def _same_title(above: _Row, below: _Row) -> bool:
    return abs(above.size - below.size) < 0.05 * above.size and below.y - above.y < 2.6 * above.size
