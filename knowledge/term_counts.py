"""Counting the index terms of many texts at once, in arrays: what `Counter(terms(text))` says of each, more than twice as fast."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from knowledge.characters import EMPTY_CHARACTERS, folded

WORD = re.compile(r"[a-z0-9][a-z0-9.%+]*")
EMPTY = np.asarray(sorted(map(ord, EMPTY_CHARACTERS)), dtype=np.uint64)
OWNER_BITS = 12
CODE_BITS = 21
"""Enough for any character; a pair takes two, a word its number with the bit above set."""
BLOCK_TEXTS = 1 << OWNER_BITS
BLOCK_LENGTH = 1_000_000
"""Characters worked on at once: some 50 MB of arrays."""
Codes = NDArray[np.uint64]


class Counted(NamedTuple):
    """Which text holds which term how often, by term and then by text; `lengths` counts all terms of each text."""

    terms: list[str]
    numbers: NDArray[np.int32]
    """Places in `terms`."""
    owners: NDArray[np.int32]
    """Places in the texts counted."""
    counts: NDArray[np.int64]
    lengths: NDArray[np.int64]


def blocks(texts: Sequence[str]) -> Iterator[tuple[int, Counted]]:
    """`texts` counted in blocks, each with the place of its first text."""
    start, length = 0, 0
    for place, text in enumerate(texts):
        if place > start and (place - start == BLOCK_TEXTS or length + len(text) > BLOCK_LENGTH):
            yield start, counted(texts[start:place])
            start, length = place, 0
        length += len(text)
    if start < len(texts):
        yield start, counted(texts[start:])


def counted(texts: Sequence[str]) -> Counted:
    """The terms of at most `BLOCK_TEXTS` texts."""
    whole = "\n".join(map(folded, texts))  # folded texts have no line breaks
    codes = np.frombuffer(whole.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    owners = np.cumsum(codes == ord("\n"), dtype=np.uint64)
    chinese = ((codes >= 0x3400) & (codes <= 0x9FFF)) | ((codes >= 0x20000) & (codes <= 0x3FFFF))
    single = chinese & ~np.isin(codes, EMPTY)
    paired = chinese[:-1] & chinese[1:]
    words: dict[str, int] = {}
    places, numbered = [], []
    for found in WORD.finditer(whole):
        places.append(found.start())
        numbered.append(words.setdefault(found[0], len(words)) | 1 << 2 * CODE_BITS)
    pairs = codes[:-1][paired] << np.uint64(CODE_BITS) | codes[1:][paired]
    parts = (
        _packed(codes[single], owners[single]),
        _packed(pairs, owners[:-1][paired]),
        _packed(np.asarray(numbered, dtype=np.uint64), owners[np.asarray(places, dtype=np.intp)]),
    )
    packed = np.concatenate(parts)
    held, counts = np.unique(packed, return_counts=True)
    of_texts = (packed & (BLOCK_TEXTS - 1)).astype(np.int64)
    by_term: Codes = held >> np.uint64(OWNER_BITS)
    begins = np.ones(len(held), dtype=np.bool_)
    begins[1:] = by_term[1:] != by_term[:-1]
    return Counted(
        _spelt(by_term[begins], list(words)),
        (np.cumsum(begins) - 1).astype(np.int32),
        (held & (BLOCK_TEXTS - 1)).astype(np.int32),
        counts,
        np.bincount(of_texts, minlength=len(texts)),
    )


def _packed(codes: Codes, owners: Codes) -> Codes:
    return codes << np.uint64(OWNER_BITS) | owners


def _spelt(codes: Codes, words: list[str]) -> list[str]:
    """The terms behind `codes`."""
    lower = (1 << CODE_BITS) - 1
    found = []
    for code in codes.tolist():
        if code >> 2 * CODE_BITS:
            found.append(words[code & ((1 << 2 * CODE_BITS) - 1)])
        else:
            first = code >> CODE_BITS
            found.append(chr(first) + chr(code & lower) if first else chr(code))
    return found
