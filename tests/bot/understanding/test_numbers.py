"""Numerals and percentages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding import read_percent
from bot.understanding.numerals import is_rough, to_number

_CN = "零一二三四五六七八九"


def chinese(number: int) -> str:
    """`number` (0–9999) as it is written out in Chinese."""
    out, skipped = "", False
    for place, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // place % 10
        if digit:
            out += ("零" if skipped and out else "") + _CN[digit] + unit
            skipped = False
        else:
            skipped = True
    return (out or "零").removeprefix("一") if 10 <= number <= 19 else out or "零"


@given(st.integers(0, 9999))
def test_written_out_numbers_read_back(number: int) -> None:
    assert to_number(chinese(number)) == number


@pytest.mark.parametrize(
    ("text", "value"), [("两", 2), ("俩", 2), ("二〇二六", 2026), ("三点五", 3.5), ("12", 12), ("0.8", 0.8)]
)
def test_other_spellings(text: str, value: float) -> None:
    assert to_number(text) == value


@pytest.mark.parametrize("text", ["七八", "三五", "十七八", "六七十", "几", "数十", "十几"])
def test_spans_are_no_numbers(text: str) -> None:
    assert is_rough(text)
    assert to_number(text) is None


@pytest.mark.parametrize("text", ["", "十十", "百五十百", "一百五", "abc", "三点"])
def test_what_is_no_number(text: str) -> None:
    assert to_number(text) is None


_STYLES = (
    lambda n: f"{n}%",
    lambda n: f"完成了{n}%",
    lambda n: f"进度：{n}％",
    lambda n: f"百分之{chinese(n)}",
    lambda n: f"大概百分之{n}",
    lambda n: f"目前到{n}%了",
    lambda n: " ".join(f"{n}%"),
    lambda n: f"还差{100 - n}%",
    lambda n: f"从百分之零提高到{n}%",
)


@given(st.integers(0, 100), st.sampled_from(_STYLES))
def test_every_way_of_writing_a_percentage_reads_back(number: int, style: object) -> None:
    assert read_percent(style(number)).percent == number  # type: ignore[operator]


@given(st.integers(1, 99), st.data())
def test_counts_give_their_share(total: int, data: st.DataObject) -> None:
    done = data.draw(st.integers(1, total))
    for text in (
        f"{total}项任务已完成{done}项",
        f"{chinese(total)}个问题里整改了{chinese(done)}个",
        f"共{total}条，落实{done}条",
    ):
        assert read_percent(text).percent == pytest.approx(100 * done / total, abs=0.01)


@given(st.integers(1, 30), st.integers(1, 30))
def test_done_and_left_add_up(done: int, left: int) -> None:
    assert read_percent(f"完成{done}项，还剩{left}项").percent == pytest.approx(100 * done / (done + left), abs=0.01)


@given(st.integers(101, 99999), st.sampled_from(("%", "", "％")))
def test_more_than_all_is_asked_back(number: int, sign: str) -> None:
    reading = read_percent(f"{number}{sign}")
    assert reading.percent is None
    assert reading.doubt


_VOCABULARY = (
    "八 成 半 % 85 百分之 三 分之 二 两 3/4 0.8 项 个 问题 完成 了 整改 剩 还 没 不到 超过 提高 百分点 比 上月 现在 "
    "目标 ， 不对 是 改成 七 过半 以上 左右 大概 到 - 共 都 一 全部 零 进展"
)
_PIECES = st.sampled_from(_VOCABULARY.split())


@given(st.one_of(st.text(max_size=80), st.lists(_PIECES, max_size=14).map("".join)))
def test_always_within_bounds(text: str) -> None:
    reading = read_percent(text)
    for value in (reading.percent, reading.percent_min):
        assert value is None or 0 <= value <= 100
    assert reading.percent is not None or reading.doubt
