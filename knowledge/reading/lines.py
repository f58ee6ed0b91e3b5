"""Lines as pages and files have them, and the width at which a text was wrapped."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

_ENDED = re.compile(r"[。！？；：…!?;:][”’\"'）)》】」』〕]*$|\.{3,}$")
_WIDE = re.compile(r"[^\x00-\xff]")
_NARROW = re.compile(r"[“”‘’—…·]")
_PAUSE = re.compile(r"[，。；、,;]")


@dataclass(frozen=True)
class Line:
    """One line of a page or file. `gap`: blank lines stood before it; `unfinished`: an item of a list whose
    neighbours end their sentences, as this one does not. Other fields as in `document.Block`."""

    text: str
    role: str = "text"
    page: int = 0
    indented: bool | None = None
    gap: bool = False
    unfinished: bool = False


@dataclass(frozen=True)
class PageWidth:
    """Where the text was wrapped, as one of `_MEASURES` counts it."""

    most: int
    measure: Callable[[str], int]

    def filled_by(self, line: Line) -> bool:
        """True when no more would have fitted: lines end up to two characters early to keep punctuation together."""
        return self._extent(line) >= self.most - (1 if self.measure is len else 5)

    def nearly_filled_by(self, line: Line) -> bool:
        """True when the line is longer than a heading would be: words that may not be parted can end it early."""
        return self._extent(line) >= 0.8 * self.most

    def _extent(self, line: Line) -> int:
        return self.measure(line.text[-200:]) + (self.measure("　　") if line.indented else 0)


def page_width(lines: Sequence[Line]) -> PageWidth | None:
    """The width at which the text was wrapped, or None where a line is a paragraph."""
    known = [one for one in lines if one.role == "text"]
    if len(known) < 5 or any(len(one.text) > 200 for one in known):
        return None
    if sum(bool(_PAUSE.search(one.text)) for one in known) < 0.3 * len(known):
        return None  # a list of names or titles, which has no commas
    cut = [one for one in known if not ended(one.text)]
    best, full = PageWidth(0, columns), 0
    for measure in _MEASURES:  # the one by which most of the cut lines are equally full is the one that was used
        width = PageWidth(sorted(measure(one.text) for one in known)[int(len(known) * 0.97)], measure)
        filled = sum(width.filled_by(one) for one in cut)
        if filled > full:
            best, full = width, filled
    if not 24 <= best.most * (2 if best.measure is len else 1) <= 140:
        return None
    return best if full >= max(2, 0.2 * len(known)) and full >= 0.4 * len(cut) else None


def columns(text: str) -> int:
    """Display width: two for a wide character, one for another."""
    return len(text) + len(_WIDE.findall(text))


def narrow_columns(text: str) -> int:
    """Display width where quotation marks, dashes and dots are as narrow as letters, as many fonts have them."""
    return len(text) + len(_WIDE.findall(text)) - len(_NARROW.findall(text))


_MEASURES: tuple[Callable[[str], int], ...] = (columns, narrow_columns, len)


def ended(text: str) -> bool:
    """True when the line ends a sentence, a clause of a list, or announces what follows."""
    return bool(_ENDED.search(text[-8:]))
