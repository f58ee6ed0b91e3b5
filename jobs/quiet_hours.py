"""When a reminder may go out: not in the quiet hours, and not when every other system sends. Pure functions."""

import zlib
from datetime import datetime, timedelta

from storage.instants import SHANGHAI, at_shanghai
from storage.rulebooks.rules import Rulebook

ROUND_MINUTES = frozenset({0, 1, 29, 30, 31, 59})
LONGEST_SPREAD = 540  # seconds


def end_of_quiet(now: datetime, rulebook: Rulebook) -> datetime | None:
    """When the quiet hours that hold at `now` end; None when they do not hold."""
    local = now.astimezone(SHANGHAI)
    begins, ends, clock = rulebook.quiet_from, rulebook.quiet_until, local.time()
    over_midnight = begins > ends
    is_quiet = clock >= begins or clock < ends if over_midnight else begins <= clock < ends
    if not is_quiet:
        return None
    day = local.date() + timedelta(days=1) if over_midnight and clock >= begins else local.date()
    return at_shanghai(day, ends)


def away_from_round_minutes(now: datetime, key: str) -> datetime | None:
    """A moment some minutes later, by the message's key; None when `now` is not close to :00 or :30."""
    local = now.astimezone(SHANGHAI)
    if local.minute not in ROUND_MINUTES:
        return None
    return now + timedelta(seconds=121 + zlib.crc32(key.encode()) % LONGEST_SPREAD)
