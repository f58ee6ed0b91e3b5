"""The .ics invitation to a planned talk: the only file that names icalendar."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from storage.attachments.folder import keep_own
from storage.outbox.body import File
from storage.talks.planning import PlannedTalk

LASTING = timedelta(hours=1)
NAME = "谈话邀请.ics"


def invitation(planned: PlannedTalk, people: Sequence[str], *, now: datetime) -> bytes:
    """The invitation as iCalendar: one event per talk; planned anew, it replaces itself in the calendar."""
    from icalendar import Calendar, Event

    event = Event()
    event.add("uid", f"{planned.code}@tanhua")
    event.add("dtstamp", now.astimezone(UTC))
    event.add("dtstart", planned.planned_at.astimezone(UTC))
    event.add("dtend", (planned.planned_at + LASTING).astimezone(UTC))
    event.add("summary", f"谈话（{planned.mode}）")
    if planned.place:
        event.add("location", planned.place)
    event.add("description", f"参加人：{'、'.join(people)}")
    event.add("sequence", max(0, int(now.timestamp()) - 1_700_000_000))
    event.add("status", "CONFIRMED")
    calendar = Calendar()
    calendar.add("prodid", "-//Tanhua//Talks//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def keep_invitation(data: Path, planned: PlannedTalk, people: Sequence[str], *, now: datetime) -> File:
    """The invitation kept in the data folder, ready to go along with a message."""
    return File(str(keep_own(data, invitation(planned, people, now=now))), NAME)
