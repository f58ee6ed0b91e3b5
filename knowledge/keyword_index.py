"""Chinese BM25 over characters and pairs. Statistics are those of the visible texts only, so that nothing about the
others shows in a score: neither how many there are nor what words they use."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.characters import terms

K1 = 1.2
B = 0.75
Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class KeywordIndex:
    """Postings of `size` texts: for term t, texts `owners[starts[t]:starts[t+1]]` hold it `counts[...]` times."""

    vocabulary: Mapping[str, int]
    starts: NDArray[np.int64]
    owners: NDArray[np.int32]
    counts: Floats
    lengths: Floats

    @property
    def size(self) -> int:
        """How many texts are indexed."""
        return len(self.lengths)

    def scores(self, query: Mapping[str, float], visible: Mask) -> Floats:
        """BM25 of every text, shape (size,), 0 where invisible; `query` gives each term's weight."""
        total = np.zeros(self.size, dtype=np.float32)
        present = int(visible.sum())
        if not present:
            return total
        norms = K1 * (1 - B + B * self.lengths / max(float(self.lengths[visible].mean()), 1.0))
        for term, weight in query.items():
            owners, counts = self._postings(term)
            shown = visible[owners]
            holders = int(shown.sum())
            if not holders:
                continue
            owners, counts = owners[shown], counts[shown]
            total[owners] += weight * rarity(holders, present) * counts * (K1 + 1) / (counts + norms[owners])
        return total

    def rarities(self, query: Sequence[str], visible: Mask) -> dict[str, float]:
        """How telling each term is among the visible texts; a term none of them holds is the most telling."""
        present = int(visible.sum())
        return {term: rarity(int(visible[self._postings(term)[0]].sum()), present) for term in query}

    def _postings(self, term: str) -> tuple[NDArray[np.int32], Floats]:
        number = self.vocabulary.get(term)
        if number is None:
            return self.owners[:0], self.counts[:0]
        part = slice(int(self.starts[number]), int(self.starts[number + 1]))
        return self.owners[part], self.counts[part]


def rarity(holders: int, present: int) -> float:
    """BM25's inverse document frequency, never negative."""
    return float(np.log1p((present - holders + 0.5) / (holders + 0.5)))


def build(texts: Sequence[str]) -> KeywordIndex:
    """Index `texts`; about a million characters a second and core."""
    vocabulary: dict[str, int] = {}
    term_numbers: list[int] = []
    owners: list[int] = []
    counts: list[int] = []
    lengths = np.zeros(len(texts), dtype=np.float32)
    for owner, text in enumerate(texts):
        counted = Counter(terms(text))
        lengths[owner] = sum(counted.values())
        term_numbers += [vocabulary.setdefault(term, len(vocabulary)) for term in counted]
        owners += [owner] * len(counted)
        counts += counted.values()
    numbers = np.asarray(term_numbers, dtype=np.int64)
    order = np.argsort(numbers, kind="stable")
    starts = np.zeros(len(vocabulary) + 1, dtype=np.int64)
    np.cumsum(np.bincount(numbers, minlength=len(vocabulary)), out=starts[1:])
    return KeywordIndex(
        vocabulary,
        starts,
        np.asarray(owners, dtype=np.int32)[order],
        np.asarray(counts, dtype=np.float32)[order],
        lengths,
    )
