"""Cutting documents into passages, by kind: one file for each way of being built."""

from knowledge.documents import dialogue, prose, regulation
from knowledge.documents.structure import About, lines_of
from storage.documents.upkeep import NewPassage

__all__ = ["About", "split"]


def split(text: str, about: About) -> list[NewPassage]:
    """Cut a clean text into passages of at most about 250 characters, in reading order, outlines among them.

    The build of the text decides, not only its kind: articles (第X条), questions and answers, else running prose.
    """
    lines = lines_of(text, about.title)
    if regulation.fits(lines):
        return regulation.split(lines)
    return dialogue.split(lines) if dialogue.fits(lines) else prose.split(lines)
