"""Confirmed pairs into a tuning: match them to passages, hold some back, fit, compare, put in force if better."""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

import numpy as np

from knowledge import tuning
from knowledge.asking import Asked, read_question
from knowledge.characters import squeezed
from knowledge.indexing import Shelf
from knowledge.keyword_index import Floats
from knowledge.library import Library
from knowledge.passage_vectors import PassageVectors
from knowledge.recall import Recall, recalled
from knowledge.retrieval import Finder
from knowledge.tuning import Tuning
from knowledge.view import View
from storage.errors import Refused

FEWEST = 40
LOOKED_AT = 20
HELD_BACK = 5
"""Every fifth question is held back for the figures before and after, and takes no part in anything else."""
FOLDS = 4
MOST_CHECKED = 200
"""Questions each setting is tried on, and those held back that are counted: their keyword scores fit in memory."""


class Setting(NamedTuple):
    """What is chosen by trying: how strongly the matrix is held to the identity, and two weights beside keywords."""

    strength: float = 3.0
    dense_weight: float = 0.3
    recall_weight: float = 0.3


GRID: dict[str, tuple[float, ...]] = {
    "strength": (0.3, 1.0, 10.0, 30.0),
    "recall_weight": (0.0, 0.15, 0.5, 1.0),
    "dense_weight": (0.12, 0.2, 0.45, 0.6),
}
"""What is tried beside the first setting, one after the other, each from the best so far."""


class Confirmed(NamedTuple):
    """A question and the places in the library that answer it."""

    question: str
    places: tuple[int, ...]


class Pair(NamedTuple):
    """A question and the piece of a document that answered it, as a person confirmed."""

    question: str
    document: str
    quote: str


class Fitted(NamedTuple):
    """What fitting came to; the scores are mean reciprocal ranks of the held-back pairs."""

    used: int
    unmatched: int
    held_back: int
    before: float
    after: float
    in_force: bool


def read_pairs(file: Path) -> list[Pair]:
    """The pairs of a JSON-lines file. Errors: Refused with the line that cannot be read."""
    try:
        text = file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"文件 {file.name} 读不到或不是 UTF-8 文本。") from error
    pairs = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            try:
                row = json.loads(line)
                pairs.append(Pair(str(row["question"]), str(row["document"]), str(row["quote"])))
            except (ValueError, KeyError, TypeError):
                raise Refused(f"{file.name} 第{number}行不是 question、document、quote 形式的 JSON。") from None
    return pairs


def fit(shelf: Shelf, pairs: Sequence[Pair], folder: Path) -> Fitted:
    """Fit on four fifths of the questions, compare on the last fifth, and put the tuning in force only if it helps there.

    Errors: Refused with fewer than 40 pairs that can be matched to a passage, or while vectors cannot be read.
    """
    finder = shelf.finder()
    places: dict[str, list[int]] = {}
    found = [(pair.question, place) for pair in pairs if (place := _passage_of(finder.library, pair)) is not None]
    for question, place in found:
        places.setdefault(question, []).append(place)
    if len(found) < FEWEST:
        raise Refused(f"能对应到段落的问答对只有{len(found)}条，至少需要{FEWEST}条。")
    if finder.vectors is None:
        raise Refused("向量索引现在不能读取，请稍后再试。")
    confirmed = [Confirmed(question, tuple(dict.fromkeys(own))) for question, own in places.items()]
    fitting = Fitting(finder.library, finder.vectors)
    whole, before, after = fitting.fitted(confirmed)
    if after > before:
        tuning.save(folder, whole, {"pairs": len(found), "before": before, "after": after})
    held_back = sum(len(one.places) for one in confirmed[::HELD_BACK])
    return Fitted(len(found), len(pairs) - len(found), held_back, before, after, after > before)


