"""The table of ticks. The only file naming APScheduler, which is used as a metronome: nothing is stored in it."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

log = logging.getLogger("tanhua.timetable")


@dataclass(frozen=True)
class Tick:
    """Something that is done again and again: harmless to do twice, and done late rather than not at all."""

    name: str
    seconds: int
    run: Callable[[], object]
    wait: int = 0
    """Seconds before it is done first."""


def start_ticking(ticks: Sequence[Tick]) -> Any:
    """Start a scheduler in the running loop and give it back; `shutdown(wait=False)` ends it. Ticks run in threads."""
    from datetime import datetime, timedelta

    from apscheduler.schedulers.asyncio import AsyncIOScheduler

    from storage.instants import SHANGHAI

    scheduler = AsyncIOScheduler(
        timezone=SHANGHAI, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
    )
    for tick in ticks:
        scheduler.add_job(
            _guarded(tick),
            "interval",
            seconds=tick.seconds,
            id=tick.name,
            name=tick.name,
            next_run_time=datetime.now(SHANGHAI) + timedelta(seconds=tick.wait),
        )
    scheduler.start()
    return scheduler


def _guarded(tick: Tick) -> Callable[[], None]:
    def run() -> None:
        try:
            tick.run()
        except Exception:  # the next tick tries again
            log.exception("tick failed", extra={"action": "timetable.failed", "tick": tick.name})

    return run
