"""The console (工作台): pages for organisation and discipline staff, and for administrators."""

from fastapi import FastAPI

from bot.channels.web.hosting import Host


def add_console(asgi: FastAPI, host: Host) -> None:
    """Declare the pages and downloads of the console."""
