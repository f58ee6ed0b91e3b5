"""Confirmed questions remembered: what answered a question before is looked at first when one like it is asked."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge import keyword_index
from knowledge.asking import Asked
from knowledge.keyword_index import Floats, KeywordIndex
from knowledge.library import Library
from knowledge.view import View


@dataclass(frozen=True)
class Recall:
    """Confirmed questions by keywords: pair n says that passage `passages[n]` answered question `asked[n]`."""

    questions: KeywordIndex
    asked: NDArray[np.int32]
    passages: NDArray[np.int32]

    def boosts(self, asked: Asked, view: View) -> Floats:
        """How much of what is asked stands in the questions each passage answered, summed over these, shape (passages,).

        Questions whose passages are not visible take no part in it, not in its statistics either.
        """
        found = np.zeros(len(view.visible), dtype=np.float32)
        shown = view.visible[self.passages]
        if not shown.any():
            return found
        known = np.zeros(self.questions.size, dtype=np.bool_)
        known[self.asked[shown]] = True
        seen = self.questions.seen_by(known)
        whole = sum(weight * seen.rarity(term) for term, weight in asked.weights.items())
        shares = np.minimum(seen.scores(asked.weights) / (whole or 1.0), 1.0)
        np.add.at(found, self.passages[shown], shares[self.asked[shown]])
        return found


def recalled(library: Library, model: str, questions: Sequence[str], keys: Sequence[tuple[int, str]]) -> Recall:
    """The questions over one library; `keys` are (place in `questions`, key of a passage in the vector index).

    A passage that reads otherwise now, or is for others, has another key: what was confirmed of it is forgotten.
    """
    places: dict[str, list[int]] = {}
    for number, key in enumerate(library.keys(model)):
        places.setdefault(key, []).append(number)
    pairs = [(question, number) for question, key in keys for number in places.get(key, ())]
    array = np.asarray(pairs, dtype=np.int32).reshape(len(pairs), 2)
    return Recall(keyword_index.build(questions), array[:, 0], array[:, 1])
