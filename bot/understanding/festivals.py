"""Days that deadlines are tied to: fixed holidays, and lunar ones from a table (2024–2040).

The lunar rows were computed by two independent calendar libraries, which agreed on every day. Outside the table the
grammar asks back instead of guessing.
"""

from datetime import date

_FIXED = {
    "元旦": (1, 1), "三八": (3, 8), "妇女": (3, 8), "植树": (3, 12), "五一": (5, 1), "劳动": (5, 1), "五四": (5, 4),
    "青年": (5, 4), "六一": (6, 1), "儿童": (6, 1), "七一": (7, 1), "建党": (7, 1), "八一": (8, 1), "建军": (8, 1),
    "教师": (9, 10), "国庆": (10, 1), "十一": (10, 1), "圣诞": (12, 25),
}  # fmt: skip

# year: 春节, 元宵, 清明, 端午, 中秋, 重阳 as month*100+day
_LUNAR = {
    2024: (210, 224, 404, 610, 917, 1011), 2025: (129, 212, 404, 531, 1006, 1029),
    2026: (217, 303, 405, 619, 925, 1018), 2027: (206, 220, 405, 609, 915, 1008),
    2028: (126, 209, 404, 528, 1003, 1026), 2029: (213, 227, 404, 616, 922, 1016),
    2030: (203, 217, 405, 605, 912, 1005), 2031: (123, 206, 405, 624, 1001, 1024),
    2032: (211, 225, 404, 612, 919, 1012), 2033: (131, 214, 404, 601, 908, 1001),
    2034: (219, 305, 405, 620, 927, 1020), 2035: (208, 222, 405, 610, 916, 1009),
    2036: (128, 211, 404, 530, 1004, 1027), 2037: (215, 301, 404, 618, 924, 1017),
    2038: (204, 218, 405, 607, 913, 1007), 2039: (124, 207, 405, 527, 1002, 1026),
    2040: (212, 226, 404, 614, 920, 1014),
}  # fmt: skip
_COLUMNS = {"春节": 0, "大年初一": 0, "元宵": 1, "正月十五": 1, "清明": 2, "端午": 3, "端阳": 3, "中秋": 4, "重阳": 5}
_EVES = {"除夕": "春节", "大年三十": "春节", "年三十": "春节"}

NEEDS_MORE = (
    "十一",
    "七一",
    "八一",
    "六一",
    "三八",
    "五四",
    "劳动",
    "妇女",
    "青年",
    "儿童",
    "植树",
    "教师",
    "建党",
    "建军",
)
"""Names that mean the day only with 节 or a word like 前 behind them."""

NAMES = (*_FIXED, *_COLUMNS, *_EVES)


def festival(name: str, year: int) -> date | None:
    """The day of the festival `name` (without 节) in `year`; None where the table does not reach."""
    if name in _FIXED:
        return date(year, *_FIXED[name])
    if name in _EVES:
        spring = festival(_EVES[name], year)
        return date.fromordinal(spring.toordinal() - 1) if spring else None
    row = _LUNAR.get(year)
    if row is None or name not in _COLUMNS:
        return None
    month, day = divmod(row[_COLUMNS[name]], 100)
    return date(year, month, day)


def next_festival(name: str, today: date) -> date | None:
    """The next day of that name not before `today`."""
    for year in (today.year, today.year + 1):
        day = festival(name, year)
        if day is not None and day >= today:
            return day
    return None
