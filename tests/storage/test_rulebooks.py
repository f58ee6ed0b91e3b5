"""Which rulebook a new case starts with: the nearest adopted above it, from a day to a day, the latest adoption first."""

import pytest

from storage.database import Database
from storage.errors import NotFound, RuleBroken
from storage.rulebooks.actions import adopt_rulebook
from storage.rulebooks.queries import adoptions, rulebooks_in_force
from tests.cast import Cast
from tests.moments import day, moment

NOW = moment("2025-06-02 09:00")


def adopt(database: Database, cast: Cast, name: str, unit: str | None, start: str, end: str | None = None) -> None:
    with database.transaction() as session:
        adopt_rulebook(
            session, name, unit_id=cast.units[unit] if unit else None, valid_from=day(start),
            valid_until=day(end) if end else None, actor_id=None, now=NOW,
        )  # fmt: skip


def in_force(database: Database, cast: Cast, on: str) -> dict[str, str]:
    with database.reading() as session:
        found = rulebooks_in_force(session, day(on))
        return {code: found.for_unit(cast.units[code]).name for code in ("S", "Y", "Q", "L", "N")}


def test_the_subtree_between_its_days_and_the_nearest_above(database: Database, cast: Cast) -> None:
    adopt(database, cast, "jiangjin-1", "Y", "2025-07-01", "2025-07-31")
    adopt(database, cast, "shouguang-1", "Q", "2025-07-10")
    default = dict.fromkeys("SYQLN", "standard-1")
    assert in_force(database, cast, "2025-06-30") == default
    assert in_force(database, cast, "2025-07-01") == default | dict.fromkeys("YQL", "jiangjin-1")
    assert in_force(database, cast, "2025-07-31") == default | {"Y": "jiangjin-1"} | dict.fromkeys("QL", "shouguang-1")
    assert in_force(database, cast, "2025-08-01") == default | dict.fromkeys("QL", "shouguang-1")


def test_everywhere_and_the_latest_adoption_of_a_place_wins(database: Database, cast: Cast) -> None:
    adopt(database, cast, "kuitun-1", None, "2025-07-01")
    adopt(database, cast, "jiangjin-1", "N", "2025-07-01")
    adopt(database, cast, "full-1", "N", "2025-07-01")
    found = in_force(database, cast, "2025-07-02")
    assert found == {**dict.fromkeys("SYQL", "kuitun-1"), "N": "full-1"}
    with database.reading() as session:
        assert [(one.rulebook, one.unit) for one in adoptions(session)] == [
            ("kuitun-1", ""), ("jiangjin-1", "南屏市"), ("full-1", "南屏市"),
        ]  # fmt: skip


def test_an_adoption_said_twice_is_one(database: Database, cast: Cast) -> None:
    for _ in range(2):
        adopt(database, cast, "kuitun-1", "Y", "2025-07-01")
        adopt(database, cast, "kuitun-1", None, "2025-07-01")
    adopt(database, cast, "jiangjin-1", "Y", "2025-07-01")
    adopt(database, cast, "kuitun-1", "Y", "2025-07-01")
    with database.reading() as session:
        assert [(one.rulebook, one.unit) for one in adoptions(session)] == [
            ("kuitun-1", "云溪市"), ("kuitun-1", ""), ("jiangjin-1", "云溪市"), ("kuitun-1", "云溪市"),
        ]  # fmt: skip
    assert in_force(database, cast, "2025-07-02")["Y"] == "kuitun-1"


def test_an_unknown_version_and_days_in_the_wrong_order_are_refused(database: Database, cast: Cast) -> None:
    with pytest.raises(NotFound, match="nowhere-1"):
        adopt(database, cast, "nowhere-1", "Y", "2025-07-01")
    with pytest.raises(RuleBroken, match="早于"):
        adopt(database, cast, "kuitun-1", "Y", "2025-07-01", "2025-06-30")
