"""At which hour a reminder goes out: the rulebook's, and never in its quiet hours."""

from datetime import datetime, timedelta

from storage.instants import SHANGHAI, at_shanghai, shanghai_date
from storage.rulebooks.rules import Rulebook


def sending_time(rulebook: Rulebook, now: datetime) -> datetime:
    """Today at the rulebook's hour; later in the day at once; in the evening's quiet hours tomorrow at its hour."""
    today = shanghai_date(now)
    if now.astimezone(SHANGHAI).time() >= rulebook.quiet_from:
        return at_shanghai(today + timedelta(days=1), rulebook.send_at)
    return max(now, at_shanghai(today, rulebook.send_at))
