"""Finding passages: keywords, the document's own keywords and vectors, fused by scores, for one audience and date."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.asking import Asked
from knowledge.keyword_index import Floats, Mask
from knowledge.library import Library, Period
from knowledge.passage_vectors import PassageVectors
from knowledge.recall import Recall
from knowledge.tuning import Tuning
from knowledge.view import View
from storage.documents.queries import DocumentFacts, PassageFacts
from storage.documents.rules import Audience

log = logging.getLogger("tanhua.index")
DOCUMENT_WEIGHT = 0.5
DENSE_WEIGHT = 0.12
OUTLINE_WEIGHT = 0.85
"""Outlines repeat what the section says; they win only where the question is about the whole."""
PART_WHOLE_WEIGHT = 0.7
PART_DOCUMENT_WEIGHT = 0.3
COUNTED_WEIGHT = 1.3
"""An outline with as many lines as the question speaks of."""
DENSE_POOL = 200
KEYWORD_POOL = 200
Numbers = NDArray[np.intp]


@dataclass(frozen=True)
class Hit:
    """A passage found, best first; `standing` is that of its document on the date asked about."""

    passage: PassageFacts
    document: DocumentFacts
    standing: str
    score: float
    number: int
    """Its place in the library."""


@dataclass(frozen=True)
class Found:
    """The hits of one question, and what was looked through."""

    hits: tuple[Hit, ...]
    view: View


class Finder:
    """Searches one library, by keywords alone where `vectors` is None. Holds no state between questions."""

    def __init__(
        self,
        library: Library,
        vectors: PassageVectors | None,
        tuning: Tuning | None = None,
        recall: Recall | None = None,
    ) -> None:
        self.library = library
        self.vectors = vectors
        self.tuning = tuning
        self.recall = recall

    def find(self, asked: Asked, *, audience: Audience, period: Period, limit: int) -> Found:
        """The `limit` best passages this audience may see about this period."""
        view = self.library.view(audience, period)
        if not view.keywords.present:
            return Found((), view)
        hits = tuple(self.hit(number, view.documents, score) for number, score in self.rank(asked, view, limit * 3))
        return Found(without_repeats(hits)[:limit], view)

    def rank(self, asked: Asked, view: View, limit: int) -> list[tuple[int, float]]:
        """Numbers and scores of the `limit` best passages of `view`, each part of the question served first."""
        scores = self._fused(asked, view)
        numbers = [int(number) for number in leading(scores, limit) if scores[number] > 0]
        top = float(scores[numbers[0]]) if numbers else 0.0
        for place, part in enumerate(asked.parts):
            numbers = _moved_up(numbers, self._part(part, scores, view), place)
        leads = len(asked.parts)
        return [(n, top if place < leads else float(scores[n])) for place, n in enumerate(numbers)]

    def _fused(self, asked: Asked, view: View) -> Floats:
        library = self.library
        scores = self.by_keywords(asked, view)
        dense = self._dense(asked, view, leading(scores, KEYWORD_POOL, view.visible))
        scores = scores + (self.tuning.dense_weight if self.tuning else DENSE_WEIGHT) * dense
        if self.tuning and self.recall and self.tuning.recall_weight:
            scores = scores + self.tuning.recall_weight * self.recall.boosts(asked, view)
        scores = np.where(scores > 0, scores * library.passage_precedence, scores)
        lines = library.outline_lines
        if not asked.wants_list:
            scores = np.where(lines > 0, scores * OUTLINE_WEIGHT, scores)
        elif asked.count:
            scores = np.where(lines == asked.count, scores * COUNTED_WEIGHT, scores)
        fused: Floats = np.where(view.visible, scores, -np.inf).astype(np.float32)
        return fused

    def by_keywords(self, asked: Asked, view: View) -> Floats:
        """Keyword scores of passages and half their documents', shape (passages,); the same under every tuning."""
        keyword = _by_best(view.keywords.scores(asked.weights))
        whole = _by_best(view.document_keywords.scores(asked.weights))
        return keyword + DOCUMENT_WEIGHT * whole[self.library.document_numbers]

    def _part(self, part: Mapping[str, float], whole: Floats, view: View) -> int:
        """The best passage for one part of a question; the whole question still weighs in."""
        keyword = _by_best(view.keywords.scores(part))
        documents = _by_best(view.document_keywords.scores(part))
        own = PART_DOCUMENT_WEIGHT * documents[self.library.document_numbers]
        scores = keyword + own + PART_WHOLE_WEIGHT * whole
        return int(np.argmax(scores))

    def _dense(self, asked: Asked, view: View, pool: Numbers) -> Floats:
        """z-scores of cosine over the pool of both signals; what is in neither counts as the pool's worst."""
        try:
            cosines = self._cosines(asked)
        except Exception:  # an embedding server that is away: keywords alone answer this one
            log.exception("the question cannot be embedded", extra={"action": "embedding.failed"})
            cosines = None
        if cosines is None:
            return np.zeros(len(view.visible), dtype=np.float32)
        known = view.visible & ~np.isnan(cosines)
        pooled = np.zeros(len(known), dtype=np.bool_)
        pooled[pool] = True
        pooled[leading(cosines, DENSE_POOL, known)] = True
        pooled &= known
        seen = cosines[pooled]
        if len(seen) < 2:
            return np.zeros(len(known), dtype=np.float32)
        scaled = (cosines - seen.mean()) / max(float(seen.std()), 1e-6)
        filled: Floats = np.where(pooled, scaled, scaled[pooled].min()).astype(np.float32)
        return filled

    def _cosines(self, asked: Asked) -> Floats | None:
        if self.vectors is None:
            return None
        vector = self.embedded(asked.text, self.vectors)
        return self.vectors.cosines(self.tuning.turned(vector) if self.tuning else vector)

    def embedded(self, text: str, vectors: PassageVectors) -> Sequence[float] | Floats:
        """The vector of a question, before any tuning."""
        return vectors.embeddings.embed_query(text)

    def hit(self, number: int, documents: Mapping[int, str], score: float) -> Hit:
        """A passage with its document and the standing it has."""
        passage = self.library.passages[number]
        document = self.library.documents[passage.document_id]
        return Hit(passage, document, documents[document.id], score, number)


def leading(scores: Floats, count: int, among: Mask | None = None) -> Numbers:
    """The places of the `count` highest scores (of those `among`), best first; equal ones in their order."""
    places = np.arange(len(scores)) if among is None else np.flatnonzero(among)
    values = scores[places]
    if len(values) > count:
        least = np.partition(values, len(values) - count)[len(values) - count]
        enough = values >= least
        places, values = places[enough], values[enough]
    return places[np.argsort(-values, kind="stable")[:count]]


def _moved_up(numbers: Sequence[int], lead: int, place: int) -> list[int]:
    """`lead` put at `place`, unless it already stands before it."""
    if lead in numbers[:place]:
        return list(numbers)
    rest = [number for number in numbers if number != lead]
    return [*rest[:place], lead, *rest[place:]]


def _by_best(scores: Floats) -> Floats:
    best = float(scores.max(initial=0.0))
    return scores / best if best > 0 else scores


def without_repeats(hits: Sequence[Hit]) -> tuple[Hit, ...]:
    """Hits whose text was not seen before in the same document."""
    seen: set[tuple[int, str]] = set()
    kept = []
    for hit in hits:
        mark = (hit.document.id, hit.passage.text)
        if mark not in seen:
            seen.add(mark)
            kept.append(hit)
    return tuple(kept)
