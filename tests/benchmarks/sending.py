"""Durable sends a second to a local sink, and what kill -9 loses or doubles, beside procrastinate, huey and dbos.

    python -m tests.benchmarks.sending [--count 1000] [--kills 20] [--only NAME]

Every worker is a process of its own and sends over TCP on this machine. First it sends `count` messages undisturbed;
then as many again while it is killed with SIGKILL at random moments and started anew. A message is lost when nothing
more came for PATIENCE seconds and it has never arrived; doubled counts the arrivals beyond the first.
Ours re-checks the need of every reminder before it goes and sends one at a time; the peers do not re-check.
"""

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

if __package__ in (None, ""):  # run as a plain script
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.sending_tools import Tool, quiet, tools
from tests.benchmarks.sink import Line, Sink

PATIENCE = 20.0
DURABLE = ("fsync = on", "synchronous_commit = on", "full_page_writes = on")


@dataclass(frozen=True)
class Figures:
    """One line of the table."""

    name: str
    per_second: float
    kills: int
    lost: int
    doubled: int

    def line(self) -> str:
        return f"{self.name:<28}{self.per_second:>10.0f}{self.kills:>8}{self.lost:>8}{self.doubled:>10}"


@contextmanager
def places() -> Iterator[dict[bool, Iterator[str]]]:
    """Fresh database URLs: {True: on SQLite, False: on a PostgreSQL with fsync}."""
    from tests.engines import running_postgres

    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = stack.enter_context(running_postgres())
        server.command(*(f"ALTER SYSTEM SET {setting}" for setting in DURABLE), "SELECT pg_reload_conf()")

        def on_postgres() -> Iterator[str]:
            for number in range(1_000):
                server.command(f"CREATE DATABASE sending_{number}")
                yield server.url(f"sending_{number}")

        yield {True: (f"sqlite:///{folder}/{number}.db" for number in range(1_000)), False: on_postgres()}


def call(what: str, tool: Tool, url: str, number: int) -> subprocess.Popen[bytes]:
    """`--enqueue` or `--work` for a tool in a process of its own; `number` = count or port."""
    command = [sys.executable, "-m", "tests.benchmarks.sending", what, tool.name, url, str(number)]
    return subprocess.Popen(command, cwd=Path(__file__).parents[2], stdout=subprocess.DEVNULL)


def enqueued(tool: Tool, url: str, count: int) -> None:
    if call("--enqueue", tool, url, count).wait():
        raise SystemExit(f"{tool.name}: cannot enqueue")


def undisturbed(tool: Tool, url: str, count: int) -> float:
    """Messages a second."""
    enqueued(tool, url, count)
    with Sink() as sink:
        worker = call("--work", tool, url, sink.port)
        whole = sink.wait_for(count, patience=PATIENCE)
        worker.kill()
        worker.wait()
        if not whole or max(sink.times_arrived().values()) > 1:
            raise SystemExit(f"{tool.name}: {len(sink.times_arrived())} of {count} arrived without any kill")
        return sink.per_second()


def killed(tool: Tool, url: str, count: int, kills: int) -> tuple[int, int, int]:
    """(kills, lost, doubled)."""
    enqueued(tool, url, count)
    dice, done = random.Random(1), 0
    with Sink() as sink:
        for number in range(kills):
            worker = call("--work", tool, url, sink.port)
            already = len(sink.arrivals)
            goal = max(already + 1, min(count * (number + 1) // (kills + 1), count - 1))
            if sink.wait_for(goal, patience=PATIENCE):
                time.sleep(dice.random() * 0.05)
            worker.send_signal(signal.SIGKILL)
            worker.wait()
            done += 1
        worker = call("--work", tool, url, sink.port)
        sink.wait_for(count, patience=PATIENCE)
        worker.kill()
        worker.wait()
        times = sink.times_arrived()
        return done, count - len(times), sum(times.values()) - len(times)


def main() -> None:
    """Print the table, or be one of the processes that make it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=1_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--only", default="")
    parser.add_argument("--enqueue", nargs=3, metavar=("TOOL", "URL", "COUNT"), help=argparse.SUPPRESS)
    parser.add_argument("--work", nargs=3, metavar=("TOOL", "URL", "PORT"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if inside := arguments.enqueue or arguments.work:
        quiet()
        tool = next(one for one in tools() if one.name == inside[0])
        if arguments.enqueue:
            tool.enqueue(inside[1], int(inside[2]))
        else:
            tool.work(inside[1], Line(int(inside[2])))
        return
    print(f"{arguments.count} messages{'a second':>24}{'kills':>8}{'lost':>8}{'doubled':>10}", flush=True)
    with places() as place:
        for tool in tools():
            if arguments.only in tool.name:
                rate = undisturbed(tool, next(place[tool.is_sqlite]), arguments.count)
                figures = killed(tool, next(place[tool.is_sqlite]), arguments.count, arguments.kills)
                print(Figures(tool.name, rate, *figures).line(), flush=True)


if __name__ == "__main__":
    main()
