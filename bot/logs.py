"""Logs of the service: what happened to which row, never what a message said, nobody's name, no token.

Libraries log request addresses (which hold tokens) and exceptions quote values: both are kept out.
"""

import logging
import sys
import traceback
from types import TracebackType
from typing import Any

QUIET = ("httpx", "httpcore", "telegram", "apscheduler", "uvicorn", "asyncio", "nicegui", "multipart", "chromadb")
STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}


class PlainFormatter(logging.Formatter):
    """One line: time, level, logger, sentence, then key=value of what was given as `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        extra = {key: value for key, value in vars(record).items() if key not in STANDARD}
        pairs = "".join(f" {key}={value}" for key, value in sorted(extra.items()))
        line = f"{self.formatTime(record)} {record.levelname} {record.name} {record.getMessage()}{pairs}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line

    def formatException(self, ei: Any) -> str:  # noqa: N802 (named by logging)
        """Where it happened and the kind of error; not its message, which may quote what somebody wrote."""
        kind: type[BaseException] | None
        trace: TracebackType | None
        kind, _, trace = ei
        return "".join(traceback.format_tb(trace)) + (kind.__name__ if kind else "")


def set_up_logs(level: int = logging.INFO) -> None:
    """Log to the standard error, our own loggers at `level`, libraries only when something is wrong."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(PlainFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("tanhua").setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.ERROR)
    for name in ("telegram", "apscheduler"):  # the one quotes whole updates; ticks say for themselves what went wrong
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
