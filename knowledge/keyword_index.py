"""Chinese BM25 over characters and pairs. Statistics are those of the visible texts only, so that nothing about the
others shows in a score: neither how many there are nor what words they use."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.term_counts import blocks

K1 = 1.2
B = 0.75
EMPTY_PART = np.zeros(0, dtype=np.int32)
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

    def seen_by(self, visible: Mask) -> "KeywordView":
        """The index as somebody sees it who may see only the `visible` texts; one pass over all postings."""
        present = int(visible.sum())
        average = float(self.lengths[visible].mean()) if present else 0.0
        norms = (K1 * (1 - B + B * self.lengths / max(average, 1.0))).astype(np.float32)
        if present == self.size:
            holders = np.diff(self.starts)
        else:
            holders = np.add.reduceat(visible[self.owners], self.starts[:-1], dtype=np.int64)
        return KeywordView(self, visible, present, norms, holders.astype(np.int32))

    def holding(self, words: Collection[str]) -> NDArray[np.int32]:
        """The texts that hold every one of `words` (terms of the index), in order; all texts where there are none."""
        found = np.arange(self.size, dtype=np.int32)
        for word in words:
            found = np.intersect1d(found, self.postings(word)[0], assume_unique=True)
        return found

    def number_of(self, term: str) -> int | None:
        """The number of a term; None where no text holds it."""
        return self.vocabulary.get(term)

    def postings(self, term: str) -> tuple[NDArray[np.int32], Floats]:
        """The texts that hold `term`, and how often each does."""
        number = self.vocabulary.get(term)
        if number is None:
            return self.owners[:0], self.counts[:0]
        part = slice(int(self.starts[number]), int(self.starts[number + 1]))
        return self.owners[part], self.counts[part]


@dataclass(frozen=True)
class KeywordView:
    """An index with the statistics of its `visible` texts; a question touches the postings of its own terms only."""

    index: KeywordIndex
    visible: Mask
    present: int
    norms: Floats
    """What BM25 adds to the count of a term, for each text."""
    holders: NDArray[np.int32]
    """How many visible texts hold each term."""

    def scores(self, query: Mapping[str, float]) -> Floats:
        """BM25 of every text, shape (size,), 0 where invisible; `query` gives each term's weight."""
        total = np.zeros(self.index.size, dtype=np.float32)
        for term, weight in query.items():
            owners, counts = self.index.postings(term)
            telling = weight * self.rarity(term) * (K1 + 1)
            total[owners] += np.float32(telling) * counts / (counts + self.norms[owners])
        return total if self.present == self.index.size else np.where(self.visible, total, np.float32(0))

    def rarity(self, term: str) -> float:
        """How telling a term is among the visible texts; one that none of them holds is the most telling."""
        number = self.index.number_of(term)
        return rarity(int(self.holders[number]) if number is not None else 0, self.present)

    def rarities(self, query: Iterable[str]) -> dict[str, float]:
        """How telling each term is."""
        return {term: self.rarity(term) for term in query}


def rarity(holders: int, present: int) -> float:
    """BM25's inverse document frequency, never negative."""
    return float(np.log1p((present - holders + 0.5) / (holders + 0.5)))


def build(texts: Sequence[str]) -> KeywordIndex:
    """Index `texts`; about two and a half million characters a second and core."""
    vocabulary: dict[str, int] = {}
    numbers, owners, counts = [EMPTY_PART], [EMPTY_PART], [EMPTY_PART]
    lengths = np.zeros(len(texts), dtype=np.float32)
    for start, block in blocks(texts):
        known = np.asarray([vocabulary.setdefault(term, len(vocabulary)) for term in block.terms], dtype=np.int32)
        numbers.append(known[block.numbers])
        owners.append(block.owners + np.int32(start))
        counts.append(block.counts.astype(np.int32))
        lengths[start : start + len(block.lengths)] = block.lengths
    every = np.concatenate(numbers)
    starts = np.zeros(len(vocabulary) + 1, dtype=np.int64)
    np.cumsum(np.bincount(every, minlength=len(vocabulary)), out=starts[1:])
    # by term and then by text: sorting number and place as one is many times as fast as sorting places by number
    order = np.sort(every.astype(np.uint64) << 32 | np.arange(len(every), dtype=np.uint64)) & 0xFFFFFFFF
    return KeywordIndex(
        vocabulary,
        starts,
        np.concatenate(owners)[order],
        np.concatenate(counts)[order].astype(np.float32),
        lengths,
    )
