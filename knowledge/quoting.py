"""Choosing what to quote: the sentences that answer, verbatim, whole lists, within a bound."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from knowledge.asking import Asked
from knowledge.characters import squeezed, terms
from knowledge.documents.structure import ORDINAL, POINT, SUBSECTION, sentences
from knowledge.retrieval import Hit
from storage.documents.queries import PassageFacts

BUDGET = 500
"""Characters of quotes that are looked for."""
BOUND = 600
"""Characters of quotes there may ever be in one answer, a list that must come whole included."""
SOURCES = 6
QUANTITY = re.compile(
    r"[0-9〇一二三四五六七八九十百千万]+\s*(?:年|个?月|日|天|小时|次|人|元|%|％|万|学时|平方米|岁|倍|分之|项|种|卷|公里|升|周|期|届|部|名|分钟|至|/)"
)
ASKS_QUANTITY = re.compile(
    r"多少|多久|多长|几[个年天次月日种人项名条岁]|几小时|几期|期限|比例|百分之|上限|最[长短多少高低]|不少于|不超过|何时|什么时候|哪年|哪一天|多大|多高"
)
CONTINUING = re.compile(
    r"其中|但是?[，,]?|不过|然而|并且?[应可须由]|同时[，,]|前款|上述|对此|因此|也就是|即[，,]|否则|逾期|"
    r"特殊情况|确需|确因|因特殊"
)
"""Sentences that qualify the one before: quoted without it they would mislead, and it without them."""
JOINED_LENGTH = 240
LIST_BONUS = 0.15
COUNTING = re.compile(r"[0-9二两三四五六七八九十](?:个|点|项|条|大|方面|种)[^，。；：]{0,12}[。：]$")
"""A sentence that says how many points follow."""
ADDRESSEES = re.compile(r"^[^。；\n]{12,}[、，][^。；\n]*[：:]$")
"""A line that names those a document is addressed to, or who is present: it answers nothing."""
ITEM = re.compile(rf"{SUBSECTION.pattern}|{POINT.pattern}|{ORDINAL.pattern}|[（(]?\d{{1,2}}[)）.．、](?!\d)")
"""How a line of a list begins."""


@dataclass(frozen=True)
class Quote:
    """A verbatim piece of one passage."""

    hit: Hit
    text: str


@dataclass(frozen=True)
class _Candidate:
    hit: Hit
    rank: int
    order: int
    text: str
    value: float
    words: frozenset[str]


def choose(
    asked: Asked,
    hits: Sequence[Hit],
    rarities: Mapping[str, float],
    following: Callable[[Hit], Sequence[PassageFacts]],
) -> list[Quote]:
    """The quotes for a question, best passage first; neighbouring sentences of one passage are one quote.

    `following` gives the passages behind a hit in its article or paragraph: a list cut in two is quoted whole.
    """
    if not hits:
        return []
    return _within(_joined(_greedy(_candidates(asked, hits[:SOURCES], rarities), BUDGET)), following)


def _within(quotes: Sequence[Quote], following: Callable[[Hit], Sequence[PassageFacts]]) -> list[Quote]:
    """Lists completed where there is room, and all of it held within the bound."""
    kept: list[Quote] = []
    room = BOUND
    for quote in quotes:
        text = quote.text if len(squeezed(quote.text)) <= room else _opening(quote.text, room)
        if not text:
            continue
        room -= len(squeezed(text))
        goes_on = text == quote.text and squeezed(quote.hit.passage.text).endswith(squeezed(text))
        for passage in following(quote.hit) if goes_on else ():
            if text.rstrip()[-1] not in "；：" or len(squeezed(passage.text)) > room:
                break
            items = _items(passage.text)
            text += "\n" + items
            room -= len(squeezed(items))
            if items != passage.text:
                break
        kept.append(Quote(quote.hit, text))
    return kept


def _items(text: str) -> str:
    """The rest of a list at the start of a passage: up to the first line that ends it."""
    lines: list[str] = []
    for line in text.split("\n"):
        lines.append(line)
        if line[-1:] == "。":
            break
    return "\n".join(lines)


def _opening(text: str, room: int) -> str:
    """Whole sentences from the start of `text` that fit."""
    kept = ""
    for piece in sentences(text):
        if len(squeezed(kept + piece)) > room:
            break
        kept += piece
    return kept


def coverage(asked: Asked, words: frozenset[str], rarities: Mapping[str, float]) -> float:
    """Share of the question's weight that `words` hold, 0 to 1."""
    whole = sum(weight * rarities.get(term, 0.0) for term, weight in asked.weights.items())
    held = sum(weight * rarities.get(term, 0.0) for term, weight in asked.weights.items() if term in words)
    return held / whole if whole else 0.0


