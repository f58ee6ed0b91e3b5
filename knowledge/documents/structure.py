"""What lines of Chinese official documents are: headings, articles, items, paragraphs; and where sentences end."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from knowledge.characters import squeezed
from storage.documents.upkeep import NewPassage

PASSAGE = 250
"""Most characters of a passage, unless one sentence is longer."""
NUMERAL = "[一二三四五六七八九十百零〇两0-9]+"
CHAPTER = re.compile(rf"第{NUMERAL}[编章节](?:\s|$|[^，。；的至、])")
ARTICLE = re.compile(rf"第{NUMERAL}条(?:之{NUMERAL})?(?=[\s　]|[^至、和第的规款，。）])")
SECTION = re.compile(rf"(?:{NUMERAL}、|{NUMERAL}[.．](?!\d))")
SUBSECTION = re.compile(rf"[（(]{NUMERAL}[)）]")
ORDINAL = re.compile(rf"第{NUMERAL}[，,、]")
POINT = re.compile(rf"(?:{NUMERAL}(?:是|要|方面)|[①-⑳])")
PREFACE = re.compile(r"总\s*纲|总\s*则|序\s*言|前\s*言|附\s*则|结\s*语")
STOP = "。！？；：…"
CLOSING = "”’」』）)》"
BOUNDARY = re.compile(rf"[^。！？；\n]*(?:[。！？；\n]+[{CLOSING}]*|$)")
HEADING_LENGTH = 42
LEAD_LENGTH = 60


@dataclass(frozen=True)
class About:
    """What the splitter is told of a document."""

    title: str
    kind: str = ""


def lines_of(text: str, title: str = "") -> list[str]:
    """The non-empty lines, broken ones joined, the title itself left out."""
    joined: list[str] = []
    for raw in text.splitlines():
        line = raw.strip()
        if not line:
            continue
        if joined and _continues(joined[-1], line):
            joined[-1] += line
        else:
            joined.append(line)
    bare = squeezed(title)
    return [line for number, line in enumerate(joined) if number > 2 or squeezed(line) != bare]


def _continues(before: str, line: str) -> bool:
    if re.fullmatch(rf"{NUMERAL}、|[（(]{NUMERAL}[)）]", before):
        return True
    starts_anew = CHAPTER.match(line) or ARTICLE.match(line) or SECTION.match(line) or SUBSECTION.match(line)
    return (
        (len(before) > HEADING_LENGTH or "。" in before)
        and before[-1] not in STOP + CLOSING + "，,、*"
        and not starts_anew
    )


def sentences(text: str) -> list[str]:
    """`text` cut behind 。！？； and line ends; joined again they are the text, line ends aside."""
    return [piece.strip() for piece in BOUNDARY.findall(text) if piece.strip()]


def is_heading(line: str) -> bool:
    """A short line that ends like no sentence."""
    in_brackets = line[0] in "（(" and line[-1] in "）)"
    return len(line) <= HEADING_LENGTH and "。" not in line and line[-1] not in STOP + "，,、" and not in_brackets


def lead_of(paragraph: str) -> str:
    """The first sentence of a paragraph where it announces the rest: short, or numbered; else ''."""
    first = next(iter(sentences(paragraph)), "")
    if not first.endswith("。") or len(first) == len(paragraph):
        return ""
    numbered = SECTION.match(first) or ORDINAL.match(first) or SUBSECTION.match(first)
    return first if len(first) <= (LEAD_LENGTH if numbered else 22) else ""


def gathered(pieces: Iterable[str], limit: int = PASSAGE) -> list[str]:
    """Join neighbouring pieces into passages of at most `limit` characters; a longer piece stands alone."""
    passages: list[str] = []
    for piece in pieces:
        if passages and len(passages[-1]) + len(piece) <= limit:
            joint = "\n" if SUBSECTION.match(piece) else ""
            passages[-1] += joint + piece
        else:
            passages.append(piece)
    return passages


def parallel_leads(pieces: Sequence[str]) -> list[str]:
    """Sentences that open a list inside a paragraph: 一是…二是…, or three and more short ones that begin alike."""
    points = [piece for piece in pieces if POINT.match(piece)]
    if len(points) >= 2:
        return [clipped(piece) for piece in points]
    groups: dict[str, list[str]] = {}
    for piece in pieces:
        if len(piece) <= 36:
            groups.setdefault(piece[:2], []).append(piece)
    widest = max(groups.values(), key=len, default=[])
    return widest if len(widest) >= 3 else []


def segments(pieces: Sequence[str], points: Sequence[str]) -> list[list[str]]:
    """`pieces` cut in front of each sentence that opens with one of `points`."""
    cut: list[list[str]] = []
    for piece in pieces:
        if not cut or any(piece.startswith(point) for point in points):
            cut.append([])
        cut[-1].append(piece)
    return cut


def clipped(sentence: str, limit: int = 80) -> str:
    """A sentence's opening up to a comma near `limit`; whole where it is short."""
    if len(sentence) <= limit:
        return sentence
    cut = max(sentence.rfind("，", 0, limit), sentence.rfind("、", 0, limit))
    return sentence[: cut if cut > 12 else limit]


def outline(block: int, heading: str, leads: Sequence[str], context: str = "") -> list[NewPassage]:
    """A passage of a section's headings or leads, where there are at least two of them."""
    if len(leads) < 2:
        return []
    kept: list[str] = []
    for lead in leads:
        if sum(map(len, kept)) + len(lead) > 2 * PASSAGE:
            break
        kept.append(lead)
    return [NewPassage(block, heading, "\n".join(kept), context, outline=True)]
