"""A real server of the pages in a process of its own, with the least service they need: `… DATA NOW [demo]`."""

import json
import sys
import threading
from datetime import datetime, timedelta
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from bot.app import App
from bot.channels.web import mount
from bot.conversation import Conversation
from bot.settings import Settings
from jobs.planning import plan
from storage.database import open_database


class SmallService:
    """Handles waiting messages in one thread whenever it is nudged; its clock stands still unless it is moved."""

    def __init__(self, data: Path, now: datetime, *, demo: bool) -> None:
        settings = Settings(data=data, _env_file=None)  # type: ignore[call-arg]
        self.now = now
        self.demo = demo
        self.app = App(settings, open_database(settings.url, durable=False), lambda: self.now)
        self.conversation = Conversation(self.app.database, self.app.desk(), self.app.clock, self.app.data)
        self.awake = threading.Event()
        threading.Thread(target=self._work, daemon=True).start()

    def nudge(self) -> None:
        self.awake.set()

    def move_clock(self, days: int) -> None:
        self.now += timedelta(days=days)
        with self.app.database.transaction() as session:
            plan(session, now=self.now)

    def _work(self) -> None:
        while True:
            self.awake.wait()
            self.awake.clear()
            self.conversation.work()


class TellingServer(uvicorn.Server):
    """Says on which port it listens."""

    async def startup(self, sockets: object = None) -> None:
        await super().startup()
        port = self.servers[0].sockets[0].getsockname()[1]
        print(json.dumps({"port": port}), flush=True)


def main() -> None:
    data, now, demo = Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]), "demo" in sys.argv[3:]
    asgi = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    mount(asgi, SmallService(data, now, demo=demo))
    TellingServer(uvicorn.Config(asgi, host="127.0.0.1", port=0, log_level="warning")).run()


if __name__ == "__main__":
    main()
