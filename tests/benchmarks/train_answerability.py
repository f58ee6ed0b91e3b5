"""Train the answerability reader on public questions with and without the passage that answers them.

    python -m tests.benchmarks.train_answerability CMRC_FOLDER STARD_FOLDER [--out knowledge/answerability.json]

One command, no chance in it: the file written is exactly what ships. Each question is asked twice: of the whole set (kept
where a right passage is among the first five) and of the set without what answers it: of STARD all right articles, the
rest of their laws staying; of CMRC, cut into short pieces, only the best piece of the right text, so that its subject is
still spoken of. Questions held back (the development split of STARD; of CMRC every question about a quarter of the texts)
are only ever judged. Searched by keywords alone, so that no embedder decides what is learned. The file holds numbers, no
text. SLOPES and THRESHOLD are settings of this file, chosen on the development questions and two sets of our own.
"""

import argparse
import json
import random
import sys
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

if __package__ in (None, ""):  # run as a plain script
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from knowledge.answer_features import NAMES, features
from knowledge.answerability import WEIGHTS
from knowledge.asked_scene import Scene
from knowledge.asking import Asked, read_question
from knowledge.keyword_index import Mask, rarity
from knowledge.library import Library
from knowledge.retrieval import Finder, without_repeats
from tests.benchmarks.boosting import Settings, area, leaf, train
from tests.benchmarks.public_sets import PublicSet, library_of, read_set

SEED = 7
SEEN = 5
CMRC_PIECE = 150
CMRC_QUESTIONS = 1_300
CMRC_HELD_BACK = 4
"""One text in so many is held back with all its questions."""
CMRC_WEIGHT = 0.5
SETTINGS = Settings(trees=80, depth=3)
SLOPES = {
    NAMES.index(name): slope
    for name, slope in {
        "exact kind missing in first": -0.5,
        "rule missing": -3.0,
        "year missing": -2.0,
        "given is far": -2.2,
        "version missing": -4.0,
        "members missing": -6.0,
        "masked": -4.0,
        "act missing": -5.0,
    }.items()
}
"""The asked-for kind of thing is missing; the rule named in 《》 is not registered; the year asked about is nowhere; the
figure or deed asked for stands far from its subject; the version; the members of a list; a masked date; the act asked
about. Public questions seldom have any of these."""
THRESHOLD = 0.13
SHARES = (0.05, 0.1, 0.15, 0.2, 0.3, 0.5)


@dataclass(frozen=True)
class Examples:
    """Features (cases, features), 1 = answered, and which cases are held back."""

    rows: Any
    labels: Any
    held: Any


def main() -> None:
    """Make the examples, train, judge, write."""
    arguments = _arguments()
    cmrc = read_set(arguments.cmrc)
    sets = {"stard": _stard(read_set(arguments.stard)), "cmrc": _cmrc(cmrc)}
    written = trained(sets)
    for name, found in written["held_back"].items():
        print(f"{name}: AUC {found['auc']:.3f} on {found['cases']} held-back cases; declined of the unanswered where")
        print("   " + ", ".join(f"{share} of the answered are: {value:.2f}" for share, value in found["curve"].items()))
    arguments.out.write_text(json.dumps(written, separators=(",", ":")) + "\n", "utf-8")


def trained(sets: Mapping[str, Examples]) -> dict[str, Any]:
    """The weights file: the reader, what it was made with, and how it does on what it has not seen."""
    seen = {name: (~part.held, CMRC_WEIGHT if name == "cmrc" else 1.0) for name, part in sets.items()}
    rows = np.concatenate([sets[name].rows[mask] for name, (mask, _) in seen.items()])
    labels = np.concatenate([sets[name].labels[mask] for name, (mask, _) in seen.items()])
    weights = np.concatenate([np.full(int(mask.sum()), weight) for mask, weight in seen.values()])
    trees, start = train(rows, labels, weights, SETTINGS)
    held = {name: (p.labels[p.held], _scores(trees, start, p.rows[p.held])) for name, p in sets.items()}
    held["both"] = tuple(np.concatenate(parts) for parts in zip(*held.values(), strict=True))  # type: ignore[assignment]
    return {
        **made_with(),
        "held_back": {name: _judged(*pair) for name, pair in held.items()},
        "start": start,
        "trees": trees,
    }


