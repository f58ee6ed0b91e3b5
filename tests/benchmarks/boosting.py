"""Gradient-boosted small trees in numpy, to train the answerability reader; a tree is nested lists of numbers."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
BINS = 24


@dataclass(frozen=True)
class Settings:
    """How trees grow."""

    trees: int = 120
    depth: int = 3
    rate: float = 0.08
    smallest: float = 12.0
    """Least sum of hessians in a leaf."""
    penalty: float = 4.0


def train(rows: Matrix, labels: NDArray[np.int64], weights: Matrix, settings: Settings) -> tuple[list[Any], float]:
    """Trees as [feature, limit, low, high] or a leaf's number, and the starting value."""
    edges = [np.unique(np.quantile(rows[:, n], np.linspace(0, 1, BINS + 1)[1:-1])) for n in range(rows.shape[1])]
    binned = np.stack([np.searchsorted(edge, rows[:, n], side="left") for n, edge in enumerate(edges)], axis=1)
    share = float((labels * weights).sum() / weights.sum())
    start = float(np.log(share / (1 - share)))
    values = np.full(len(labels), start)
    trees = []
    for _ in range(settings.trees):
        chances = 1 / (1 + np.exp(-values))
        slope, bend = weights * (labels - chances), weights * chances * (1 - chances)
        tree = _grow(binned, edges, slope, bend, np.arange(len(labels)), settings.depth, settings)
        values += np.asarray([leaf(tree, row) for row in rows])
        trees.append(tree)
    return trees, start


def leaf(tree: Any, row: Matrix) -> float:
    """The leaf a row falls into."""
    while isinstance(tree, list):
        tree = tree[2] if row[tree[0]] <= tree[1] else tree[3]
    return float(tree)


def area(labels: NDArray[np.int64], scores: Matrix) -> float:
    """Area under the curve; ties count half."""
    order = np.argsort(scores, kind="stable")
    ranks = np.empty(len(scores))
    ranks[order] = np.arange(1, len(scores) + 1)
    for value in np.unique(scores[np.concatenate([[False], np.diff(np.sort(scores)) == 0])]):
        ranks[scores == value] = ranks[scores == value].mean()
    ones = int(labels.sum())
    zeros = len(labels) - ones
    return float((ranks[labels == 1].sum() - ones * (ones + 1) / 2) / (ones * zeros))


def _grow(binned: Any, edges: Any, slope: Matrix, bend: Matrix, inside: Any, depth: int, settings: Settings) -> Any:
    total, curve = slope[inside].sum(), bend[inside].sum()
    value = round(float(settings.rate * total / (curve + settings.penalty)), 4)
    if depth == 0 or curve < 2 * settings.smallest:
        return value
    found = _split(binned, edges, slope, bend, inside, settings)
    if found is None:
        return value
    feature, place = found
    low = binned[inside, feature] <= place
    return [
        feature,
        round(float(edges[feature][place]), 5),
        _grow(binned, edges, slope, bend, inside[low], depth - 1, settings),
        _grow(binned, edges, slope, bend, inside[~low], depth - 1, settings),
    ]


def _split(binned: Any, edges: Any, slope: Matrix, bend: Matrix, inside: Any, settings: Settings) -> Any:
    best, where = 0.05, None
    total, curve = slope[inside].sum(), bend[inside].sum()
    base = total**2 / (curve + settings.penalty)
    for feature, edge in enumerate(edges):
        if not len(edge):
            continue
        bins = binned[inside, feature]
        gained = np.cumsum(np.bincount(bins, slope[inside], len(edge) + 1))[:-1]
        curved = np.cumsum(np.bincount(bins, bend[inside], len(edge) + 1))[:-1]
        enough = (curved >= settings.smallest) & (curve - curved >= settings.smallest)
        gains = gained**2 / (curved + settings.penalty) + (total - gained) ** 2 / (curve - curved + settings.penalty)
        gains = np.where(enough, gains - base, 0.0)
        place = int(np.argmax(gains))
        if gains[place] > best:
            best, where = float(gains[place]), (feature, place)
    return where
