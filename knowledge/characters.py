"""Chinese text as the indexes see it: widths and digits normalised, cut into single characters and pairs.

Only the indexes use these forms; quotes stay the file's own characters.
"""

import re
import unicodedata

INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
SPACE = re.compile(r"\s+")
RUN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]+|[a-z0-9][a-z0-9.%+]*")
EMPTY_CHARACTERS = frozenset("的了和是与及在于等对为其之以并而或也吗呢啊吧么呀")
"""Single characters that say nothing; pairs that hold them still count."""
SMALL_NUMBER = re.compile(r"(?<![0-9.])(10|[0-9])(?![0-9.%])")
DIGITS = {str(value): numeral for value, numeral in enumerate("〇一二三四五六七八九十")}


def normalised(text: str) -> str:
    """Full-width forms folded, lower case, invisible characters gone."""
    return INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).lower()


def squeezed(text: str) -> str:
    """`text` without any white space: how quotes are compared with files."""
    return SPACE.sub("", text)


def folded(text: str) -> str:
    """`text` as terms are cut from it: normalised, in one line, small numbers as numerals."""
    return SMALL_NUMBER.sub(lambda found: DIGITS[found[1]], SPACE.sub(" ", normalised(text)))


def terms(text: str) -> list[str]:
    """The index terms of `text`, in order: characters, pairs of characters, and words of letters or digits.

    A number up to ten counts as its Chinese numeral, so 3个 and 三个 meet.
    """
    found: list[str] = []
    for run in RUN.findall(folded(text)):
        if run[0] < "\u3400":
            found.append(run)
            continue
        found += [character for character in run if character not in EMPTY_CHARACTERS]
        found += [run[start : start + 2] for start in range(len(run) - 1)]
    return found


def pairs(text: str) -> set[str]:
    """The distinct pairs of characters and words of `text`."""
    return {term for term in terms(text) if len(term) > 1}


def joined_pairs(word: str) -> set[str]:
    """The index terms of `word` that every text has in which it stands: its pairs of Chinese characters.

    Words of letters and digits are none: in a text they may be part of a longer one.
    """
    found: set[str] = set()
    for run in RUN.findall(normalised(word)):
        if run[0] >= "\u3400":
            found |= {run[start : start + 2] for start in range(len(run) - 1)}
    return found
