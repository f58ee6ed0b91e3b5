"""Real local peers for tests: servers that behave as the platforms' public documentation says they do.

Each is a context manager on a free loopback port, in a thread of its own, safe to use from any thread:

    with TelegramServer() as telegram:
        ...                                             # point the product at telegram.url, with telegram.token
        telegram.user_types(7, "/start")                # play a user
        [greeting] = telegram.wait_sent(7)              # what the bot sent: text, labels, document, in order
        telegram.user_taps(7, greeting.message_id, greeting.labels[0], tap_repeats=3)
        telegram.fail_next("sendMessage", "timeout_after")   # see faults.FaultKind

WeComServer has the same verbs, with `callback_url` to set first; ChatModelServer answers what `will_answer` told it.
Leaving the context stops the server; entering again takes the same port, with everything remembered but a webhook.
"""

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
