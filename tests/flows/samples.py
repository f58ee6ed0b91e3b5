"""Where the sample workbooks are, if they are anywhere: they belong to no test and are never copied."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

SAMPLES = Path(os.environ.get("TANHUA_SHARED", Path(__file__).parents[3] / "shared")) / "samples"
needs_samples = pytest.mark.skipif(
    not (SAMPLES / "anhui2020.xlsx").exists(), reason=f"no sample workbooks in {SAMPLES} (set TANHUA_SHARED)"
)


def check_expected(figures: dict[str, Any]) -> None:
    """Every figure of the province's year that has a like-named expected one equals it."""
    expected = json.loads((SAMPLES / "anhui2020.expected.json").read_text("utf-8"))["expected"]
    for key in ("total", "by_level", "distinct_subjects", "repeat_talks", "coverage", "by_month"):
        assert figures[key] == expected[key], key
    assert figures["by_level_category"]["province"] == expected["province_by_category"]
    before = {key: value for key, value in expected["before_meeting"].items() if key != "rule"}
    assert figures["before_meeting"] == before
    assert figures["findings"] == {
        "total": expected["issues"]["total"],
        "closed": expected["issues"]["finished_by_2020_12_31"],
        "percent": expected["issues"]["percent"],
    }
    units = {unit["name"]: unit for unit in figures["by_unit"].values()}
    for name, city in expected["by_city"].items():
        found = (units[name]["talks"], units[name]["talks_below"], units[name]["units_below"])
        assert found == (city["city_talks"], city["county_talks"], city["county_units"])
