"""What stands on buttons."""

from datetime import UTC, date, datetime

from bot.forms.labels import talk_label
from storage.talks.queries import TalkView


def test_a_talk_planned_early_in_the_morning_is_on_its_day_in_shanghai() -> None:
    planned = datetime(2025, 8, 1, 23, 30, tzinfo=UTC)  # 07:30 on the second
    talk = TalkView(1, "T1", "", "", "planned", 1, "赵启明", None, ("吴敏",), (2,), None, planned, "", 1)
    assert talk_label(talk, date(2025, 8, 1)).startswith("吴敏 8月2日")
