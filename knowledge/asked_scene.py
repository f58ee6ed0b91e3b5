"""A question with the passages found for it, and how much of it stands in given words."""

from collections.abc import Mapping, Sequence

from knowledge.asking import ASKING, Asked
from knowledge.characters import terms
from knowledge.retrieval import Hit

LOOKED_AT = 5


class Scene:
    """A question with the passages found for it: what the features are computed from.

    `rarities` says how telling each term is, `unseen` how telling one is that no visible text holds.
    """

    def __init__(self, asked: Asked, hits: Sequence[Hit], rarities: Mapping[str, float], unseen: float) -> None:
        self.asked = asked
        self.hits = hits[:LOOKED_AT]
        subject = ASKING.sub(" ", asked.text)
        self.subject = subject
        self.words = list(dict.fromkeys(term for term in terms(subject) if len(term) > 1))
        self.rarity = {word: rarities.get(word, 0.0) for word in self.words}
        self.whole = sum(self.rarity.values()) or 1.0
        self.unseen = unseen
        self._weights = {term: weight * rarities.get(term, 0.0) for term, weight in asked.weights.items()}
        self._all = sum(self._weights.values()) or 1.0

    def said(self, words: set[str]) -> float:
        """Share of the question's weight, synonyms included, that stands in `words`."""
        return sum(weight for term, weight in self._weights.items() if term in words) / self._all

    def share(self, words: set[str]) -> float:
        """Share of the subject's weight that stands in `words`."""
        return sum(self.rarity[word] for word in self.words if word in words) / self.whole
