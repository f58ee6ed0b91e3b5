"""What the reader of answerability looks at: how much of the subject stands together, what is missing from it."""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from knowledge import asked_for
from knowledge.asked_acts import act_missing
from knowledge.asked_kinds import EXACT, KINDS
from knowledge.asked_near import LAST_PLACE, nearness, question_over, told_by
from knowledge.asked_scene import LOOKED_AT, Scene
from knowledge.asking import THEN
from knowledge.characters import squeezed, terms
from knowledge.documents.structure import sentences
from knowledge.retrieval import Hit

QUOTED = re.compile(r"《([^》]{2,40})》|“([^”]{2,20})”|\"([^\"]{2,20})\"")
YEAR = re.compile(r"(?:19|20)\d{2}")
FIGURE = re.compile(r"\d+(?:\.\d+)?")
NAMES = (
    *("sentence best", "sentence first", "passage best", "passage first", "headed best", "headed first", "headed mean"),
    *("first three together", "longest run", "longest run of the subject"),
    *("lacking in best", "lacking in three", "words unknown", "words nowhere", "run of said words"),
    *("score", "lead", "fall", "documents", "words", "several parts"),
    *("kind near", "kind in first", "a kind missing", "exact kind missing near", "exact kind missing in first"),
    *(f"asks {kind.name}" for kind in KINDS),
    "asks no kind",
    *(
        "name missing",
        "rule missing",
        "names something",
        "year missing",
        "names a year",
        "figure of the question missing",
    ),
    *("figure missing", "figure asked", "best said", "given said", "given to best", "place of given", "given is far"),
    *("version missing", "members missing", "masked", "act missing"),
)
"""What each number of `features` says, in their order."""


def features(scene: Scene) -> NDArray[np.float64]:
    """The numbers the reader decides by, shape (len(NAMES),)."""
    groups = (_together, _missing, _ranking, _kinds, _marks, _asked_for)
    return np.asarray([value for group in groups for value in group(scene)])


def _together(scene: Scene) -> list[float]:
    """How much of the subject stands in one sentence, one passage, the first three, with and without headings."""
    in_sentence, in_passage, with_heading = [], [], []
    union: set[str] = set()
    for place, hit in enumerate(scene.hits):
        text = hit.passage.text
        over = set(terms(question_over(hit)))
        words = set(terms(text)) | over
        around = set(terms("\n".join((hit.document.title, hit.passage.heading, hit.passage.context))))
        in_passage.append(scene.share(words))
        with_heading.append(scene.share(words | around))
        in_sentence.append(max((scene.share(set(terms(one)) | over) for one in sentences(text)), default=0.0))
        if place < 3:
            union |= words | around
    common = max((_longest(squeezed(scene.subject), squeezed(hit.passage.text)) for hit in scene.hits[:3]), default=0)
    return [
        max(in_sentence, default=0.0),
        in_sentence[0] if in_sentence else 0.0,
        max(in_passage, default=0.0),
        in_passage[0] if in_passage else 0.0,
        max(with_heading, default=0.0),
        with_heading[0] if with_heading else 0.0,
        float(np.mean(with_heading)) if with_heading else 0.0,
        scene.share(union),
        common / 10.0,
        common / max(len(squeezed(scene.subject)), 1),
    ]


def _missing(scene: Scene) -> list[float]:
    """The most telling words that do not stand in the best passages, and words no visible text holds."""
    if not scene.words or not scene.hits:
        return [1.0, 1.0, 1.0, 1.0, 0.0]
    top = max(scene.rarity.values()) or 1.0
    best = max(scene.hits[:3], key=lambda hit: scene.share(set(terms(_all_of(hit)))))
    held = set(terms(_all_of(best)))
    everywhere = set(terms("\n".join(_all_of(hit) for hit in scene.hits[:3])))
    lacking = [scene.rarity[word] for word in scene.words if word not in held]
    nowhere = [scene.rarity[word] for word in scene.words if word not in everywhere]
    unknown = [word for word in scene.words if scene.rarity[word] >= scene.unseen]
    runs = max((len(run) for run in re.split("1", "".join("1" if w in held else "0" for w in scene.words))), default=0)
    return [
        max(lacking, default=0.0) / top,
        max(nowhere, default=0.0) / top,
        len(unknown) / len(scene.words),
        len(nowhere) / len(scene.words),
        runs / 6.0,
    ]