class Fitting:
    """Fitting over one library; remembers what no setting changes."""

    def __init__(self, library: Library, vectors: PassageVectors) -> None:
        self.library = library
        self.vectors = vectors
        self.keys = library.keys(vectors.model)
        self.remembered: dict[str, Floats] = {}
        self.embedded: dict[str, Floats] = {}

    def fitted(self, confirmed: Sequence[Confirmed]) -> tuple[Tuning, float, float]:
        """The tuning over all of `confirmed`, and mean reciprocal ranks of what was held back without and with one that
        never saw it."""
        self._embed(confirmed)
        held = confirmed[::HELD_BACK]
        others = [one for place, one in enumerate(confirmed) if place % HELD_BACK]
        setting = self.chosen(others)
        checked = held[:MOST_CHECKED]
        before = reciprocal_rank(self._finder(None, None), checked)
        after = reciprocal_rank(self._tuned(others, setting), checked)
        return self.tuning(confirmed, setting), before, after

    def chosen(self, confirmed: Sequence[Confirmed]) -> Setting:
        """The best setting by cross-validation: each question is tried with a tuning that never saw it."""
        folds = [
            (
                [one for place, one in enumerate(confirmed) if place % FOLDS != fold],
                confirmed[fold::FOLDS][: MOST_CHECKED // FOLDS],
            )
            for fold in range(FOLDS)
        ]
        matrices: dict[tuple[int, float], Floats] = {}
        recalls = [self._recall(used) for used, _ in folds]

        def score(setting: Setting) -> float:
            total = 0.0
            for fold, (used, tried) in enumerate(folds):
                key = (fold, setting.strength)
                if key not in matrices:
                    matrices[key] = self._matrix(used, setting.strength)
                one = Tuning(matrices[key], setting.dense_weight, self.vectors.model, setting.recall_weight)
                total += reciprocal_rank(self._finder(one, recalls[fold]), tried) * len(tried)
            return total / max(sum(len(tried) for _, tried in folds), 1)

        return best_setting(score)

    def tuning(self, confirmed: Sequence[Confirmed], setting: Setting) -> Tuning:
        """The tuning fitted on `confirmed` with this setting."""
        questions = tuple(one.question for one in confirmed)
        keys = tuple((place, self.keys[number]) for place, one in enumerate(confirmed) for number in one.places)
        matrix = self._matrix(confirmed, setting.strength)
        return Tuning(matrix, setting.dense_weight, self.vectors.model, setting.recall_weight, questions, keys)

    def _tuned(self, confirmed: Sequence[Confirmed], setting: Setting) -> Finder:
        return self._finder(self.tuning(confirmed, setting), self._recall(confirmed))

    def _finder(self, tuned: Tuning | None, recall: Recall | None) -> Finder:
        return RememberingFinder(self, tuned, recall)

    def _recall(self, confirmed: Sequence[Confirmed]) -> Recall:
        keys = [(place, self.keys[number]) for place, one in enumerate(confirmed) for number in one.places]
        return recalled(self.library, self.vectors.model, [one.question for one in confirmed], keys)

    def _matrix(self, confirmed: Sequence[Confirmed], strength: float) -> Floats:
        pairs = [
            (self.embedded[_as_asked(one.question).text], number)
            for one in confirmed
            for number in one.places
            if self.vectors.rows[number] < len(self.vectors.matrix) - 1
        ]
        questions = np.asarray([question for question, _ in pairs], dtype=np.float32)
        passages = self.vectors.matrix[self.vectors.rows[[number for _, number in pairs]]]
        return tuning.fitted_matrix(questions, passages, strength)

    def _embed(self, confirmed: Iterable[Confirmed]) -> None:
        texts = list(dict.fromkeys(_as_asked(one.question).text for one in confirmed))
        rows = np.asarray(self.vectors.embeddings.embed_documents(texts), dtype=np.float32)
        self.embedded = dict(zip(texts, rows, strict=True))


def best_setting(score: Callable[[Setting], float]) -> Setting:
    """The best setting by `score` along the grid; of equals the one tried first."""
    best = Setting()
    reached = score(best)
    for name, values in GRID.items():
        for setting in [best._replace(**{name: value}) for value in values]:
            gained = score(setting)
            if gained > reached:
                best, reached = setting, gained
    return best


class RememberingFinder(Finder):
    """A finder that keeps keyword scores and vectors of questions between tunings, which do not change them."""

    def __init__(self, fitting: Fitting, tuned: Tuning | None, recall: Recall | None) -> None:
        super().__init__(fitting.library, fitting.vectors, tuned, recall)
        self.fitting = fitting

    def by_keywords(self, asked: Asked, view: View) -> Floats:
        """As without tuning; each question is scored once."""
        if asked.text not in self.fitting.remembered:
            self.fitting.remembered[asked.text] = super().by_keywords(asked, view)
        return self.fitting.remembered[asked.text]

    def embedded(self, text: str, vectors: PassageVectors) -> Sequence[float] | Floats:  # noqa: ARG002
        """The vector computed when fitting began."""
        return self.fitting.embedded[text]


def reciprocal_rank(finder: Finder, confirmed: Sequence[Confirmed]) -> float:
    """Mean over questions and their passages of 1 / rank, within 20, over the whole library."""
    view = finder.library.whole()
    total = 0.0
    for question, places in confirmed:
        ranked = [number for number, _ in finder.rank(_as_asked(question), view, LOOKED_AT)]
        total += sum(1 / (ranked.index(place) + 1) for place in places if place in ranked) / len(places)
    return total / max(len(confirmed), 1)


def _as_asked(question: str) -> Asked:
    return read_question(question, date.max)[0]


def _passage_of(library: Library, pair: Pair) -> int | None:
    quote = squeezed(pair.quote)
    for number, passage in enumerate(library.passages):
        if library.documents[passage.document_id].name != pair.document or passage.outline:
            continue
        text = squeezed(passage.text)
        if quote and (quote in text or text in quote):
            return number
    return None