def _candidates(asked: Asked, hits: Sequence[Hit], rarities: Mapping[str, float]) -> list[_Candidate]:
    wants_quantity = bool(ASKS_QUANTITY.search(asked.text))
    best = hits[0].score or 1.0
    found = []
    for rank, hit in enumerate(hits):
        around = frozenset(terms(hit.passage.heading + hit.passage.context))
        outline = hit.passage.outline
        pieces = [hit.passage.text] if outline else units(hit.passage.text, whole_points=asked.wants_list)
        for order, text in enumerate(pieces):
            words = frozenset(terms(text))
            value = coverage(asked, words, rarities) + 0.3 * coverage(asked, words | around, rarities)
            value += 1.0 * hit.score / best - 0.08 * rank
            if wants_quantity and QUANTITY.search(text):
                value += 0.15
            if asked.wants_list and not outline and _is_list(text):
                value += LIST_BONUS
            if ADDRESSEES.search(text):
                value -= 1.0
            found.append(_Candidate(hit, rank, order, text, value, words))
    return found


def _is_list(text: str) -> bool:
    return sum(bool(ITEM.match(line)) for line in text.split("\n")) > 1 or bool(COUNTING.search(sentences(text)[0]))


def units(text: str, *, whole_points: bool = False) -> list[str]:
    """What is quoted as one piece: a sentence, or a list with the sentence that opens it.

    With `whole_points` also the points (一是…二是…) behind a sentence that says how many there are.
    """
    pieces: list[str] = []
    lines = text.split("\n")
    place = 0
    while place < len(lines):
        end = _list_end(lines, place)
        if end > place:
            *before, opening = sentences(lines[place])
            _take(pieces, before)
            pieces.append("\n".join([opening, *lines[place + 1 : end]]))
        else:
            _take(pieces, sentences(lines[place]))
        place = max(end, place + 1)
    return _with_points(pieces) if whole_points else pieces


def _with_points(pieces: Sequence[str]) -> list[str]:
    """The points behind a sentence that counts them put to it, as far as they fit an answer."""
    kept: list[str] = []
    is_open = False
    for piece in pieces:
        is_point = bool(POINT.match(piece))
        if is_point and is_open and len(squeezed(kept[-1] + piece)) <= BUDGET:
            kept[-1] += piece
        else:
            kept.append(piece)
            is_open = bool(COUNTING.search(piece))
    return kept


def _list_end(lines: Sequence[str], place: int) -> int:
    """Where the list that the line at `place` opens ends; `place` itself where it opens none that fits an answer."""
    end = place + 1
    while end < len(lines) and ITEM.match(lines[end]):
        end += 1
    opens = lines[place].rstrip().endswith(("：", ":")) and end - place > 2
    fits = opens and len(squeezed(sentences(lines[place])[-1] + "".join(lines[place + 1 : end]))) <= BUDGET
    return end if fits else place


def _take(pieces: list[str], found: Sequence[str]) -> None:
    """Add the sentences of one line: each a piece, unless it goes on with the one before."""
    for number, sentence in enumerate(found):
        listed = SUBSECTION.match(sentence) or POINT.match(sentence)
        opened = pieces and (pieces[-1].rstrip().endswith(("：", "；")) or (listed and _is_item(pieces[-1])))
        goes_on = pieces and CONTINUING.match(sentence) and len(pieces[-1]) + len(sentence) <= JOINED_LENGTH
        if opened or goes_on:
            pieces[-1] += ("\n" if number == 0 else "") + sentence
        else:
            pieces.append(sentence)


def _is_item(piece: str) -> bool:
    last = piece.split("\n")[-1]
    return bool(SUBSECTION.match(last))


def _greedy(candidates: Sequence[_Candidate], budget: int) -> list[_Candidate]:
    chosen: list[_Candidate] = []
    spent = 0
    seen: set[str] = set()
    top = max(candidate.value for candidate in candidates)
    for candidate in sorted(candidates, key=lambda one: -one.value):
        plain = squeezed(candidate.text)
        if candidate.value < 0.6 * top or plain in seen:
            continue
        if spent + len(plain) > budget and chosen:
            continue
        chosen.append(candidate)
        seen.add(plain)
        spent += len(plain)
    return chosen


def _joined(chosen: Sequence[_Candidate]) -> list[Quote]:
    lead = {candidate.rank: index for index, candidate in reversed(list(enumerate(chosen)))}
    ordered = sorted(chosen, key=lambda one: (lead[one.rank], one.order))
    quotes: list[Quote] = []
    before: _Candidate | None = None
    for candidate in ordered:
        if before and before.rank == candidate.rank and candidate.order == before.order + 1:
            quotes[-1] = Quote(candidate.hit, quotes[-1].text + candidate.text)
        elif candidate.hit.passage.outline:  # its lines stand apart in the file: each is a quote of its own
            quotes += [Quote(candidate.hit, line) for line in candidate.text.split("\n")]
        else:
            quotes.append(Quote(candidate.hit, candidate.text))
        before = candidate
    return quotes
