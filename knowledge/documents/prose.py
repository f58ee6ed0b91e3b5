"""Speeches, notices, articles and reports: sections, paragraphs with a leading sentence, points inside paragraphs."""

from collections.abc import Sequence

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
from storage.documents.actions import NewPassage


def split(lines: Sequence[str]) -> list[NewPassage]:
    """Cut paragraphs into passages under their path of headings; every list of headings or leads is one of its own."""
    writer = _Writer()
    for line in lines:
        writer.take(line)
    return writer.finished()


class _Writer:
    """Walks the lines once, keeping the path of headings and, for each open section, what stands under it."""

    def __init__(self) -> None:
        self.passages: list[NewPassage] = []
        self.block = 0
        self.path: list[tuple[int, str]] = []
        self.under: list[tuple[int, str, list[str]]] = [(-1, "", [])]
        self.announced: dict[int, str] = {}
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
            level_of, heading, leads = self.under.pop()
            self.block += 1
            self.passages += outline(self.block, heading, leads, self.announced.pop(level_of, ""))

    def _note(self, lead: str) -> None:
        """Put a lead down under the open section; the first one with the sentence before it, which announces the list."""
        level, _, leads = self.under[-1]
        if not leads:
            self.announced[level] = clipped(self.last, 100)
        leads.append(lead)

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


def _numbered_level(line: str) -> int | None:
    if SECTION.match(line) or ORDINAL.match(line):
        return 2
    return 3 if SUBSECTION.match(line) else None
