"""Characters nobody sees: taken out of every text, and counted, as they can carry what no reader would accept."""

import re
import unicodedata
from dataclasses import dataclass

# Zero-width and joining characters, soft hyphen, fillers, and the byte order mark inside a text.
_ZERO_WIDTH = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u2065\u206a-\u206f"
    "\u3164\ufeff\uffa0\ufff9-\ufffc\ufffe\uffff"
)
_DIRECTION = "\u202a-\u202e\u2066-\u2069"
# "Tag" characters and the second set of variation selectors copy plain ASCII invisibly.
_SMUGGLED = "\U000e0000-\U000e00ff"
_CONTROLS = "\x00-\x08\x0e-\x1f\x7f\x80-\x84\x86-\x9f"

_GONE = re.compile(f"[{_ZERO_WIDTH}{_DIRECTION}{_SMUGGLED}{_CONTROLS}\ud800-\udfff]")
_TURNED = re.compile(f"[{_DIRECTION}]")
_TAGS = re.compile(f"[{_SMUGGLED}]")
_SPLIT_WORD = re.compile(f"(?<=[^\\W\\d_])[{_ZERO_WIDTH}]+(?=[^\\W\\d_])")
_BREAKS = re.compile("\r\n|[\r\x0b\x85\u2028\u2029]")


@dataclass(frozen=True)
class Cleared:
    """A text without unseen characters, and how many of each suspicious sort it had."""

    text: str
    direction: int
    smuggled: int
    split_words: int


def clear(text: str) -> Cleared:
    """Take out what is never seen and make every line break "\\n" (a form feed stays: it is a page)."""
    plain = _BREAKS.sub("\n", text)
    return Cleared(
        _GONE.sub("", plain),
        direction=len(_TURNED.findall(plain)),
        smuggled=len(_TAGS.findall(plain)),
        split_words=len(_SPLIT_WORD.findall(plain)),
    )


def folded(text: str) -> str:
    """For comparison only: full-width as half-width, lower case, no white space, nothing unseen."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", _GONE.sub("", text)).lower())
