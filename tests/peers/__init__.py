"""Real local peers for tests: servers that behave as the platforms' public documentation says they do."""

from .clock import Clock, SetClock, machine_clock
from .faults import FaultKind, Faults
from .telegram_limits import RateLimits
from .telegram_records import Button, Sent
from .telegram_server import TelegramServer
from .telegram_users import NothingToTap

__all__ = [
    "Button",
    "Clock",
    "FaultKind",
    "Faults",
    "NothingToTap",
    "RateLimits",
    "Sent",
    "SetClock",
    "TelegramServer",
    "machine_clock",
]
