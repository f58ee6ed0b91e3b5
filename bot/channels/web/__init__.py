"""The pages: the web chat and, for staff, the console. NiceGUI on the one FastAPI application of the service."""

from bot.channels.web.hosting import Host
from bot.channels.web.mounting import mount

__all__ = ["Host", "mount"]