def _ranking(scene: Scene) -> list[float]:
    """How far the best passage stands above the others, and how many documents share the top."""
    scores = [hit.score for hit in scene.hits] or [0.0]
    first = scores[0] or 1.0
    documents = {hit.document.id for hit in scene.hits}
    return [
        scores[0],
        1 - (scores[1] / first if len(scores) > 1 else 0.0),
        1 - scores[-1] / first,
        len(documents) / LOOKED_AT,
        len(scene.words) / 15.0,
        1.0 if len(scene.asked.parts) > 1 else 0.0,
    ]


def _kinds(scene: Scene) -> list[float]:
    """For the kind of thing asked for: whether it stands in the sentences that hold the subject."""
    text = scene.asked.text
    near = _near(scene)
    first = scene.hits[0].passage.text if scene.hits else ""
    asked = [kind for kind in KINDS if kind.asked.search(text)]
    given_near = [bool(kind.given.search(near)) for kind in asked]
    given_first = [bool(kind.given.search(first)) for kind in asked]
    exact = [kind for kind in asked if kind.name in EXACT]
    return [
        float(np.mean(given_near)) if asked else 0.5,
        float(np.mean(given_first)) if asked else 0.5,
        1.0 if asked and not all(given_near) else 0.0,
        1.0 if exact and not all(kind.given.search(near) for kind in exact) else 0.0,
        1.0 if exact and not all(kind.given.search(first) for kind in exact) else 0.0,
        *[1.0 if kind in asked else 0.0 for kind in KINDS],
        0.0 if asked else 1.0,
    ]


def _marks(scene: Scene) -> list[float]:
    """Names in quotation marks, years and figures of the question that what was found does not hold."""
    named = [next(part for part in found if part) for found in QUOTED.findall(scene.asked.text)]
    around = squeezed("\n".join(_all_of(hit) for hit in scene.hits[:3]))
    titles = squeezed("\n".join(hit.document.title for hit in scene.hits[:3]))
    is_title = [bool(re.search("[条例法定则见法知]$", name)) for name in named]
    years = YEAR.findall(THEN.sub(" ", scene.asked.text))  # 2019年的时候 names a period, not a thing asked for
    dated = around + "".join(f"{hit.document.issued}{hit.document.name}" for hit in scene.hits[:3])
    figures = [figure for figure in FIGURE.findall(scene.asked.text) if figure not in years]
    return [
        1.0 if any(squeezed(name) not in around for name in named) else 0.0,
        1.0
        if any(is_rule and squeezed(name) not in titles for name, is_rule in zip(named, is_title, strict=True))
        else 0.0,
        1.0 if named else 0.0,
        1.0 if any(year not in dated for year in years) else 0.0,
        1.0 if years else 0.0,
        1.0 if any(figure not in around for figure in figures) else 0.0,
    ]


def _asked_for(scene: Scene) -> list[float]:
    """What is missing of the thing asked for: the figure, its nearness, the version, the members; a masked date; the act."""
    question, hits = scene.asked.text, scene.hits[: asked_for.LOOKED_AT]
    pieces = asked_for.pieces_of(hits)
    near = nearness(scene)
    titles = [f"{hit.document.title} {hit.document.name} {hit.document.issued}" for hit in scene.hits]
    return [
        asked_for.figure_missing(question, pieces),
        float(near.is_asked),
        near.best,
        near.given,
        near.ratio,
        near.place / LAST_PLACE,
        float(near.is_far),
        asked_for.version_missing(question, titles),
        asked_for.members_missing(question, _by_document(hits)),
        asked_for.masked_away(question, pieces),
        act_missing(question, [text + over for _, text, over in told_by(scene)]),
    ]


def _by_document(hits: Sequence[Hit]) -> list[str]:
    """What was found of each document, in reading order."""
    texts: dict[int, list[tuple[int, str]]] = {}
    for hit in hits:
        texts.setdefault(hit.document.id, []).append((hit.number, hit.passage.text))
    return ["\n".join(text for _, text in sorted(found)) for found in texts.values()]


def _near(scene: Scene) -> str:
    """The sentences of the passages found that hold the most of the subject, with their neighbours."""
    scored = []
    for hit in scene.hits[:3]:
        pieces = sentences(hit.passage.text)
        for place, piece in enumerate(pieces):
            scored.append((scene.share(set(terms(piece))), "".join(pieces[max(0, place - 1) : place + 2])))
    scored.sort(key=lambda one: -one[0])
    return "\n".join(text for _, text in scored[:2])


def _all_of(hit: Hit) -> str:
    return "\n".join((hit.document.title, hit.passage.heading, hit.passage.context, hit.passage.text))


def _longest(short: str, long: str) -> int:
    """Length of the longest run of characters both hold."""
    best = 0
    for start in range(len(short)):
        while start + best < len(short) and short[start : start + best + 1] in long:
            best += 1
    return best
