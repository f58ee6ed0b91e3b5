"""What the pages need of the service, and who stands before them."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ParamSpec, Protocol, TypeVar

from starlette.requests import Request

from bot.app import App, real_clock
from bot.conversation import Conversation
from storage.errors import NotFound
from storage.instants import shanghai_date
from storage.people.queries import actor_for
from storage.people.rules import Actor
from storage.people.sessions import live_session, note_use

COOKIE = "tanhua_session"
P = ParamSpec("P")
R = TypeVar("R")


class Host(Protocol):
    """The service as the pages see it."""

    @property
    def app(self) -> App:
        """The installation."""

    @property
    def conversation(self) -> Conversation:
        """The dialogue."""

    def nudge(self) -> None:
        """Wake what handles waiting messages; from any thread."""


@dataclass(frozen=True)
class Visitor:
    """Somebody signed in, and the token their browser showed."""

    actor: Actor
    token: str


def is_demo(host: Host) -> bool:
    """Whether this is the demonstration, whose clock may be moved."""
    return bool(getattr(host, "demo", False))


def move_clock(host: Host, days: int) -> None:
    """Move the demonstration's clock on; elsewhere there is nothing to move."""
    if is_demo(host):
        mover: Any = host
        mover.move_clock(days)


def today_of(host: Host) -> date:
    """The day in Shanghai by the installation's clock."""
    return shanghai_date(host.app.clock())


def visitor_of(host: Host, token: str) -> Visitor | None:
    """Whoever is signed in with this token; None when nobody is. Blocks: call it off the event loop.

    Sessions live by the real clock: moving the demonstration's clock signs nobody out.
    """
    wall: datetime = real_clock()
    with host.app.database.reading() as session:
        live = live_session(session, token, now=wall)
        if live is None:
            return None
        try:
            actor = actor_for(session, live.person_id, today_of(host))
        except NotFound:
            return None
    if live.is_stale:
        with host.app.database.transaction() as session:
            note_use(session, live.id, now=wall)
    return Visitor(actor, token)


def session_stands(host: Host, token: str, person_id: int) -> bool:
    """Whether a browser is still signed in as this person: cheap, for every look and every word. Blocks."""
    with host.app.database.reading() as session:
        live = live_session(session, token, now=real_clock())
    return live is not None and live.person_id == person_id


async def visitor_from(host: Host, request: Request) -> Visitor | None:
    """Whoever sent the request."""
    return await off_loop(visitor_of, host, request.cookies.get(COOKIE, ""))


async def off_loop(blocking: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """The result of a blocking call, made in a thread so that the event loop goes on."""
    return await asyncio.to_thread(blocking, *args, **kwargs)
