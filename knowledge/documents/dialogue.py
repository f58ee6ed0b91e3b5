"""Questions and answers (问：… 答：…): the question is the heading of its answer."""

import re
from collections.abc import Sequence

from knowledge.documents.structure import clipped, gathered, outline, parallel_leads, sentences
from storage.documents.upkeep import NewPassage

QUESTION = re.compile(r"(?:问|Q)\s*[:：]\s*|【问】\s*")
ANSWER = re.compile(r"(?:答|A)\s*[:：]|【答】")


def fits(lines: Sequence[str]) -> bool:
    """Whether the text asks and answers."""
    asked = sum(bool(QUESTION.match(line)) for line in lines)
    return asked >= 2 and asked <= sum(bool(ANSWER.match(line)) for line in lines) + 1


def split(lines: Sequence[str]) -> list[NewPassage]:
    """One block per question; the paragraphs of the answer are cut as prose and carry the question as heading."""
    passages: list[NewPassage] = []
    block, question = 0, ""
    for line in lines:
        asked = QUESTION.match(line)
        if asked:
            block += 1
            question = clipped(line[asked.end() :], 80)
            continue
        pieces = sentences(line)
        passages += [NewPassage(block, question, text) for text in gathered(pieces)]
        passages += outline(block, question, parallel_leads(pieces))
    return passages
