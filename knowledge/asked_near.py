"""How near the asked-for kind of thing stands to what it is asked of: a figure beside something else is no answer.

The sentence that says most of the question is set against the one that says most of it and holds a figure of the kind
asked for. Colloquial wording lowers both alike, so their ratio tells where the one says nothing of the other.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from knowledge.asked_for import thing_asked
from knowledge.characters import terms
from knowledge.documents.structure import sentences

if TYPE_CHECKING:
    from knowledge.answerability import Scene

OWN, BEFORE, ABOVE = 0.7, 0.2, 0.1
"""What a sentence's own words weigh, those with the sentence before it, and those with title and headings."""
FAR = 0.6
"""A ratio below this: the figure is of something else."""
LAST_PLACE = 9
FIGURE = re.compile(r"\d+")


@dataclass(frozen=True)
class Nearness:
    """`best` and `given`: how much of the question the best sentence says, and the best that holds the thing, 0 to 1;
    `place` of the latter among all, 0 = first, at most LAST_PLACE. `is_asked` is False where no such thing is asked."""

    is_asked: bool
    best: float
    given: float
    place: int

    @property
    def ratio(self) -> float:
        """given / best, 1 where nothing is asked or found."""
        return self.given / self.best if self.is_asked and self.best else 1.0

    @property
    def is_far(self) -> bool:
        """Whether the thing asked for stands nowhere near its subject."""
        return self.is_asked and self.ratio < FAR


def nearness(scene: "Scene") -> Nearness:
    """How near the thing asked for stands in the passages of `scene`."""
    told = sorted(_told(scene), key=lambda one: -one[0])
    thing = thing_asked(scene.asked.text)
    best = told[0][0] if told else 0.0
    if not thing:
        return Nearness(False, best, best, 0)
    known = set(FIGURE.findall(scene.asked.text))
    for place, (value, text) in enumerate(told):
        if any(not known & set(FIGURE.findall(found[0])) for found in re.finditer(thing, text)):
            return Nearness(True, best, value, min(place, LAST_PLACE))
    return Nearness(True, best, 0.0, LAST_PLACE)


def _told(scene: "Scene") -> list[tuple[float, str]]:
    """Every sentence found, with how much of the question it says."""
    found: list[tuple[float, str]] = []
    for hit in scene.hits:
        pieces: Sequence[str] = sentences(hit.passage.text)
        above = set(terms(" ".join((hit.document.title, hit.passage.heading, hit.passage.context))))
        before: set[str] = set()
        for piece in pieces:
            own = set(terms(piece))
            value = OWN * scene.said(own) + BEFORE * scene.said(own | before) + ABOVE * scene.said(own | above)
            found.append((value, piece))
            before = own
    return found
