"""Plain text and Markdown as blocks."""

import re
from collections.abc import Iterator

from knowledge.reading.document import Block, Extract
from knowledge.reading.tables import row_sentences

_COMMENT = re.compile(r"<!--(.*?)(?:-->|\Z)", re.DOTALL)
_MARKED_HEADING = re.compile(r" {0,3}#{1,6} +(.*?)(?: +#+)? *")
_UNDERLINE = re.compile(r" {0,3}(?:=+|-{2,}) *")
_RULER = re.compile(r" {0,3}(?:(?:- *){3,}|(?:_ *){3,})")
_FENCE = re.compile(r" {0,3}(?:```|~~~)")
_QUOTE = re.compile(r" {0,3}(?:> ?)+")
_BULLET = re.compile(r"\s{0,12}[-+*] +(?:\[[ xX]\] +)?(?=\S)")
_REFERENCE = re.compile(r" {0,3}\[[^\]]{1,200}\]: +\S+.*")
_IMAGE = re.compile(r"\s*!\[[^\]]{0,500}\]\([^)]{0,2000}\)\s*")
_EMPHASISED = re.compile(r"(\*\*|__|\*|_)(?=\S)([^*_]{1,200})(?<=\S)\1(?=\s|$)")
_TABLE_ROW = re.compile(r"\s*\|.*\|\s*")
_TABLE_RULE = re.compile(r"\s*\|?(?:\s*:?-{1,}:?\s*\|)+\s*(?::?-+:?)?\s*")


def without_comments(text: str) -> tuple[str, list[str]]:
    """The text without `<!-- … -->`, and what the comments said: a reader never sees them, a model would."""
    comments = [found.strip() for found in _COMMENT.findall(text)]
    return (_COMMENT.sub("", text), comments) if comments else (text, [])


def plain_extract(text: str) -> Extract:
    """Each line of a plain text; form feeds are page breaks."""
    body, comments = without_comments(text)
    pages = body.split("\f")
    blocks = [
        Block(line, page=number if len(pages) > 1 else 0)
        for number, page in enumerate(pages, 1)
        for line in page.split("\n")
    ]
    return Extract("txt", [*blocks, *(Block(one, "aside") for one in comments)])


def markdown_extract(text: str) -> Extract:
    """Markdown without the marks at the beginning of its lines.

    Marks *inside* a sentence stay: taking them out would change the file's own characters, and `**同志` is a mask.
    """
    body, comments = without_comments(text.replace("\r\n", "\n"))
    return Extract("md", [*_markdown_blocks(body.split("\n")), *(Block(one, "aside") for one in comments)])


def _markdown_blocks(lines: list[str]) -> Iterator[Block]:
    fenced = False
    table: list[list[str]] = []
    for place, line in enumerate(lines):
        if not fenced and _TABLE_ROW.fullmatch(line):
            if not _TABLE_RULE.fullmatch(line):
                table.append([cell.strip() for cell in line.strip().strip("|").split("|")])
            continue
        yield from row_sentences(table)
        table = []
        if _FENCE.match(line):
            fenced = not fenced
        elif fenced:
            yield Block(line, "whole")
        else:
            yield from _markdown_line(line, lines[place + 1] if place + 1 < len(lines) else "")
    yield from row_sentences(table)


def _markdown_line(line: str, following: str) -> Iterator[Block]:
    if heading := _MARKED_HEADING.fullmatch(line):
        yield Block(_label(heading[1]), "heading")
    elif _REFERENCE.fullmatch(line) or _IMAGE.fullmatch(line):
        return
    elif _RULER.fullmatch(line) or _UNDERLINE.fullmatch(line):
        yield Block("")
    else:
        text = _QUOTE.sub("", line, count=1)
        bullet = _BULLET.match(text)
        text = text[bullet.end() :] if bullet else text
        underlined = bool(_UNDERLINE.fullmatch(following)) and bool(text.strip()) and len(text) <= 60
        yield Block(_label(text), "heading" if underlined else "text", indented=True if bullet else None)


def _label(text: str) -> str:
    """Without the emphasis around the beginning of a line ("**第一条** …"), which hides what the line is."""
    found = _EMPHASISED.match(text)
    return found[2] + text[found.end() :] if found else text