def made_with() -> dict[str, Any]:
    """What the weights file says of how it was made: the settings of this module."""
    return {
        "settings": {"seed": SEED, "cmrc_questions": CMRC_QUESTIONS, "cmrc_weight": CMRC_WEIGHT, **asdict(SETTINGS)},
        "slopes": {str(feature): slope for feature, slope in SLOPES.items()},
        "threshold": THRESHOLD,
    }


def _judged(labels: Any, scores: Any) -> dict[str, Any]:
    answered = np.sort(scores[labels == 1])
    curve = {}
    for share in SHARES:
        limit = answered[int(share * len(answered))]
        curve[str(share)] = round(float((scores[labels == 0] < limit).mean()), 3)
    return {"auc": round(area(labels, scores), 3), "cases": len(labels), "curve": curve}


def _stard(public: PublicSet) -> Examples:
    """STARD over the laws that answer any of its questions."""
    library, owners = library_of(public, cut=True)
    right = set().union(*public.relevant.values())
    laws = {passage.document_id for passage, owner in zip(library.passages, owners, strict=True) if owner in right}
    kept = [place for place, passage in enumerate(library.passages) if passage.document_id in laws]
    documents = [document for document in library.documents.values() if document.id in laws]
    smaller = Library(documents, [library.passages[place] for place in kept], 1)
    held = {name: name in public.held_back for name in public.queries}
    return _examples(public, smaller, [owners[place] for place in kept], held, len(public.queries), whole_text=True)


def _cmrc(public: PublicSet) -> Examples:
    library, owners = library_of(public, cut=True, longest=CMRC_PIECE)
    held = {name: zlib.crc32(min(public.relevant[name]).encode()) % CMRC_HELD_BACK == 0 for name in public.queries}
    return _examples(public, library, owners, held, CMRC_QUESTIONS, whole_text=False)


def _examples(
    public: PublicSet, library: Library, owners: list[str], held: Mapping[str, bool], count: int, *, whole_text: bool
) -> Examples:
    finder = Finder(library, None)
    names = sorted(public.queries)
    random.Random(SEED).shuffle(names)
    rows, labels, kept_back = [], [], []
    for name in names[:count]:
        asked, _ = read_question(public.queries[name], date(2026, 1, 1))
        for row, label in _pair(finder, asked, np.asarray(owners), public.relevant[name], whole_text):
            rows.append(row)
            labels.append(label)
            kept_back.append(held[name])
    return Examples(np.asarray(rows), np.asarray(labels), np.asarray(kept_back))


def _pair(
    finder: Finder, asked: Asked, owners: Any, right: frozenset[str], whole_text: bool
) -> Iterator[tuple[Any, int]]:
    """The question with what answers it, where that is found, and without."""
    is_right = np.isin(owners, sorted(right))
    scene, found = scene_of(finder, asked, np.ones(len(owners), dtype=np.bool_))
    answering = [number for number in found[:SEEN] if is_right[number]]
    if answering:
        yield features(scene), 1
    without = ~is_right
    if answering and not whole_text:
        without = np.ones(len(owners), dtype=np.bool_)
        without[answering[0]] = False
    yield features(scene_of(finder, asked, without)[0]), 0


def scene_of(finder: Finder, asked: Asked, visible: Mask) -> tuple[Scene, list[int]]:
    """What the reader sees of a question over the `visible` passages, and the numbers of the passages found."""
    view = finder.library.view_of_passages(dict.fromkeys(finder.library.documents, "unknown"), visible)
    hits = without_repeats(
        [finder.hit(number, view.documents, score) for number, score in finder.rank(asked, view, 15)]
    )[:12]
    rarities = view.keywords.rarities(asked.weights)
    return Scene(asked, hits, rarities, rarity(0, view.keywords.present)), [hit.number for hit in hits]


def _scores(trees: list[Any], start: float, rows: Any) -> Any:
    sloped = sum(slope * rows[:, feature] for feature, slope in SLOPES.items())
    return np.asarray([start + sum(leaf(tree, row) for tree in trees) for row in rows]) + sloped


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cmrc", type=Path)
    parser.add_argument("stard", type=Path)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
