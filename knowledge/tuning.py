"""Fitting the search to an organisation's own confirmed question → passage pairs, and taking it back.

One ridge matrix turns question vectors towards the passages that answered them; its strength and the weight of vectors
in the fusion are chosen on pairs held back from the fit. Nothing else changes, and the shipped state is one file away.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.keyword_index import Floats

FILE = "tuning.npz"
BEFORE = "tuning.before.npz"
STRENGTHS = (1.0, 3.0, 10.0, 30.0)
FIRST_WEIGHT = 0.3
DENSE_WEIGHTS = (0.12, 0.2, 0.45, 0.6)
HELD_BACK = 5
"""Every fifth pair is held back."""


@dataclass(frozen=True)
class Tuning:
    """A fitted state: q → q @ matrix, and the weight of vectors beside keywords."""

    matrix: Floats
    dense_weight: float
    model: str
    strength: float = 0.0

    def turned(self, vector: Sequence[float]) -> list[float]:
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


def choose(
    questions: Floats,
    passages: Floats,
    held_back: Sequence[int],
    model: str,
    score: Callable[[Tuning], float],
) -> tuple[Tuning, float]:
    """The best tuning by `score` on the held-back pairs, fitted on the others: first the strength, then the weight."""
    held = set(held_back)
    used = [row for row in range(len(questions)) if row not in held]
    matrices = {strength: fitted_matrix(questions[used], passages[used], strength) for strength in STRENGTHS}
    first = [Tuning(matrix, FIRST_WEIGHT, model, strength) for strength, matrix in matrices.items()]
    best, reached = max(((tuning, score(tuning)) for tuning in first), key=lambda one: one[1])
    for weight in DENSE_WEIGHTS:
        tuning = replace(best, dense_weight=weight)
        gained = score(tuning)
        if gained > reached:
            best, reached = tuning, gained
    return best, reached


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
        return Tuning(held["matrix"].astype(np.float32), float(held["dense_weight"]), model)
