"""Chinese and Arabic numerals in running text (两, 十二, 一百零五, 三点五, 85, 0.8). Pure; no outside library."""

import re

_SAME = ("零〇", "一壹", "二两俩贰", "三仨叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖")
_DIGITS = {char: value for value, chars in enumerate(_SAME) for char in chars}
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_CN = "".join(_DIGITS) + "".join(_UNITS)

NUMBER = rf"(?:\d{{1,9}}(?:\.\d{{1,4}})?|[{_CN}]{{1,9}}(?:点[{''.join(_DIGITS)}]{{1,4}})?)"
"""Regex source of one numeral; group-free, so it can be put inside other patterns."""

WHOLE = rf"(?:\d{{1,6}}|[{_CN}]{{1,9}})"
"""Regex source of one whole numeral."""

_NONZERO = "一二两三四五六七八九"
_ROUGH = re.compile(
    rf"^[{_NONZERO}]{{2}}$|[{_NONZERO}]{{2}}(?=[十百千])|[几数][十百]?|十[几{_NONZERO}][{_NONZERO}]|十几"
)


def is_rough(text: str) -> bool:
    """Whether the numeral names a span, not one value: 七八, 三五, 十七八, 二三十, 几."""
    return bool(_ROUGH.search(text))


def _chinese_whole(text: str) -> int | None:
    if not any(char in _UNITS for char in text):
        if len(text) == 1:
            return _DIGITS[text]
        return int("".join(str(_DIGITS[char]) for char in text)) if _reads_as_figures(text) else None
    total, digit, last_unit = 0, None, 10_000
    for char in text:
        if char in _UNITS:
            unit = _UNITS[char]
            if unit >= last_unit:
                return None
            total += (1 if digit is None else digit) * unit
            digit, last_unit = None, unit
        elif _DIGITS[char] == 0:
            if digit is not None:
                return None
        elif digit is not None:
            return None
        else:
            digit = _DIGITS[char]
    if digit is not None and last_unit > 10 and "零" not in text and "〇" not in text:
        return None  # 一百五 is 150 to some and 105 to others
    return total + (digit or 0)


def _reads_as_figures(text: str) -> bool:
    """Figure by figure is how years and long numbers are said; two figures alone are too easily a span."""
    return len(text) >= 3 or "零" in text or "〇" in text


def to_number(text: str) -> float | None:
    """The value of one numeral, or None where it has none a careful reader would be sure of."""
    if re.fullmatch(r"\d+(?:\.\d+)?", text):
        return float(text)
    whole, point, decimals = text.partition("点")
    if not whole or (point and not decimals) or any(char not in _CN for char in whole) or is_rough(whole):
        return None
    value = _chinese_whole(whole)
    if value is None or not decimals:
        return None if value is None else float(value)
    return float(f"{value}." + "".join(str(_DIGITS[char]) for char in decimals))


def to_whole(text: str) -> int | None:
    """Like `to_number`, for whole values only."""
    value = to_number(text)
    return int(value) if value is not None and value == int(value) else None
