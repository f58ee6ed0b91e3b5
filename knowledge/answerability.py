"""Does the asked-for thing stand in what was found, about the asked-for subject? A small reader, without a model.

The whole of `answerability.json` is the output of `python -m tests.benchmarks.train_answerability`: trees grown on public
questions, and the threshold and the weights of single checks as that trainer sets them.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.answer_features import features
from knowledge.asked_scene import Scene

WEIGHTS = Path(__file__).with_name("answerability.json")


@dataclass(frozen=True)
class Reader:
    """Boosted small trees over the features, and slopes of single ones: `probability` that the passages answer."""

    trees: tuple[Any, ...]
    start: float
    slopes: Mapping[int, float]

    def probability(self, scene: Scene) -> float:
        """Between 0 and 1; compare it with the threshold of the weights file."""
        row = features(scene)
        total = self.start + sum(_leaf(tree, row) for tree in self.trees)
        total += sum(slope * row[feature] for feature, slope in self.slopes.items())
        return float(1 / (1 + np.exp(-total)))


def _leaf(tree: Any, row: NDArray[np.float64]) -> float:
    while isinstance(tree, list):
        feature, limit, low, high = tree
        tree = low if row[feature] <= limit else high
    return float(tree)


@cache
def shipped_reader() -> tuple[Reader, float]:
    """The reader of the weights file and the threshold below which an answer is declined."""
    held = json.loads(WEIGHTS.read_text("utf-8"))
    slopes = {int(feature): float(slope) for feature, slope in held["slopes"].items()}
    return Reader(tuple(held["trees"]), float(held["start"]), slopes), float(held["threshold"])


def is_answered(scene: Scene) -> bool:
    """Whether to answer from what was found or to say that there is no basis."""
    if not scene.hits:
        return False
    reader, threshold = shipped_reader()
    return reader.probability(scene) >= threshold
