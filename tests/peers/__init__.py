"""Real local peers for tests: servers that behave as the platforms' public documentation says they do."""

from .chat_model_server import ChatModelServer, ChatRequest
from .clock import Clock, SetClock, machine_clock
from .faults import FaultKind, Faults
from .taps import NothingToTap
from .telegram_limits import RateLimits
from .telegram_records import Button, Sent
from .telegram_server import TelegramServer
from .wecom_callback import Delivery, Sealed
from .wecom_crypto import CallbackCipher, CallbackError
from .wecom_records import CardButton, CardView, WeComSent
from .wecom_server import WeComServer
from .wecom_state import MemberLimits

__all__ = [
    "Button",
    "CallbackCipher",
    "CallbackError",
    "CardButton",
    "CardView",
    "ChatModelServer",
    "ChatRequest",
    "Clock",
    "Delivery",
    "FaultKind",
    "Faults",
    "MemberLimits",
    "NothingToTap",
    "RateLimits",
    "Sealed",
    "Sent",
    "SetClock",
    "TelegramServer",
    "WeComSent",
    "WeComServer",
    "machine_clock",
]
