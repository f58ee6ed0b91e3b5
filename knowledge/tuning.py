"""Fitting the search to an organisation's own confirmed question → passage pairs, and taking it back.

One ridge matrix turns question vectors towards the passages that answered them, and the questions are remembered for
others like them (`recall`). Nothing else changes, and the shipped state is one file away.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.keyword_index import Floats

FILE = "tuning.npz"
BEFORE = "tuning.before.npz"


@dataclass(frozen=True)
class Tuning:
    """A fitted state: q → q @ matrix, the weights of vectors and of confirmed questions beside keywords."""

    matrix: Floats
    dense_weight: float
    model: str
    recall_weight: float = 0.0
    questions: tuple[str, ...] = ()
    keys: tuple[tuple[int, str], ...] = ()
    """(Place in `questions`, key of a passage that answered it)."""

    def turned(self, vector: Sequence[float] | Floats) -> list[float]:
        """A question's vector as the passages see it, of length one."""
        changed = np.asarray(vector, dtype=np.float32) @ self.matrix
        length = float(np.linalg.norm(changed)) or 1.0
        return [float(value) / length for value in changed]


def fitted_matrix(questions: Floats, passages: Floats, strength: float) -> Floats:
    """The matrix W that brings `questions` @ W near `passages`, held to the identity by `strength`: shape (d, d)."""
    width = questions.shape[1]
    held = strength * np.eye(width, dtype=np.float64)
    left = questions.T.astype(np.float64) @ questions + held
    right = questions.T.astype(np.float64) @ passages + held
    solved: Floats = np.linalg.solve(left, right).astype(np.float32)
    return solved


def save(folder: Path, tuning: Tuning, about: Mapping[str, Any]) -> None:
    """Put a tuning in force; the one before is kept for `take_back`."""
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / FILE).exists():
        (folder / FILE).replace(folder / BEFORE)
    fresh = folder / f"new-{FILE}"
    with fresh.open("wb") as file:
        np.savez(
            file,
            matrix=tuning.matrix,
            dense_weight=tuning.dense_weight,
            model=tuning.model,
            recall_weight=tuning.recall_weight,
            confirmed=json.dumps([tuning.questions, tuning.keys], ensure_ascii=False),
            about=json.dumps(dict(about), ensure_ascii=False),
        )
    fresh.replace(folder / FILE)


def take_back(folder: Path) -> bool:
    """Go back to the tuning before, or to the shipped state; False where nothing was tuned."""
    if not (folder / FILE).exists():
        return False
    (folder / FILE).unlink()
    if (folder / BEFORE).exists():
        (folder / BEFORE).replace(folder / FILE)
    return True


def in_force(folder: Path, model: str) -> Tuning | None:
    """The tuning of this folder, where there is one for this embedder."""
    file = folder / FILE
    if not file.exists():
        return None
    with np.load(file, allow_pickle=False) as held:
        if str(held["model"]) != model:
            return None
        matrix, weight = held["matrix"].astype(np.float32), float(held["dense_weight"])
        if "confirmed" not in held:  # written before questions were remembered
            return Tuning(matrix, weight, model)
        questions, keys = json.loads(str(held["confirmed"]))
        pairs = tuple((int(place), str(key)) for place, key in keys)
        return Tuning(matrix, weight, model, float(held["recall_weight"]), tuple(map(str, questions)), pairs)
