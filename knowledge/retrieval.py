"""Finding passages: keywords, the document's own keywords and vectors, fused by scores, for one audience and date."""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from knowledge.asking import Asked
from knowledge.keyword_index import Floats, Mask
from knowledge.library import Library, Period, labels_of
from knowledge.tuning import Tuning
from knowledge.vector_index import VectorIndex, key_of
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
    visible: Mask
    documents: Mapping[int, str]


class Finder:
    """Searches one library, by keywords alone where `vectors` is None. Holds no state between questions."""

    def __init__(self, library: Library, vectors: VectorIndex | None, tuning: Tuning | None = None) -> None:
        self.library = library
        self.vectors = vectors
        self.tuning = tuning

    def find(self, asked: Asked, *, audience: Audience, period: Period, limit: int) -> Found:
        """The `limit` best passages this audience may see about this period."""
        documents = self.library.visible_documents(audience, period)
        document_mask, visible = self.library.visible_passages(documents)
        if not visible.any():
            return Found((), visible, documents)
        ranked = self.rank(asked, labels_of(audience), document_mask, visible, limit * 3)
        hits = tuple(self.hit(number, documents, score) for number, score in ranked)
        return Found(without_repeats(hits)[:limit], visible, documents)

    def rank(
        self, asked: Asked, labels: Collection[str], document_mask: Mask, visible: Mask, limit: int
    ) -> list[tuple[int, float]]:
        """Numbers and scores of the `limit` best of the `visible` passages, each part of the question served first."""
        scores = self._fused(asked, labels, document_mask, visible)
        numbers = _best(scores, limit)
        top = float(scores[numbers[0]]) if numbers else 0.0
        for place, part in enumerate(asked.parts):
            numbers = _moved_up(numbers, self._part(part, scores, document_mask, visible), place)
        leading = len(asked.parts)
        return [(n, top if place < leading else float(scores[n])) for place, n in enumerate(numbers)]

    def _fused(self, asked: Asked, labels: Collection[str], document_mask: Mask, visible: Mask) -> Floats:
        library = self.library
        scores = self.by_keywords(asked, document_mask, visible)
        pool = np.argsort(-np.where(visible, scores, -1.0), kind="stable")[:KEYWORD_POOL]
        dense = self._dense(asked, labels, visible, pool)
        scores = scores + (self.tuning.dense_weight if self.tuning else DENSE_WEIGHT) * dense
        scores = np.where(scores > 0, scores * library.precedence[library.document_numbers], scores)
        lines = library.outline_lines
        if not asked.wants_list:
            scores = np.where(lines > 0, scores * OUTLINE_WEIGHT, scores)
        elif asked.count:
            scores = np.where(lines == asked.count, scores * COUNTED_WEIGHT, scores)
        fused: Floats = np.where(visible, scores, -np.inf).astype(np.float32)
        return fused

    def by_keywords(self, asked: Asked, document_mask: Mask, visible: Mask) -> Floats:
        """Keyword scores of passages and half their documents', shape (passages,); the same under every tuning."""
        library = self.library
        keyword = _by_best(library.keywords.scores(asked.weights, visible))
        whole = _by_best(library.document_keywords.scores(asked.weights, document_mask))
        return keyword + DOCUMENT_WEIGHT * whole[library.document_numbers]

    def _part(self, part: Mapping[str, float], whole: Floats, document_mask: Mask, visible: Mask) -> int:
        """The best passage for one part of a question; the whole question still weighs in."""
        library = self.library
        keyword = _by_best(library.keywords.scores(part, visible))
        documents = _by_best(library.document_keywords.scores(part, document_mask))
        own = PART_DOCUMENT_WEIGHT * documents[library.document_numbers]
        scores = keyword + own + PART_WHOLE_WEIGHT * whole
        return int(np.argmax(scores))

    def _dense(self, asked: Asked, labels: Collection[str], visible: Mask, pool: np.ndarray[Any, Any]) -> Floats:
        """z-scores of cosine over the pool of both signals; what is in neither counts as the pool's worst."""
        library, vectors = self.library, self.vectors
        if vectors is None:
            return np.zeros(len(visible), dtype=np.float32)
        keys = {key_of(vectors.model, library.entry(library.passages[n])): int(n) for n in pool if visible[n]}
        try:
            vector = vectors.embeddings.embed_query(asked.text)
            if self.tuning:
                vector = self.tuning.turned(vector)
            near = vectors.similar(vector, labels, DENSE_POOL)
            known = vectors.vectors([key for key in keys if key not in near])
        except Exception:  # keywords alone answer this one; the index is built anew before the next
            log.exception("the vector index cannot be read", extra={"action": "index.broken"})
            vectors.distrust()
            return np.zeros(len(visible), dtype=np.float32)
        length = float(np.linalg.norm(vector)) or 1.0
        cosines = np.full(len(library.passages), np.nan, dtype=np.float32)
        for key, cosine in near.items():
            for number in library.numbers_of(key, vectors.model):
                cosines[number] = cosine
        for key, stored in known.items():
            for number in library.numbers_of(key, vectors.model):
                cosines[number] = float(stored @ np.asarray(vector)) / (length * (float(np.linalg.norm(stored)) or 1.0))
        cosines[~visible] = np.nan
        seen = cosines[~np.isnan(cosines)]
        if len(seen) < 2:
            return np.zeros(len(cosines), dtype=np.float32)
        scaled = (cosines - seen.mean()) / max(float(seen.std()), 1e-6)
        filled: Floats = np.nan_to_num(scaled, nan=float(np.nanmin(scaled))).astype(np.float32)
        return filled

    def hit(self, number: int, documents: Mapping[int, str], score: float) -> Hit:
        """A passage with its document and the standing it has."""
        passage = self.library.passages[number]
        document = self.library.documents[passage.document_id]
        return Hit(passage, document, documents[document.id], score, number)


def _best(scores: Floats, count: int) -> list[int]:
    order = np.argsort(-scores, kind="stable")[:count]
    return [int(number) for number in order if scores[number] > 0]


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
