"""Processes that start fast and inherit nothing: forked from one small ancestor, never from the test process.

A test process has threads (Chroma's, a web server's, a progress bar's). A fork of it keeps their locks and loses the
threads that would release them: such a child waits for ever as soon as it opens Chroma itself. The ancestor, started
once for each test process, has loaded the code of a chat and has no thread but its own.
"""

import multiprocessing
import os
import signal
from collections.abc import Callable
from functools import cache
from multiprocessing.context import ForkServerContext, ForkServerProcess
from typing import Any

from sqlalchemy import event

from storage.database import Database, open_database


@cache
def ancestor() -> ForkServerContext:
    """The context whose processes are children of the ancestor; `loaded` is what it has loaded."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.flows.loaded"])
    return context


def started(act: Callable[..., None], *arguments: Any) -> ForkServerProcess:
    """A running child that does `act`, a function of a module, with arguments that can be pickled."""
    child = ancestor().Process(target=act, args=arguments, daemon=True)
    child.start()
    return child


def was_killed(child: ForkServerProcess) -> bool:
    """Wait for a child's end; whether SIGKILL ended it.

    Raises:
        AssertionError: It ended by itself with another code than 0.
    """
    child.join()
    code = child.exitcode
    child.close()
    assert code in {0, -signal.SIGKILL}, f"the child ended with {code}"
    return code != 0


def killed_at(database_url: str, number: int, act: Callable[[Database], None]) -> bool:
    """Run `act`, which can be pickled, in a child that is killed at its n-th statement; whether it was."""
    return was_killed(started(_act_until, database_url, number, act))


def _act_until(database_url: str, number: int, act: Callable[[Database], None]) -> None:
    database, count = open_database(database_url), 0

    def strike(*_: object) -> None:
        nonlocal count
        count += 1
        if count >= number:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(database.engine, "after_cursor_execute", strike)
    event.listen(database.engine, "commit", strike)
    act(database)
