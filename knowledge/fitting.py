"""Confirmed pairs into a tuning: match them to passages, hold some back, fit, compare, put in force if better."""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

import numpy as np

from knowledge import tuning
from knowledge.asking import Asked, read_question
from knowledge.characters import squeezed
from knowledge.indexing import Shelf
from knowledge.keyword_index import Floats
from knowledge.library import Library
from knowledge.passage_vectors import PassageVectors
from knowledge.retrieval import Finder
from knowledge.tuning import Tuning
from knowledge.view import View
from storage.errors import Refused

FEWEST = 40
LOOKED_AT = 20
MOST_CHECKED = 200
"""Held-back pairs each candidate is tried on: enough to choose by, and their keyword scores fit in memory."""


class Pair(NamedTuple):
    """A question and the piece of a document that answered it, as a person confirmed."""

    question: str
    document: str
    quote: str


class Fitted(NamedTuple):
    """What fitting came to; the scores are mean reciprocal ranks of the held-back pairs."""

    used: int
    unmatched: int
    held_back: int
    before: float
    after: float
    in_force: bool


def read_pairs(file: Path) -> list[Pair]:
    """The pairs of a JSON-lines file. Errors: Refused with the line that cannot be read."""
    try:
        text = file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"文件 {file.name} 读不到或不是 UTF-8 文本。") from error
    pairs = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            try:
                row = json.loads(line)
                pairs.append(Pair(str(row["question"]), str(row["document"]), str(row["quote"])))
            except (ValueError, KeyError, TypeError):
                raise Refused(f"{file.name} 第{number}行不是 question、document、quote 形式的 JSON。") from None
    return pairs


def fit(shelf: Shelf, pairs: Sequence[Pair], folder: Path) -> Fitted:
    """Fit on four fifths, compare on the last fifth, and put the tuning in force only where it helps there.

    Errors: Refused with fewer than 40 pairs that can be matched to a passage.
    """
    finder = shelf.finder()
    library, model = finder.library, shelf.vectors.model
    matched = [(pair.question, place) for pair in pairs if (place := _passage_of(library, pair)) is not None]
    if len(matched) < FEWEST:
        raise Refused(f"能对应到段落的问答对只有{len(matched)}条，至少需要{FEWEST}条。")
    inner = shelf.vectors.embeddings
    questions = np.asarray(inner.embed_documents([question for question, _ in matched]), dtype=np.float32)
    passages = np.asarray(
        inner.embed_documents([library.entry(library.passages[place]).text for _, place in matched]), dtype=np.float32
    )
    held = list(range(0, len(matched), tuning.HELD_BACK))
    checked = [matched[row] for row in held[:MOST_CHECKED]]
    remembered: dict[str, Floats] = {}

    def score(candidate: Tuning) -> float:
        return reciprocal_rank(RememberingFinder(library, finder.vectors, candidate, remembered), checked)

    before = reciprocal_rank(Finder(library, finder.vectors), checked)
    best, after = tuning.choose(questions, passages, held, model, score)
    if after > before:
        whole = Tuning(
            tuning.fitted_matrix(questions, passages, best.strength), best.dense_weight, model, best.strength
        )
        tuning.save(folder, whole, {"pairs": len(matched), "before": before, "after": after})
    return Fitted(len(matched), len(pairs) - len(matched), len(held), before, after, after > before)


class RememberingFinder(Finder):
    """A finder that keeps keyword scores between tunings, which do not change them."""

    def __init__(
        self, library: Library, vectors: PassageVectors | None, tuning: Tuning, remembered: dict[str, Floats]
    ) -> None:
        super().__init__(library, vectors, tuning)
        self.remembered = remembered

    def by_keywords(self, asked: Asked, view: View) -> Floats:
        """As without tuning; each question is scored once."""
        if asked.text not in self.remembered:
            self.remembered[asked.text] = super().by_keywords(asked, view)
        return self.remembered[asked.text]


def reciprocal_rank(finder: Finder, pairs: Sequence[tuple[str, int]]) -> float:
    """Mean reciprocal rank, within 20, of the confirmed passages over the whole library."""
    view = finder.library.whole()
    total = 0.0
    for question, place in pairs:
        asked, _ = read_question(question, date.max)
        ranked = [number for number, _ in finder.rank(asked, view, LOOKED_AT)]
        total += 1 / (ranked.index(place) + 1) if place in ranked else 0.0
    return total / max(len(pairs), 1)


def _passage_of(library: Library, pair: Pair) -> int | None:
    quote = squeezed(pair.quote)
    for number, passage in enumerate(library.passages):
        if library.documents[passage.document_id].name != pair.document or passage.outline:
            continue
        text = squeezed(passage.text)
        if quote and (quote in text or text in quote):
            return number
    return None
