"""Does the asked-for thing stand in what was found, about the asked-for subject? A small reader, without a model.

It looks at the question and the passages found for it: the kind of thing asked for (a quantity and its unit, a time, a
body, a yes or no, a list), how much of the subject stands together, what is missing from it.
The whole of `answerability.json` is the output of `python -m tests.benchmarks.train_answerability`: trees grown on public
questions, and the threshold and the weights of single checks as that trainer sets them.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge import asked_for
from knowledge.asked_acts import act_missing
from knowledge.asked_near import LAST_PLACE, nearness, question_over, told_by
from knowledge.asking import ASKING, THEN, Asked
from knowledge.characters import squeezed, terms
from knowledge.documents.structure import sentences
from knowledge.retrieval import Hit

WEIGHTS = Path(__file__).with_name("answerability.json")
LOOKED_AT = 5
NUMBER = r"[0-9〇零一二两三四五六七八九十百千万亿点.]+"


@dataclass(frozen=True)
class Wanted:
    """A kind of answer: how questions ask for it and what a text holds that gives it."""

    name: str
    asked: re.Pattern[str]
    given: re.Pattern[str]


def _wanted(name: str, asked: str, given: str) -> Wanted:
    return Wanted(name, re.compile(asked), re.compile(given))


KINDS = (
    _wanted(
        "money",
        r"多少钱|几块|几元|多少元|花费|价格|报[多销]少|标准是多少|经费.{0,4}多少|罚款.{0,4}多少",
        rf"{NUMBER}\s*(?:余|多)?(?:万|亿)?元|%",
    ),
    _wanted("people", r"多少人|几个人|几人|几名|多少名|几位", rf"{NUMBER}\s*(?:余|多)?(?:人|名|位)"),
    _wanted("share", r"百分之|比例|占比|几分之|多大比", rf"{NUMBER}\s*[%％]|分之|{NUMBER}/{NUMBER}"),
    _wanted(
        "times",
        r"几次|多少次|多久.{0,6}一次|几回|多少场|频次|多长时间.{0,4}一次",
        rf"{NUMBER}\s*(?:余|多)?(?:人)?次|每[半一两]?[年季月周]|每季度|定期",
    ),
    _wanted(
        "length",
        r"多久|多长时间|几[天日年周]|几个(?:月|星期|工作日|小时|学期)|期限|多少[天日年]|几小时|多少(?:小时|分钟)|几分钟|"
        r"最长|最短|时限|之内|以内",
        rf"{NUMBER}\s*(?:个)?(?:年|月|日|天|小时|分钟|周|工作日|学时|学期)|半年|当[日天场]|立即|及时",
    ),
    _wanted("minutes", r"分钟|小时|几点", rf"{NUMBER}\s*(?:分钟|小时|时|点)"),
    _wanted(
        "moment",
        r"什么时候|何时|哪[一]?[年天月日]|几月|几号|哪个(?:时间|月|年)|啥时候|时间是",
        rf"{NUMBER}\s*(?:年|月|日|时)|年底|年初|之日|[前后]",
    ),
    _wanted(
        "count",
        r"几[个条项种类部份页点步级卷篇]|多少(?:个|条|项|种|部|份|页|级|卷|字|平)?|多大|多高",
        rf"{NUMBER}\s*(?:余|多)?[个条项种类部份页点步级卷篇平米升公字]|（[一二三]）",
    ),
    _wanted(
        "body",
        r"谁|哪个(?:部门|机关|单位|机构|组织|人)|哪[些几]?(?:部门|机关|单位|机构)|什么(?:部门|机关|单位|机构|人)|"
        r"由.{0,4}(?:谁|什么|哪)|找谁|归.{0,3}管",
        r"部门|机关|委员会|单位|机构|党委|党组|政府|书记|负责人|人民法院|局|厅|部|会|人员",
    ),
    _wanted(
        "yes_no",
        r"吗|是否|能否|可否|能不能|可不可以|是不是|有没有|要不要|行不行|对不对|还能|该不该|算不算",
        r"应当|应|不得|可以|必须|禁止|严禁|不准|不予|有权|需要|不能|一律|须|不再|给予|无需",
    ),
    _wanted(
        "list",
        r"哪[些几]|几[个条项种类方大]|有什么|包括|分别|内容|要求|条件|情形|种类",
        r"[一二三四五六]是|（[一二三四]）|[；;]|、.{1,12}、|第[一二三]",
    ),
    _wanted(
        "meaning",
        r"什么是|是什么意思|含义|定义|指(?:的是)?什么|是指|啥意思|是什么|叫什么",
        r"是指|所称|指的是|即|是|包括|——",
    ),
    _wanted(
        "way",
        r"怎么|怎样|如何|咋|程序|流程|步骤|怎么办|处理|方式",
        r"应当|应|按照|由|经|可以|通过|依照|根据|要|采取",
    ),
    _wanted(
        "reason",
        r"为什么|为何|原因|为啥|怎么来|目的|意义",
        r"因为|由于|为了?|目的|旨在|所以|是.{1,30}的|因",
    ),
    _wanted(
        "punishment",
        r"处分|处罚|后果|怎么罚|什么责任|判几年|怎么判",
        r"处分|处罚|罚款|责任|有期徒刑|警告|撤职|开除|赔偿|吊销",
    ),
)
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


EXACT = frozenset({"money", "people", "share", "times", "length", "minutes", "moment", "count"})


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
