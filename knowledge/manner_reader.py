"""What manner of message a text is where no fixed pattern tells: a linear reader over its meaning and its characters.

It reads the shipped embedder's vector of the text, whatever embedder the search uses, and the text's characters and
pairs. The weights in `manner_weights.json` are the output of `python -m tests.benchmarks.train_manners`, learned from
messages written for this project; the file holds terms and numbers.
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from knowledge.characters import normalised, terms
from knowledge.embedding import ShippedEmbeddings

WEIGHTS = Path(__file__).with_name("manner_weights.json")
QUESTION = "question"
LONGEST = 60
"""Characters; what is longer is a question with its situation told."""
VECTOR_WEIGHT = 4.0
EDGES = re.compile(r"^\W+|\W+$")


@dataclass(frozen=True)
class MannerReader:
    """Weights for each of `manners`: of each term, of each place of the vector (size, manners), and where they start."""

    manners: Sequence[str]
    terms: Mapping[str, Sequence[float]]
    places: Sequence[Sequence[float]]
    start: Sequence[float]
    made_from: str = ""
    """Digest of the messages and settings it was trained with."""

    def probabilities(self, text: str, vector: Sequence[float]) -> dict[str, float]:
        """How likely each manner is; they sum to 1. `vector` is that of the text, of length one."""
        marks = marks_of(text)
        scale = math.sqrt(len(marks)) or 1.0
        totals = list(self.start)
        for weights in (self.terms[mark] for mark in marks if mark in self.terms):
            totals = [total + weight / scale for total, weight in zip(totals, weights, strict=True)]
        for value, weights in zip(vector, self.places, strict=True):
            totals = [total + VECTOR_WEIGHT * value * weight for total, weight in zip(totals, weights, strict=True)]
        raised = [math.exp(total - max(totals)) for total in totals]
        return {manner: value / sum(raised) for manner, value in zip(self.manners, raised, strict=True)}


def likeliest(text: str) -> tuple[str, float]:
    """The manner the shipped reader finds likeliest, and how likely; a long text is a question for certain."""
    if len(text) > LONGEST or not marks_of(text):
        return QUESTION, 1.0
    return max(_read(text).items(), key=lambda one: one[1])


@lru_cache(maxsize=256)
def _read(text: str) -> dict[str, float]:
    return shipped_reader().probabilities(text, ShippedEmbeddings().embed_query(text))


def marks_of(text: str) -> list[str]:
    """The distinct terms of `text`, and its first and last characters marked as such, in order."""
    plain = EDGES.sub("", normalised(text))
    edges = [f"^{plain[:1]}", f"^{plain[:2]}", f"{plain[-1:]}$", f"{plain[-2:]}$"] if plain else []
    return list(dict.fromkeys([*terms(plain), *edges]))


@cache
def shipped_reader() -> MannerReader:
    """The reader of the weights file."""
    held = json.loads(WEIGHTS.read_text("utf-8"))
    return MannerReader(held["manners"], held["terms"], held["places"], held["start"], held["made_from"])
