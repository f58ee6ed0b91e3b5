"""Lines as pages and files have them, and the width at which a text was wrapped."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_ENDED = re.compile(r"[。！？；：…!?;:][”’\"'）)》】」』〕]*$|\.{3,}$")
_WIDE = re.compile(r"[^\x00-\xff]")
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
    """Where the text was wrapped: by columns (a Chinese character is two) or, by some programs, by characters."""

    most: int
    by_characters: bool = False

    def filled_by(self, line: Line) -> bool:
        """True when no more would have fitted: lines end up to two characters early to keep punctuation together."""
        indent = 2 if line.indented else 0
        if self.by_characters:
            return len(line.text) + indent >= self.most - 1
        return columns(line.text[-200:]) + 2 * indent >= self.most - 5


def page_width(lines: Sequence[Line]) -> PageWidth | None:
    """The width at which the text was wrapped, or None where a line is a paragraph."""
    known = [one for one in lines if one.role == "text"]
    if len(known) < 5 or any(len(one.text) > 200 for one in known):
        return None
    place = int(len(known) * 0.97)
    width = PageWidth(sorted(columns(one.text) for one in known)[place])
    if not 24 <= width.most <= 140 or sum(bool(_PAUSE.search(one.text)) for one in known) < 0.3 * len(known):
        return None  # too narrow or wide for a page, or a list of names, which has no commas
    cut = [one for one in known if not ended(one.text)]
    full = sum(width.filled_by(one) for one in cut)
    counted = PageWidth(sorted(len(one.text) for one in known)[place], by_characters=True)
    if sum(counted.filled_by(one) for one in cut) > full:
        width, full = counted, sum(counted.filled_by(one) for one in cut)
    return width if full >= max(2, 0.2 * len(known)) and full >= 0.4 * len(cut) else None


def columns(text: str) -> int:
    """Display width: two for a wide character, one for another."""
    return len(text) + len(_WIDE.findall(text))


def ended(text: str) -> bool:
    """True when the line ends a sentence, a clause of a list, or announces what follows."""
    return bool(_ENDED.search(text[-8:]))
