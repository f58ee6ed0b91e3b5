"""Time of day said beside a date (下午3点, 15:30, 上午九点半). Pure."""

import re
from datetime import time

from bot.understanding.numerals import WHOLE, to_whole

MORNING_OR_AFTERNOON = "请说明是上午还是下午。"

_TIME = re.compile(
    rf"(?P<part>凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|今晚|明晚|晚|"
    rf"早)?的?(?P<h>{WHOLE})(?:(?:点钟?|时)(?!间|候|限|成|五[天年])|:)"
    rf"(?:(?P<m>\d{{2}}(?!\d)|半|一刻|三刻|{WHOLE}(?=分))分?)?(?:整)?"
)


def read_time(text: str) -> tuple[time | None, str | None]:
    """(time, None); (None, reason) where morning or afternoon is open; (None, None) where no time is given."""
    for match in _TIME.finditer(text):
        hour, minute = to_whole(match["h"]), _minute(match["m"])
        if hour is None or minute is None or hour > 24 or minute > 59:
            continue
        part = match["part"] or ""
        if (part in ("下午", "傍晚", "晚上", "今晚", "明晚", "晚") and hour < 12) or (part == "中午" and hour < 3):
            hour += 12
        elif not part and 1 <= hour <= 6 and ":" not in match[0]:
            return None, MORNING_OR_AFTERNOON
        return (time(hour % 24, minute), None) if hour < 24 else (None, MORNING_OR_AFTERNOON)
    return None, None


def _minute(text: str | None) -> int | None:
    if not text:
        return 0
    return {"半": 30, "一刻": 15, "三刻": 45}.get(text, to_whole(text))
