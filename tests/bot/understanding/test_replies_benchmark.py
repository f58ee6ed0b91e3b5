"""The judge of the replies benchmark, and the development set where it is at hand."""

import json
import os
from pathlib import Path

import pytest

from tests.benchmarks.replies import filled, load, read_item, wholly_right, write

_SHARED = Path(os.environ.get("TANHUA_SHARED", Path(__file__).resolve().parents[3].parent / "shared"))


@pytest.mark.parametrize(
    ("expect", "read", "right"),
    [
        ({"percent": 67, "percent_tolerance": 1}, {"percent": 66.67}, True),
        ({"percent": 67}, {"percent": 66.67}, False),
        ({"blocker": ["甲", "乙"]}, {"blocker": "甲和乙"}, True),
        ({"blocker": ["甲", "乙"]}, {"blocker": "甲"}, False),
        ({"blocker": ""}, {"blocker": ""}, True),
        ({"blocker": ""}, {}, False),
        ({"command": ["cancel", "skip"]}, {"command": "skip"}, True),
        ({"command": "back"}, {"command": "skip"}, False),
        ({"clarify": True}, {"clarify": True}, True),
        ({"clarify": True}, {"clarify": True, "percent": 80}, False),
        ({"is_question": True}, {}, False),
        ({"date": "2026-01-01"}, {"date": "2026-01-01", "percent": 5}, True),
    ],
)
def test_judges_by_the_keys_expected(expect: dict[str, object], read: dict[str, object], right: bool) -> None:
    assert wholly_right(expect, read) is right


def test_development_set() -> None:
    path = _SHARED / "evaluation" / "replies.dev.jsonl"
    if not path.exists():
        pytest.skip("the shared development set is not at hand")
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    read = {row["id"]: read_item(row) for row in rows}
    right = sum(wholly_right(row["expect"], read[row["id"]]) for row in rows)
    assert right / len(rows) >= 0.97
    assert [row["id"] for row in rows if row["expect"].get("clarify") and filled(read[row["id"]])] == []


def test_items_with_keys_missing_or_unknown_are_read_and_written(tmp_path: Path) -> None:
    path, out = tmp_path / "set.jsonl", tmp_path / "new" / "out.jsonl"
    items = [
        {"id": "a", "today": "2026-03-04", "state": {"field": "percent", "prev": None}, "text": "八成", "note": "x"},
        {"id": "b", "today": "2026-03-04", "state": None, "text": "完成60%，月底前", "source": {"by": 1}},
        {"id": "c", "today": "2026-03-04", "text": "没想好", "expect": None, "tag": None},
        {"id": "d", "today": "2026-03-04T08:00:00", "state": {"field": "measures", "step": 3}, "text": "返回"},
        {"id": "e", "today": "2026-03-04", "state": {"field": "any", "due": "2026-03-10", "prev": {"percent": "6成"}}},
        {"text": "百分之七十"},
    ]
    path.write_text("\ufeff" + "\n\n".join(json.dumps(item, ensure_ascii=False) for item in items) + "\n", "utf-8")
    rows = load(path)
    write(out, {row["id"]: read_item(row) for row in rows})
    assert [json.loads(line) for line in out.read_text("utf-8").splitlines()] == [
        {"id": "a", "percent": 80},
        {"id": "b", "percent": 60, "date": "2026-03-31"},
        {"id": "c", "clarify": True},
        {"id": "d", "command": "back"},
        {"id": "e", "clarify": True},
        {"id": "line-11", "percent": 70},
    ]
    assert all(wholly_right(row["expect"], read_item(row)) for row in rows)


@pytest.mark.parametrize("line", ["{", "[1]"])
def test_a_line_that_is_no_item_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text('{"text": "好"}\n' + line, "utf-8")
    with pytest.raises(SystemExit, match="line 2"):
        load(path)
