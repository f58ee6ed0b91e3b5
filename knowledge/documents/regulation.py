"""Texts in articles (第X条): the article is the block; its paragraphs and items are kept together where they fit."""

from collections.abc import Iterator, Sequence

from knowledge.documents.structure import (
    ARTICLE,
    CHAPTER,
    PASSAGE,
    PREFACE,
    SUBSECTION,
    clipped,
    gathered,
    is_heading,
    outline,
    sentences,
)
from storage.documents.upkeep import NewPassage


def fits(lines: Sequence[str]) -> bool:
    """Whether the text stands in articles."""
    return sum(bool(ARTICLE.match(line)) for line in lines) >= 3


def split(lines: Sequence[str]) -> list[NewPassage]:
    """Cut articles into passages; each piece behind the first carries the article's opening as context."""
    passages: list[NewPassage] = []
    for block, (chapters, rows) in enumerate(_blocks(lines)):
        found = ARTICLE.match(rows[0])
        heading = " › ".join([*chapters, *([found[0].strip()] if found else [])])
        passages += _article(block, heading, rows)
    return passages


def _blocks(lines: Sequence[str]) -> Iterator[tuple[list[str], list[str]]]:
    chapters: list[str] = []
    rows: list[str] = []
    in_articles = False
    for line in lines:
        chapter = (CHAPTER.match(line) or PREFACE.fullmatch(line)) and is_heading(line)
        if chapter or ARTICLE.match(line) or not in_articles:
            if rows:
                yield list(chapters), rows
            rows = []
        if chapter:
            level = _level(line)
            chapters = [name for name in chapters if _level(name) < level] + [" ".join(line.split())]
            in_articles = False
            continue
        in_articles = in_articles or bool(ARTICLE.match(line))
        rows.append(line)
    if rows:
        yield list(chapters), rows


def _level(line: str) -> int:
    found = CHAPTER.match(line)
    return (
        "编章节".index(found[0].strip()[-1] if found[0].strip()[-1] in "编章节" else found[0].strip()[-2])
        if found
        else 1
    )


def _article(block: int, heading: str, rows: list[str]) -> list[NewPassage]:
    whole = "\n".join(rows)
    if len(whole) <= PASSAGE:
        return [NewPassage(block, heading, whole)]
    pieces: list[str] = []
    stem = ""
    passages: list[NewPassage] = []
    for row in rows:
        is_item = bool(SUBSECTION.match(row))
        if not is_item and row.endswith("："):
            passages += _closed(block, heading, pieces, stem)
            pieces, stem = [row], row
            continue
        if not is_item and stem:
            passages += _closed(block, heading, pieces, stem)
            pieces, stem = [], ""
        pieces += [row] if len(row) <= PASSAGE else sentences(row)
    passages += _closed(block, heading, pieces, stem)
    if passages and len(passages) > 1 and not passages[1].context:
        opening = sentences(rows[0])[0][:60]
        rest = [NewPassage(p.block, p.heading, p.text, p.context or opening) for p in passages[1:]]
        passages = [passages[0], *rest]
    return passages


def _closed(block: int, heading: str, pieces: list[str], stem: str) -> list[NewPassage]:
    texts = gathered(pieces)
    found = [NewPassage(block, heading, text, stem if number and stem else "") for number, text in enumerate(texts)]
    if len(texts) > 1 and stem:
        items = [clipped(piece, 40) for piece in pieces[1:] if SUBSECTION.match(piece)]
        found += outline(block, heading, [stem, *items])
    return found
