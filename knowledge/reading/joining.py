"""Broken lines made whole again: a sentence cut in its middle is joined, a heading or a list item never is.

Two sorts of text are told apart. In one every line is as wide as the page (copied from paper or PDF): a full line goes
on in the next. In the other a line is a paragraph, and only a few were cut by accident: there the cut itself has to
show (an open quotation mark, a comma at the end, a line that begins with a full stop).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from knowledge.reading.lines import Line, PageWidth, ended, page_width

_NUMERAL = "一二三四五六七八九十百零〇两"
_COMMA = re.compile(r"[，,、]$")
#: How an item, an article or a heading begins.
STARTS = re.compile(
    rf"第[{_NUMERAL}\d]+(?:编|章|节|部分|篇)(?![{_NUMERAL}\d、和至的规])"
    rf"|第[{_NUMERAL}\d]+条(?:之[{_NUMERAL}]+)?(?![规的、和至或及以所中，,；。”》）)项款但第])"
    rf"|第[{_NUMERAL}]+[，、,]"
    rf"|[{_NUMERAL}]+[、．.]"
    rf"|[（(](?:[{_NUMERAL}]+|\d{{1,2}})[）)](?![项款目条])"
    r"|\d{1,3}(?:[、．]|\.(?!\d))|\d{1,2}[)）]|[①-⑳㈠-㈩⑴-⒇]|[●•○◆■□▪◇★☆※▶➢]"
    r"|(?:附件?|附表|抄送|抄报|主题词|印发|问|答|记者|主持人|编者按|来源|原标题)[\d一二三四五六七八九十]*[：:]"
)
_STYLES = (
    re.compile(rf"第[{_NUMERAL}\d]+条"),
    re.compile(rf"[{_NUMERAL}]+、"),
    re.compile(rf"[（(][{_NUMERAL}]+[）)]"),
    re.compile(r"[（(]\d+[）)]|[①-⑳]"),
    re.compile(r"\d{1,3}[、．.]"),
)
_BARE_ITEM = re.compile(
    rf"(?:第[{_NUMERAL}\d]+(?:编|章|节|条)(?:之[{_NUMERAL}]+)?|[{_NUMERAL}]+、|[（(][{_NUMERAL}\d]+[）)]|\d{{1,3}}[、．.])"
)
_NEVER_FIRST = re.compile(r"[，。、；：？！）》”’】〕％%,;)\]]|的(?![确士])|们")
_IN_BRACKETS = re.compile(r"[（(][^（()）]{4,}[）)]")  # a note on its own line, such as where the text is from
_SALUTATION = re.compile(r".{0,24}(?:同志们?|各位|代表|领导|朋友们?|女士们|先生们|委员)[，,：:！!]?")
_CREDIT = re.compile(r"(?:摄|文|图|报道|记者.{0,12})[）)]?$")
_DATE_FIRST = re.compile(r"\d{4}年\d{1,2}月")
_PAIRS = ("“”", "（）", "()", "《》", "〔〕", "「」", "【】", "‘’")


@dataclass
class _Paragraph:
    first: Line
    last: Line
    pieces: list[str]
    open: dict[str, int]

    def add(self, line: Line, glue: str) -> None:
        self.pieces.extend((glue, line.text))
        self.last = line
        self.weigh(line.text)

    def weigh(self, text: str) -> None:
        for pair in _PAIRS:
            self.open[pair] = max(0, self.open.get(pair, 0) + text.count(pair[0]) - text.count(pair[1]))

    @property
    def unclosed(self) -> bool:
        return any(self.open.values())


def join_lines(lines: Sequence[Line]) -> list[Line]:
    """Paragraphs out of lines. No character is changed; a blank is put in only where two words would run together."""
    width = page_width(lines)
    gaps = sum(one.gap for one in lines)
    if width and gaps >= 0.9 * (len(lines) - 1):  # double spacing, not paragraphs
        lines = [replace(one, gap=False) for one in lines]
    elif width and gaps >= 0.1 * len(lines):  # blank lines part the paragraphs, so other lines begin none
        lines = [one if one.gap or one.indented else replace(one, indented=False) for one in lines]
    lines = _mark_unfinished(lines)
    paragraphs: list[_Paragraph] = []
    for line in lines:
        if paragraphs and _goes_on(paragraphs[-1], line, width):
            paragraphs[-1].add(line, _glue(paragraphs[-1], line))
        else:
            paragraph = _Paragraph(line, line, [line.text], {})
            paragraph.weigh(line.text)
            paragraphs.append(paragraph)
    return [replace(one.first, text="".join(one.pieces), unfinished=False) for one in paragraphs]


def _mark_unfinished(lines: Sequence[Line]) -> list[Line]:
    """Headings and items look alike, their neighbours tell: "（一）…" without an end beside "（二）…。" is cut."""
    marked = list(lines)
    for place, line in enumerate(lines):
        if line.role != "text" or ended(line.text) or len(line.text) < 12:
            continue
        style = next((one for one in _STYLES if one.match(line.text)), None)
        if style is _STYLES[0] and len(line.text) >= 18:  # an article's first line is a sentence, never a heading
            marked[place] = replace(line, unfinished=True)
        elif style is not None:
            near = [*lines[max(0, place - 6) : place], *lines[place + 1 : place + 7]]
            alike = [one for one in near if style.match(one.text)]
            if alike and all(ended(one.text) for one in alike):
                marked[place] = replace(line, unfinished=True)
    return marked


def _goes_on(paragraph: _Paragraph, line: Line, width: PageWidth | None) -> bool:
    last = paragraph.last
    if last.role != "text" or line.role != "text":
        return False
    if _BARE_ITEM.fullmatch(last.text):
        return paragraph.first is last and not STARTS.match(line.text)
    full = width is not None and width.filled_by(last)
    # "…实现团结统" | "一、行动一致": on a page that shows its indents, what begins at the edge begins no item.
    midway = full and line.indented is False and not ended(last.text)
    if line.indented or (STARTS.match(line.text) and not midway):
        return False
    if _IN_BRACKETS.fullmatch(line.text) or _IN_BRACKETS.fullmatch(last.text):
        return False
    if ended(last.text):
        # Only a page that shows where paragraphs begin tells their end from a full stop at the edge.
        return full and line.indented is False and not line.gap
    if _NEVER_FIRST.match(line.text):
        return True
    if line.gap or _SALUTATION.fullmatch(last.text[-60:]):
        return False
    if last.unfinished or paragraph.unclosed or (_COMMA.search(last.text) and len(last.text) > 8):
        return True
    if last.page != line.page and re.search(r"[，,]", last.text) and not STARTS.match(last.text):
        return True  # a page ended in the middle of a sentence
    if width is None:
        return _cut_by_accident(last.text, line.text)
    return full or (line.indented is False and width.nearly_filled_by(last))


def _cut_by_accident(last: str, following: str) -> bool:
    """In a text of whole paragraphs: an unfinished sentence, not a heading, a title or a photographer's name."""
    if not re.search(r"[，。；,;]", last) or _CREDIT.search(last):
        return False
    if len(last) >= 36:
        return True
    # A heading with a comma is followed by something longer than itself, the tail of a sentence is not.
    return len(last) >= 14 and len(following) <= len(last) + 2 and ended(following)


def _glue(paragraph: _Paragraph, line: Line) -> str:
    before, after = paragraph.last.text[-1:], line.text[:1]
    if before.isascii() and after.isascii() and before.isalnum() and after.isalpha():
        return " "
    if _BARE_ITEM.fullmatch(paragraph.last.text) and before in "编章节条":
        return " "
    if _DATE_FIRST.match(line.text) and paragraph.unclosed:
        return " "
    return ""
