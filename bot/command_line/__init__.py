"""One file per command of `tanhua`; the list is explicit, so a typo fails at start."""

from typing import Any, Protocol

COMMANDS = (
    "template",
    "import_",
    "export",
    "stats",
    "simulate",
    "why",
    "calendar_",
    "rulebook",
    "ingest",
    "ask",
    "tune",
    "chat",
    "bind",
    "audit",
    "backup",
    "restore",
    "serve",
    "wecom",
    "doctor",
    "demo",
)


class Command(Protocol):
    """What each command's module offers: NAME, HELP, add(parser), run(arguments, app) -> exit status."""

    NAME: str
    HELP: str
    add: Any
    run: Any
