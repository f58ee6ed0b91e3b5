"""Days for any form's date field: planning a talk, the old due date, times of day, what holds for all."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding import DateReading, read_date

TODAY = date(2026, 3, 4)  # a Wednesday
_CN = "零一二三四五六七八九"


@pytest.mark.parametrize(
    ("text", "day", "clock"),
    [
        ("下周三下午3点", date(2026, 3, 11), time(15)),
        ("下周二上午九点半在三楼会议室", date(2026, 3, 10), time(9, 30)),
        ("3月20日15:30", date(2026, 3, 20), time(15, 30)),
        ("明天上午十点", date(2026, 3, 5), time(10)),
        ("后天下午两点一刻", date(2026, 3, 6), time(14, 15)),
        ("3月9日早上8点", date(2026, 3, 9), time(8)),
        ("周五晚上7点", date(2026, 3, 6), time(19)),
        ("3月12日中午12点", date(2026, 3, 12), time(12)),
        ("3月18日9点", date(2026, 3, 18), time(9)),
        ("3月18日", date(2026, 3, 18), None),
        ("定在清明节后的第二周", None, None),
    ],
)
def test_plans_a_talk(text: str, day: date | None, clock: time | None) -> None:
    reading = read_date(text, today=TODAY)
    assert (reading.date, reading.time) == (day, clock)
    assert (reading.doubt is None) == (day is not None)


def test_an_hour_that_may_be_morning_or_afternoon_is_asked_back() -> None:
    reading = read_date("下周三3点", today=TODAY)
    assert reading.date == date(2026, 3, 11)
    assert reading.time is None
    assert reading.time_doubt


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("再宽限十天", date(2026, 3, 20)),
        ("延长一个月", date(2026, 4, 10)),
        ("延期到4月底", date(2026, 4, 30)),
        ("十天后", date(2026, 3, 14)),
    ],
)
def test_more_time_counts_from_the_old_due_date_and_plain_lengths_from_today(text: str, day: date) -> None:
    assert read_date(text, today=TODAY, due=date(2026, 3, 10)).date == day


@pytest.mark.parametrize(
    "text", ["", "随便", "2月30日", "13月1日", "3月5日或3月6日", "3月10日到15日", "节后", "3月中旬", "农历二月初二"]
)
def test_what_names_no_one_day_is_asked_back(text: str) -> None:
    reading = read_date(text, today=TODAY)
    assert reading.date is None
    assert reading.doubt


@pytest.mark.parametrize("text", ["昨天", "上周五", "2025年12月1日", "本月2日", "三天前", "去年底"])
def test_a_day_written_as_past_is_marked(text: str) -> None:
    reading = read_date(text, today=TODAY)
    assert reading.past
    assert reading.date is not None
    assert reading.date < TODAY
    assert reading.doubt


def test_working_days_need_a_calendar() -> None:
    assert read_date("五个工作日内", today=TODAY).date is None
    counted = read_date("五个工作日内", today=TODAY, is_workday=lambda day: day.weekday() < 5)
    assert counted.date == date(2026, 3, 11)


def test_a_calendar_that_does_not_know_the_year_is_asked_back() -> None:
    def unknown(day: date) -> bool:
        raise NotImplementedError

    assert read_date("五个工作日内", today=TODAY, is_workday=unknown).date is None


def chinese(number: int) -> str:
    """`number` (1–99) in Chinese."""
    tens, ones = divmod(number, 10)
    ten = "" if tens == 0 else "十" if tens == 1 else _CN[tens] + "十"
    return ten + (_CN[ones] if ones else "")


_STYLES = (
    lambda d: f"{d.year}年{d.month}月{d.day}日",
    lambda d: f"{d.year}-{d.month:02}-{d.day:02}",
    lambda d: f"{d.year}/{d.month}/{d.day}",
    lambda d: f"{d.year}.{d.month}.{d.day}",
    lambda d: f"{d:%Y%m%d}",
    lambda d: f"{d.month}月{d.day}日",
    lambda d: f"{d.month}月{d.day}号前",
    lambda d: f"{d.month}.{d.day}",
    lambda d: f"{d.month}/{d.day}",
    lambda d: f"{chinese(d.month)}月{chinese(d.day)}日",
    lambda d: f"{chinese(d.month)}月{chinese(d.day)}号之前",
    lambda d: f"{d.month} 月 {d.day} 日",
    lambda d: "".join(chr(ord(char) + 0xFEE0) if char.isdigit() else char for char in f"{d.month}月{d.day}日"),
)


@given(st.dates(date(2024, 1, 1), date(2035, 12, 31)), st.integers(0, 364), st.sampled_from(_STYLES))
def test_every_way_of_writing_a_day_reads_back(today: date, ahead: int, style: object) -> None:
    day = today + timedelta(days=ahead)
    assert read_date(style(day), today=today).date == day  # type: ignore[operator]


@given(st.dates(date(2024, 1, 1), date(2035, 12, 31)), st.integers(1, 90))
def test_lengths_count_from_today(today: date, days: int) -> None:
    assert read_date(f"{days}天内", today=today).date == today + timedelta(days=days)
    assert read_date(f"再过{chinese(days)}天", today=today).date == today + timedelta(days=days)


@given(st.dates(date(2024, 1, 1), date(2035, 12, 31)), st.integers(0, 6), st.integers(0, 2))
def test_weeks_start_on_monday(today: date, weekday: int, weeks: int) -> None:
    text = f"{('本', '下', '下下')[weeks]}周{'一二三四五六日'[weekday]}"
    day = today + timedelta(days=weekday - today.weekday(), weeks=weeks)
    assert read_date(text, today=today).date == day


_VOCABULARY = (
    "年 月 日 号 底 末 初 前 后 内 周 星期 下 上 本 这个 明 今 去 一 二 三 十 12 5 30 2026 . / - 元旦 春节 国庆 "
    "季度 天 个月 半 再 过 延期 宽限 到 改 不是 是 ， 完成 左右 左 工作日 旬 中 上旬 最后一天 下班 之 以 大概 点 下午"
)
_PIECES = st.sampled_from(_VOCABULARY.split())


@given(st.lists(_PIECES, max_size=12).map("".join), st.dates(date(2024, 1, 1), date(2035, 12, 31)))
def test_no_day_before_today_unless_written_as_past(text: str, today: date) -> None:
    reading = read_date(text, today=today, due=today)
    assert isinstance(reading, DateReading)
    if reading.date is not None:
        assert reading.past == (reading.date < today)
    else:
        assert reading.doubt


@given(st.text(max_size=80), st.dates(date(2024, 1, 1), date(2035, 12, 31)))
def test_never_raises(text: str, today: date) -> None:
    assert isinstance(read_date(text, today=today), DateReading)
