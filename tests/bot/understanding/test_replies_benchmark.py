"""The judge of the replies benchmark, and the development set where it is at hand."""

import json
import os
from pathlib import Path

import pytest

from tests.benchmarks.replies import filled, read_item, wholly_right

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
