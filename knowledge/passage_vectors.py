"""The vectors of a library's passages in memory: exact cosines by one product, whatever the size of the answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from knowledge.keyword_index import Floats
from knowledge.vector_index import VectorIndex


@dataclass(frozen=True)
class PassageVectors:
    """Row `rows[n]` of `matrix` is the vector of passage n, of length one; the last row stands for what is not there.

    A million numbers are 4 MB: 60,000 passages with the embedder that ships take 123 MB.
    """

    embeddings: Embeddings
    model: str
    matrix: Floats
    rows: NDArray[np.int32]
    places: Mapping[str, int]
    """The row of each key of the vector index."""

    def cosines(self, vector: Sequence[float] | Floats) -> Floats:
        """The cosine of `vector` with every passage, shape (passages,); not a number where a vector is missing."""
        if not self.places:
            return np.full(len(self.rows), np.nan, dtype=np.float32)
        asked = np.asarray(vector, dtype=np.float32)
        unit = asked / (float(np.linalg.norm(asked)) or 1.0)
        # einsum, not @: as fast on one processor, where BLAS would wait for threads on all of them
        found: Floats = np.einsum("ij,j->i", self.matrix, unit)[self.rows]
        return found


def read_from(index: VectorIndex, keys: Sequence[str], before: PassageVectors | None = None) -> PassageVectors:
    """The vectors of passages with these `keys`, one each; what `before` holds already is not read again."""
    wanted = dict.fromkeys(keys)
    held = {key: before.places[key] for key in wanted if key in before.places} if before else {}
    fresh, read = index.vectors([key for key in wanted if key not in held])
    places = {key: row for row, key in enumerate((*held, *fresh))}
    width = read.shape[1] if len(fresh) or before is None else before.matrix.shape[1]
    matrix = np.empty((len(places) + 1, width), dtype=np.float32)
    if before is not None:
        matrix[: len(held)] = before.matrix[list(held.values()), :width] if held else 0.0
    matrix[len(held) : -1] = unit_rows(read)
    matrix[-1] = np.nan
    rows = np.asarray([places.get(key, len(places)) for key in keys], dtype=np.int32)
    return PassageVectors(index.embeddings, index.model, matrix, rows, places)


def carried_over(before: PassageVectors, keys: Sequence[str]) -> PassageVectors:
    """The vectors there are for passages with these `keys`; those of the others are missing for now."""
    missing = len(before.matrix) - 1
    return replace(before, rows=np.asarray([before.places.get(key, missing) for key in keys], dtype=np.int32))


def of_matrix(embeddings: Embeddings, model: str, matrix: Floats) -> PassageVectors:
    """Vectors that lie in no index, one row of `matrix` for each passage."""
    whole = np.vstack([unit_rows(matrix), np.full((1, matrix.shape[1]), np.nan, dtype=np.float32)])
    places = {str(row): row for row in range(len(matrix))}
    return PassageVectors(embeddings, model, whole, np.arange(len(matrix), dtype=np.int32), places)


def unit_rows(matrix: Floats) -> Floats:
    """Rows of length one; a row of zeros stays one."""
    scaled: Floats = matrix / np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), 1e-6)
    return scaled.astype(np.float32)
