"""Reminders: the due-scan beside APScheduler's job store, and what planning costs as the roster grows.

    python -m tests.benchmarks.reminders [--quick] [--only scan|growth|million]

Every measurement runs in a process of its own, so that memory is its own too. A due-scan is: find the one in a
hundred that is due. For APScheduler these are date jobs in its SQLAlchemy store (SQLite file), read the way its
scheduler reads them; ours are yearly duties in a SQLite file, read the way planning reads them. Two points are measured
on the way: which are due (for APScheduler its jobs with the duty's number, for us the numbers), and all that a message
about each says, which whoever uses APScheduler has to read from the roster too: the same query of ours, beside its jobs.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import time as clock
from datetime import timedelta
from pathlib import Path
from typing import Any

if __package__ in (None, ""):  # run as a plain script
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

Figures = dict[str, float]


def main() -> None:
    """Run the measurements, each in its own process, and print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of the sizes")
    parser.add_argument("--only", choices=("scan", "growth", "million"), default="")
    parser.add_argument("--measure", nargs=3, metavar=("WHAT", "DUTIES", "DUE"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        what, duties, due = arguments.measure
        print(json.dumps(MEASURES[what](int(duties), int(due))))
        return
    scale = 10 if arguments.quick else 1
    if arguments.only in ("", "scan"):
        _scan(100_000 // scale)
    if arguments.only in ("", "growth"):
        _growth([size // scale for size in (1_000, 10_000, 100_000, 1_000_000)], 1_000 // scale)
    if arguments.only in ("", "million"):
        _million(1_000_000 // scale, 10_000 // scale)


def _scan(count: int) -> None:
    ours, theirs = measured("scan_ours", count, count // 100), measured("scan_apscheduler", count, count // 100)
    print(f"\nDue-scan of {count:,}, {count // 100:,} due\n{'':36}{'ours':>12}{'APScheduler':>14}{'times':>9}")
    for key, label in LINES:
        print(f"{label:36}{ours[key]:12.4f}{theirs[key]:14.4f}{theirs[key] / max(ours[key], 0.0001):9.1f}")


LINES = (
    ("scan", "which are due, s"),
    ("detail", "with all a message says, s"),
    ("carry_out", "carry out what is due, s"),
    ("start", "start to first scan, s"),
    ("memory", "memory added, MB"),
)
"""Carrying out is, for us, wording the reminders and putting them durably into the outbox, and moving the duties on; for
APScheduler, calling a function that does nothing and removing the job."""


def _growth(sizes: list[int], due: int) -> None:
    print(
        f"\nPlanning {due:,} due of a growing roster (SQLite)\n{'duties':>12}{'plan, s':>10}{'nothing due, s':>16}{'MB':>8}"
    )
    for size in sizes:
        found = measured("plan_sqlite", size, min(due, size))
        print(f"{size:12,}{found['plan']:10.2f}{found['idle']:16.3f}{found['memory']:8.1f}")


def _million(duties: int, due: int) -> None:
    print(f"\nPlanning {due:,} due of {duties:,} duties\n{'':14}{'plan, s':>10}{'nothing due, s':>16}{'MB':>8}")
    for engine in ("sqlite", "postgresql"):
        found = measured(f"plan_{engine}", duties, due)
        print(f"{engine:14}{found['plan']:10.2f}{found['idle']:16.3f}{found['memory']:8.1f}")


def measured(what: str, duties: int, due: int) -> Figures:
    """One measurement in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.reminders", "--measure", what, str(duties), str(due)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2])
    if done.returncode:
        raise SystemExit(done.stderr)
    found: Figures = json.loads(done.stdout.splitlines()[-1])
    return found


def memory() -> float:
    """The most this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def scan_ours(duties: int, due: int) -> Figures:
    """Open the database and find what is due; the roster is filled by another process, as after a restart."""
    from jobs.planning import plan_in_rounds
    from jobs.reminders.talk_duties import due_duties, due_ids
    from storage.database import open_database
    from storage.instants import at_shanghai
    from tests.benchmarks.synthetic import TODAY

    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/duties.db"
        _fill_elsewhere(url, duties, due)
        held, begun = memory(), time.perf_counter()
        database = open_database(url)

        def which() -> int:
            with database.reading() as session:
                return len(due_ids(session, TODAY, after=0, limit=duties))

        def detail() -> int:
            with database.reading() as session:
                return len(due_duties(session, TODAY, due_ids(session, TODAY, after=0, limit=duties)))

        assert which() == due
        assert detail() == due
        found = {"start": time.perf_counter() - begun, "scan": best(which), "detail": best(detail)}
        begun = time.perf_counter()
        assert plan_in_rounds(database, now=at_shanghai(TODAY, clock(9))) == due
        database.close()
        return {**found, "carry_out": time.perf_counter() - begun, "memory": memory() - held}


def best(run: Callable[[], object]) -> float:
    """The best of twenty, in seconds."""
    times = []
    for _ in range(20):
        begun = time.perf_counter()
        run()
        times.append(time.perf_counter() - begun)
    return min(times)


def _fill_elsewhere(url: str, duties: int, due: int) -> None:
    program = (
        "import sys; from storage.database import open_database; from storage.migrations import bring_up_to_date;"
        "from tests.benchmarks.synthetic import Province, fill; d = open_database(sys.argv[1], durable=False);"
        "bring_up_to_date(d); fill(d, Province(int(sys.argv[2]), int(sys.argv[3])))"
    )
    subprocess.run([sys.executable, "-c", program, url, str(duties), str(due)], check=True)


def remind(duty: int) -> None:
    """What an APScheduler job would call."""


def scan_apscheduler(duties: int, due: int) -> Figures:
    """The same with one date job a duty in APScheduler's SQLAlchemy store."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/jobs.db"
        subprocess.run([sys.executable, "-c", FILL_APSCHEDULER, url, str(duties), str(due)], check=True)
        roster = f"sqlite:///{folder}/duties.db"
        _fill_elsewhere(roster, duties, due)
        held, begun = memory(), time.perf_counter()
        from datetime import UTC, datetime

        from apscheduler.executors.debug import DebugExecutor
        from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
        from apscheduler.schedulers.base import BaseScheduler

        class Stepped(BaseScheduler):  # works when told to, in this thread
            def wakeup(self) -> None:
                pass

            def shutdown(self, wait: bool = True) -> None:
                super().shutdown(wait)

        scheduler, store = Stepped(timezone=UTC), SQLAlchemyJobStore(url=url)
        scheduler.add_executor(DebugExecutor())
        scheduler.add_jobstore(store)
        scheduler.start()

        def which() -> int:
            return len(store.get_due_jobs(datetime.now(UTC)))

        assert which() == due
        start, scan, begun = time.perf_counter() - begun, best(which), time.perf_counter()
        scheduler._process_jobs()
        found = {"start": start, "scan": scan, "carry_out": time.perf_counter() - begun, "memory": memory() - held}
        assert which() == 0
        return {**found, "detail": scan + _look_up(roster, due)}


def _look_up(url: str, due: int) -> float:
    """What it takes to read, for so many known duties, all that a message says."""
    from jobs.reminders.talk_duties import due_duties, due_ids
    from storage.database import open_database
    from tests.benchmarks.synthetic import TODAY

    database = open_database(url)
    with database.reading() as session:
        known = due_ids(session, TODAY, after=0, limit=due)

    def look_up() -> None:
        with database.reading() as session:
            assert len(due_duties(session, TODAY, known)) == due

    took = best(look_up)
    database.close()
    return took


FILL_APSCHEDULER = """
import sys
from datetime import UTC, datetime, timedelta
from apscheduler.job import Job
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.date import DateTrigger
import pickle
url, count, due = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
scheduler = BackgroundScheduler(timezone=UTC)
store = SQLAlchemyJobStore(url=url)
store.start(scheduler, "default")
first, rows = datetime.now(UTC) - timedelta(minutes=1), []
for number in range(count):
    at = first if number % (count // due) == 0 else first + timedelta(days=10 + number % 40)
    job = Job(scheduler, id=str(number), func="tests.benchmarks.reminders:remind", args=(number,), kwargs={},
              trigger=DateTrigger(at), executor="default", misfire_grace_time=None, coalesce=True, max_instances=1,
              name=str(number), next_run_time=at)
    rows.append({"id": job.id, "next_run_time": at.timestamp(), "job_state": pickle.dumps(job.__getstate__(), 5)})
with store.engine.begin() as connection:
    connection.execute(store.jobs_t.insert(), rows)
"""
"""Filled as add_job fills it, in one transaction: job by job it would take minutes."""


def plan_sqlite(duties: int, due: int) -> Figures:
    """Plan a day on a SQLite file (synchronous=FULL)."""
    from storage.database import open_database

    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/duties.db"
        _fill_elsewhere(url, duties, due)
        return _plan(open_database(url), due)


def plan_postgresql(duties: int, due: int) -> Figures:
    """Plan a day on PostgreSQL."""
    from tests.benchmarks.synthetic import Province, fill
    from tests.engines import running_postgres

    with ExitStack() as stack:
        database = stack.enter_context(stack.enter_context(running_postgres()).fresh())
        fill(database, Province(duties, due))
        return _plan(database, due)


def _plan(database: Any, due: int) -> Figures:
    from jobs.planning import plan_in_rounds
    from storage.instants import at_shanghai
    from tests.benchmarks.synthetic import TODAY

    now = at_shanghai(TODAY, clock(9))
    held, begun = memory(), time.perf_counter()
    assert plan_in_rounds(database, now=now) == due
    planned, begun = time.perf_counter() - begun, time.perf_counter()
    assert plan_in_rounds(database, now=now + timedelta(minutes=1)) == 0
    idle = time.perf_counter() - begun
    database.close()
    return {"plan": planned, "idle": idle, "memory": memory() - held}


MEASURES = {
    "scan_ours": scan_ours,
    "scan_apscheduler": scan_apscheduler,
    "plan_sqlite": plan_sqlite,
    "plan_postgresql": plan_postgresql,
}

if __name__ == "__main__":
    main()
