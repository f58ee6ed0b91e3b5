"""How near the asked-for kind of thing stands to what it is asked of: a figure beside something else is no answer.

The sentence that says most of the question is set against the one that says most of it and holds a figure of the kind
asked for. Colloquial wording lowers both alike, so their ratio tells where the one says nothing of the other.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from knowledge.asked_acts import deed_asked
from knowledge.asked_for import thing_asked
from knowledge.asking import ASKS
from knowledge.characters import terms
from knowledge.documents.structure import sentences

if TYPE_CHECKING:
    from knowledge.asked_scene import Scene
    from knowledge.retrieval import Hit

OWN, BEFORE, ABOVE = 0.7, 0.2, 0.1
"""What a sentence's own words weigh, those with the sentence before it, and those with title and headings."""
FAR = 0.55
"""A ratio below this: the figure is of something else."""
FAR_DEED = 0.7
"""The same where the doer of a deed is asked for: its words stand in more places than a figure does."""
FAR_PARTS = 0.4
"""The same where the question asks several things, only one of them this."""
LAST_PLACE = 9
OPENING = re.compile(r"[:：]\s*$")
FIGURE = re.compile(r"\d+")


@dataclass(frozen=True)
class Nearness:
    """`best` and `given`: how much of the question the best sentence says, and the best that holds the thing, 0 to 1;
    `place` of the latter among all, 0 = first, at most LAST_PLACE; `far` the ratio below which it is of something else.
    `is_asked` is False where no such thing is asked."""

    is_asked: bool
    best: float
    given: float
    place: int
    far: float = FAR

    @property
    def ratio(self) -> float:
        """given / best, 1 where nothing is asked or found."""
        return self.given / self.best if self.is_asked and self.best else 1.0

    @property
    def is_far(self) -> bool:
        """Whether the thing asked for stands nowhere near its subject."""
        return self.is_asked and self.ratio < self.far


def nearness(scene: "Scene") -> Nearness:
    """How near the thing asked for stands in the passages of `scene`."""
    told = told_by(scene)
    thing = thing_asked(scene.asked.text)
    best = told[0][0] if told else 0.0
    far = FAR_PARTS if scene.asked.parts else FAR_DEED if thing == deed_asked(scene.asked.text) else FAR
    if not thing:
        return Nearness(False, best, best, 0)
    known = set(FIGURE.findall(scene.asked.text))
    for place, (value, text, _) in enumerate(told):
        if any(not known & set(FIGURE.findall(found[0])) for found in re.finditer(thing, text)):
            return Nearness(True, best, value, min(place, LAST_PLACE), far)
    return Nearness(True, best, 0.0, LAST_PLACE, far)


def question_over(hit: "Hit") -> str:
    """The question a passage answers, where it stands under one (常见问题, 答记者问); else ''."""
    heading = hit.passage.heading
    return heading if ASKS.search(heading.rstrip("?？。 ")) else ""


def told_by(scene: "Scene") -> list[tuple[float, str, str]]:
    """Every sentence found with how much of the question it says, most first, and the question it answers."""
    found: list[tuple[float, str, str]] = []
    for hit in scene.hits:
        pieces: Sequence[str] = sentences(hit.passage.text)
        above = set(terms(" ".join((hit.document.title, hit.passage.heading, hit.passage.context))))
        asked = set(terms(question_over(hit)))  # an answer says what it is asked
        before: set[str] = set()
        for place, piece in enumerate(pieces):
            own = set(terms(piece)) | asked
            if OPENING.search(piece):  # what opens a list is said of each of its items
                own |= set(terms("\n".join(pieces[place + 1 :])))
            value = OWN * scene.said(own) + BEFORE * scene.said(own | before) + ABOVE * scene.said(own | above)
            found.append((value, piece, question_over(hit)))
            before = own
    return sorted(found, key=lambda one: -one[0])
