"""The numbers Word writes before paragraphs ("第一条", "（二）", "3."), which stand in no text of the file.

They are counted from numbering.xml as Word counts them: each list has counters for nine levels, a deeper level starts
anew when a higher one moves on.
"""

from collections.abc import Callable
from typing import Any

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DIGITS = "零一二三四五六七八九"


def chinese(number: int) -> str:
    """1 to 9999 in words: 十一, 二十, 一百零二."""
    if not 0 < number < 10_000:
        return str(number)
    words, zero = "", False
    for place, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, place)
        if digit:
            words += ("零" if zero and words else "") + _DIGITS[digit] + unit
            zero = False
        else:
            zero = True
    return words[1:] if words.startswith("一十") else words


def _roman(number: int) -> str:
    words = ""
    for value, letters in ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L")):
        words, number = words + letters * (number // value), number % value
    for value, letters in ((40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")):
        words, number = words + letters * (number // value), number % value
    return words


def _letter(number: int) -> str:
    return chr(65 + (number - 1) % 26) * ((number - 1) // 26 + 1) if 0 < number < 1_000 else str(number)


def _circled(number: int) -> str:
    return chr(0x2460 + number - 1) if 0 < number <= 20 else str(number)


_FORMATS: dict[str, Callable[[int], str]] = {
    "decimal": str,
    "decimalZero": lambda number: f"{number:02d}",
    "decimalFullWidth": lambda number: str(number).translate({48 + n: 0xFF10 + n for n in range(10)}),
    "chineseCounting": chinese,
    "chineseCountingThousand": chinese,
    "chineseLegalSimplified": chinese,
    "japaneseCounting": chinese,
    "ideographDigital": chinese,
    "ideographTraditional": lambda number: "甲乙丙丁戊己庚辛壬癸"[number - 1] if 0 < number <= 10 else str(number),
    "upperLetter": _letter,
    "lowerLetter": lambda number: _letter(number).lower(),
    "upperRoman": lambda number: _roman(number) if 0 < number < 4_000 else str(number),
    "lowerRoman": lambda number: _roman(number).lower() if 0 < number < 4_000 else str(number),
    "decimalEnclosedCircle": _circled,
    "decimalEnclosedCircleChinese": _circled,
    "decimalEnclosedParen": lambda number: f"({number})",
    "ideographEnclosedCircle": lambda number: chr(0x3280 + number - 1) if 0 < number <= 10 else str(number),
}


class Numbering:
    """Counts the lists of one document; ask for the label of each paragraph once, in order."""

    def __init__(self, root: Any | None) -> None:
        """`root` is the parsed numbering.xml, or None when the document has none."""
        self._levels: dict[str, dict[int, tuple[int, str, str]]] = {}
        self._list_of: dict[str, str] = {}
        self._counters: dict[str, dict[int, int]] = {}
        if root is not None:
            self._learn(root)

    def _learn(self, root: Any) -> None:
        for abstract in root.iter(f"{_W}abstractNum"):
            levels = {}
            for level in abstract.iter(f"{_W}lvl"):
                levels[int(level.get(f"{_W}ilvl", 0))] = (
                    int(_value(level, "start") or 1),
                    _value(level, "numFmt") or "decimal",
                    _value(level, "lvlText") or "",
                )
            self._levels[abstract.get(f"{_W}abstractNumId", "")] = levels
        for number in root.iter(f"{_W}num"):
            self._list_of[number.get(f"{_W}numId", "")] = _value(number, "abstractNumId") or ""

    def label(self, number_id: str, level: int) -> str:
        """The number before the next paragraph of this list, "" for bullets and for lists that are not defined."""
        abstract = self._list_of.get(number_id, "")
        levels = self._levels.get(abstract, {})
        if level not in levels:
            return ""
        counters = self._counters.setdefault(abstract, {})
        counters[level] = counters.get(level, levels[level][0] - 1) + 1
        for deeper in [one for one in counters if one > level]:
            del counters[deeper]
        if levels[level][1] in {"bullet", "none"}:
            return ""
        label = levels[level][2]
        for place in range(9):
            if f"%{place + 1}" in label:
                start, style, _ = levels.get(place, (1, "decimal", ""))
                label = label.replace(f"%{place + 1}", _FORMATS.get(style, str)(counters.get(place, start)))
        return label


def _value(element: Any, name: str) -> str | None:
    found = element.find(f"{_W}{name}")
    return None if found is None else found.get(f"{_W}val")
