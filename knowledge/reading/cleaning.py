"""From what a format's reader found to the document's text: unseen characters and furniture out, lines joined.

Dropping and joining is all that happens here. No character inside a sentence is ever changed, so that every quote is a
substring of the file, white space aside; masks such as `**同志` and `*年**月` stay as they are.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from knowledge.reading.document import Block
from knowledge.reading.furniture import is_furniture, is_page_number, running_lines, without_figures, without_tail
from knowledge.reading.headings import heading_flags
from knowledge.reading.invisible import clear
from knowledge.reading.joining import join_lines
from knowledge.reading.lines import Line

_BLANKS = re.compile(r"[ \t\xa0\u2000-\u200a\u202f\u205f]+")
_WIDE_BLANKS = re.compile(r"　{2,}")
_SENTENCE_END = re.compile(r"[。！？；!?;\n]")


@dataclass(frozen=True)
class Cleaned:
    """Text with the offsets at which pages and headings begin; the counts are of unseen characters taken out."""

    text: str
    pages: tuple[tuple[int, int], ...]
    headings: tuple[int, ...]
    direction: int
    smuggled: int
    split_words: int


def clean(blocks: Sequence[Block], *, paragraph_characters: int) -> Cleaned:
    """One paragraph a line, none longer than `paragraph_characters`."""
    counts = [0, 0, 0]
    lines = list(_without_running_lines(_lines(blocks, counts)))
    joined = join_lines([_trimmed(line) for line in lines if not _dropped(line)])
    joined = _without_repeated_title(joined)
    flags = heading_flags(joined)
    parts: list[str] = []
    pages: list[tuple[int, int]] = []
    headings: list[int] = []
    offset = 0
    for line, is_heading in zip(joined, flags, strict=True):
        if line.page and (not pages or pages[-1][1] != line.page):
            pages.append((offset, line.page))
        if is_heading:
            headings.append(offset)
        for piece in bounded(line.text, paragraph_characters):
            parts.append(piece)
            offset += len(piece) + 1
    return Cleaned("\n".join(parts), tuple(pages), tuple(headings), *counts)


def bounded(text: str, longest: int) -> Iterable[str]:
    """The paragraph in pieces of at most `longest` characters, cut after a sentence where there is one."""
    while len(text) > longest:
        window = text[:longest]
        ends = [found.end() for found in _SENTENCE_END.finditer(window, longest // 2)]
        cut = ends[-1] if ends else longest
        yield text[:cut].strip()
        text = text[cut:]
    if text.strip():
        yield text.strip()


def _lines(blocks: Iterable[Block], counts: list[int]) -> list[Line]:
    """Blocks as single lines without unseen characters; blank ones become the `gap` of the next."""
    lines: list[Line] = []
    gap = False
    for block in blocks:
        if block.role == "aside":
            continue
        cleared = clear(block.text)
        counts[0] += cleared.direction
        counts[1] += cleared.smuggled
        counts[2] += cleared.split_words
        for raw in re.split(r"[\n\f]", cleared.text):
            text = _WIDE_BLANKS.sub("　", _BLANKS.sub(" ", raw)).strip()
            if not text:
                gap = True
                continue
            indented = block.indented if block.indented is not None else _indent(raw)
            lines.append(Line(text, block.role, block.page, indented, gap))
            gap = False
    return _trustworthy_indents(lines)


def _indent(raw: str) -> bool | None:
    return True if re.match(r"(?:　{2}| {4}|\t|(?:\xa0| ){4})\S", raw) else None


def _trustworthy_indents(lines: list[Line]) -> list[Line]:
    """Where nearly every line is indented, the indent says nothing; where some are, the others are known not to be."""
    known = [line for line in lines if line.role == "text"]
    share = sum(line.indented is True for line in known) / max(1, len(known))
    if share > 0.85:
        return [replace(line, indented=None) for line in lines]
    if share > 0.05:
        return [replace(line, indented=bool(line.indented)) for line in lines]
    return lines


def _without_running_lines(lines: list[Line]) -> Iterable[Line]:
    """Heads and feet of pages out; of a running head the first is kept, it may be the title."""
    sheets: dict[int, list[Line]] = {}
    for line in lines:
        sheets.setdefault(line.page, []).append(line)
    if len(sheets) < 2:
        return lines
    running = running_lines([[line.text for line in sheet] for sheet in sheets.values()])
    kept: set[str] = set()
    result: list[Line] = []
    for sheet in sheets.values():
        for place, line in enumerate(sheet):
            at_edge = place < 3 or place >= len(sheet) - 3
            key = without_figures(line.text)
            if line.page and at_edge and (key in running or is_page_number(line.text)):
                if "#" in key or key in kept or place >= 3 or is_page_number(line.text):
                    continue
                kept.add(key)
            result.append(line)
    return result


def _dropped(line: Line) -> bool:
    return line.role != "whole" and is_furniture(line.text)


def _trimmed(line: Line) -> Line:
    return line if line.role == "whole" else replace(line, text=without_tail(line.text))


def _without_repeated_title(lines: list[Line]) -> list[Line]:
    """A title said twice at the top ("原标题：…", or the page's and the article's own) is kept once."""
    if not lines:
        return lines

    def bare(text: str) -> str:
        return re.sub(r"\s+|^原标题[：:]|^标题[：:]", "", text)

    title = bare(lines[0].text)
    again = {place for place, line in enumerate(lines[1:6], 1) if bare(line.text) == title}
    return [line for place, line in enumerate(lines) if place not in again]
