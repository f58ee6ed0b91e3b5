"""Speeches, notices, articles and reports: sections, paragraphs with a leading sentence, points inside paragraphs."""

from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.documents.structure import (
    CHAPTER,
    ORDINAL,
    PASSAGE,
    PREFACE,
    SECTION,
    SUBSECTION,
    clipped,
    gathered,
    is_heading,
    lead_of,
    outline,
    parallel_leads,
    segments,
    sentences,
)
from storage.documents.upkeep import NewPassage


def split(lines: Sequence[str]) -> list[NewPassage]:
    """Cut paragraphs into passages under their path of headings; every list of headings or leads is one of its own."""
    writer = _Writer()
    for line in lines:
        writer.take(line)
    return writer.finished()


@dataclass(frozen=True)
class _Lead:
    """A heading or leading sentence, and the sentence `before` it."""

    text: str
    before: str


class _Writer:
    """Walks the lines once, keeping the path of headings and, for each open section, what stands under it."""

    def __init__(self) -> None:
        self.passages: list[NewPassage] = []
        self.block = 0
        self.path: list[tuple[int, str]] = []
        self.under: list[tuple[int, str, list[_Lead]]] = [(-1, "", [])]
        self.last = ""

    def take(self, line: str) -> None:
        level = _heading_level(line)
        if level is not None:
            self._open(level, line)
            return
        lead = lead_of(line)
        numbered = _numbered_level(line)
        if numbered is None:
            if lead:
                self._note(lead)
            self._paragraph(line, lead)
            return
        if lead:
            self._open(numbered, lead, shown=clipped(lead, 60))
        else:  # a numbered paragraph without a lead ends the one before it all the same
            self._close(numbered)
            self.path = [entry for entry in self.path if entry[0] < numbered]
            self._note(clipped(sentences(line)[0]))
        self._paragraph(line, "")

    def finished(self) -> list[NewPassage]:
        self._close(-2)
        return self.passages

    def _open(self, level: int, heading: str, shown: str = "") -> None:
        self._close(level)
        self._note(heading)
        self.path = [entry for entry in self.path if entry[0] < level] + [(level, shown or heading)]
        self.under.append((level, self._heading(), []))

    def _close(self, level: int) -> None:
        while self.under and self.under[-1][0] >= level:
            _, heading, found = self.under.pop()
            leads = _of_one_list(found)
            self.block += 1
            announced = leads[0].before if leads else ""
            self.passages += outline(self.block, heading, [lead.text for lead in leads], announced)

    def _note(self, lead: str) -> None:
        """Put a lead down under the open section, with the sentence before it: that of the first announces the list."""
        self.under[-1][2].append(_Lead(lead, clipped(self.last, 100)))

    def _heading(self) -> str:
        return " › ".join(name.rstrip("。") for _, name in self.path)

    def _paragraph(self, line: str, lead: str) -> None:
        self.block += 1
        self.last = sentences(line)[-1]
        heading = self._heading()
        if len(line) <= PASSAGE:
            self.passages.append(NewPassage(self.block, heading, line))
            return
        pieces = sentences(line)
        points = parallel_leads(pieces)
        opening = lead or clipped(pieces[0], 60)
        for segment in segments(pieces, points):
            point = "" if segment[0] == pieces[0] else clipped(segment[0], 40)
            for number, text in enumerate(gathered(segment)):
                context = "" if segment[0] == pieces[0] and not number else opening + (point if number else "")
                self.passages.append(NewPassage(self.block, heading, text, context))
        self.passages += outline(self.block, heading, points, opening)


def _heading_level(line: str) -> int | None:
    if not is_heading(line):
        return None
    if CHAPTER.match(line):
        return 0
    if PREFACE.fullmatch(line):
        return 0
    if SECTION.match(line):
        return 2
    if SUBSECTION.match(line):
        return 3
    return 1


def _of_one_list(leads: Sequence[_Lead]) -> Sequence[_Lead]:
    """The numbered ones, where two or more are: greetings, introductions and thanks around them are no part of the list."""
    numbered = [lead for lead in leads if _numbered_level(lead.text) is not None]
    return numbered if len(numbered) > 1 else leads


def _numbered_level(line: str) -> int | None:
    if SECTION.match(line) or ORDINAL.match(line):
        return 2
    return 3 if SUBSECTION.match(line) else None
