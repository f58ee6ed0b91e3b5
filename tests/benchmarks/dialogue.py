"""Turns per second, p95 and memory of the dialogue, beside python-telegram-bot's ConversationHandler.

    python -m tests.benchmarks.dialogue [--people 100] [--open 5000] [--json OUT]

The same form of five turns (begin, two dates, a note, confirm) for every person, the people taking turns in turn:
`ours` keeps its state in SQLite with synchronous=FULL: message and turn are on the disk, whatever fails. `ptb-flushed` is
ConversationHandler with PicklePersistence flushed after every update; it writes without fsync, so a killed process loses
nothing and a power cut may. `ours-unsynced` is ours with that same guarantee (synchronous=NORMAL), for comparison alone.
`ptb-default` flushes every 60 s and loses what came since. None sends anything: replies go to the outbox, or to a request object that answers by itself. Memory is the
growth of the resident set with so many forms open; the turns are measured again beside them.
Each configuration runs in a process of its own.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from statistics import quantiles
from typing import Any

ANSWERS = ("登记外出", "8月11日", "8月15日", "学习培训", "提交")
NOW = datetime.fromisoformat("2025-08-01T10:00:00+08:00")
CONFIGURATIONS = ("ours", "ours-unsynced", "ptb-flushed", "ptb-default")


def resident_megabytes() -> float:
    """The resident set of this process."""
    pages = int(Path("/proc/self/statm").read_text("utf-8").split()[1])
    return pages * 4096 / 2**20


def figures(times: list[float], elapsed: float) -> dict[str, float]:
    """Turns per second and the 95th percentile in milliseconds."""
    return {
        "turns": len(times),
        "turns_per_second": round(len(times) / elapsed, 1),
        "p95_ms": round(quantiles(times, n=20)[-1] * 1_000, 2),
    }


async def play(people: range, take: Callable[[int, str], Awaitable[None]]) -> dict[str, float]:
    """Everybody fills in the form, one turn after the other."""
    times, begun = [], time.perf_counter()
    for words in ANSWERS:
        for person in people:
            before = time.perf_counter()
            await take(person, words)
            times.append(time.perf_counter() - before)
    return figures(times, time.perf_counter() - begun)


async def leave_open(first: int, forms: int, take: Callable[[int, str], Awaitable[None]]) -> None:
    """So many people begin a form and answer its first question."""
    for words in ANSWERS[:2]:
        for person in range(first, first + forms):
            await take(person, words)


def our_taker(folder: Path, people: int, *, durable: bool = True) -> Callable[[int, str], Awaitable[None]]:
    """Our conversation over an SQLite file, with as many people as needed."""
    from itertools import count

    from bot.conversation import Conversation
    from bot.inbox import accept
    from bot.messages import IncomingMessage
    from storage.database import open_database
    from storage.migrations import bring_up_to_date
    from storage.people.tables import Person, Posting, Unit
    from tests.bot.dialogue.speaking import QuotingDesk

    database = open_database(f"sqlite:///{folder / 'tanhua.db'}", durable=durable)
    bring_up_to_date(database)
    with database.transaction() as session:
        unit = Unit(code="U", name="某市", level="市", counted_level="市", path="/1/")
        session.add(unit)
        session.add_all(Person(code=f"P{number}", name=f"人员{number}") for number in range(people))
        session.flush()
        session.add_all(
            Posting(person_id=number + 1, unit_id=unit.id or 0, position=number) for number in range(people)
        )
    conversation, numbers = Conversation(database, QuotingDesk(), lambda: NOW, folder), count()

    async def take(person: int, words: str) -> None:
        message = IncomingMessage("terminal", str(next(numbers)), f"P{person}", text=words)
        accept(database, message, now=NOW, person_id=person + 1)
        conversation.work()

    return take


async def their_taker(folder: Path, flushing: list[bool]) -> Callable[[int, str], Awaitable[None]]:
    """The same form as a ConversationHandler with PicklePersistence."""
    from itertools import count

    from telegram import Update
    from telegram.ext import (
        Application,
        CallbackContext,
        CommandHandler,
        ConversationHandler,
        MessageHandler,
        PicklePersistence,
        filters,
    )
    from telegram.request import BaseRequest

    class Offline(BaseRequest):
        """Answers every call by itself."""

        read_timeout = 1.0

        async def initialize(self) -> None: ...

        async def shutdown(self) -> None: ...

        async def do_request(self, url: str, *_args: Any, **_more: Any) -> tuple[int, bytes]:
            me = {"id": 1, "is_bot": True, "first_name": "b", "username": "b"}
            sent = {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "private"}, "text": "x"}
            return 200, json.dumps({"ok": True, "result": me if url.endswith("getMe") else sent}).encode()

    def step(key: str, question: str, following: int) -> Callable[..., Any]:
        async def answer(update: Update, context: CallbackContext[Any, Any, Any, Any]) -> int:
            assert update.message is not None
            assert context.user_data is not None
            context.user_data[key] = update.message.text
            await update.message.reply_text(question)
            return following

        return answer

    async def end(update: Update, context: CallbackContext[Any, Any, Any, Any]) -> int:
        assert update.message is not None
        assert context.user_data is not None
        context.user_data.setdefault("done", []).append(dict(context.user_data))
        await update.message.reply_text("已登记")
        return ConversationHandler.END

    text = filters.TEXT & ~filters.COMMAND
    dialogue = ConversationHandler(
        entry_points=[CommandHandler("away", step("begun", "从哪天开始？", 0))],
        states={
            0: [MessageHandler(text, step("from", "到哪天为止？", 1))],
            1: [MessageHandler(text, step("until", "事由？", 2))],
            2: [MessageHandler(text, step("note", "请核对", 3))],
            3: [MessageHandler(text, end)],
        },
        fallbacks=[],
        name="away",
        persistent=True,
    )
    persistence = PicklePersistence(folder / "state.pickle", update_interval=60, on_flush=True)
    application = (
        Application.builder()
        .token("1:a")
        .request(Offline())
        .get_updates_request(Offline())
        .updater(None)
        .persistence(persistence)
        .build()
    )
    application.add_handler(dialogue)
    await application.initialize()
    numbers = count(1)

    async def take(person: int, words: str) -> None:
        user = {"id": person + 10, "is_bot": False, "first_name": "u"}
        said = "/away" if words == ANSWERS[0] else words
        message: dict[str, Any] = {
            "message_id": next(numbers), "date": 1, "from": user,
            "chat": {"id": person + 10, "type": "private"}, "text": said,
        }  # fmt: skip
        if said.startswith("/"):
            message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(said)}]
        update = Update.de_json({"update_id": next(numbers), "message": message}, application.bot)
        await application.process_update(update)
        if flushing[0]:
            await application.update_persistence()
            await persistence.flush()  # one dump of the file an update: the cheapest way to lose nothing

    return take


async def measure(configuration: str, people: int, forms: int) -> dict[str, float]:
    """One configuration in this process."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        flushing = [configuration == "ptb-flushed"]
        if configuration.startswith("ours"):
            take = our_taker(folder, 2 * people + forms, durable=configuration == "ours")
        else:
            take = await their_taker(folder, flushing)
        await take(0, ANSWERS[0])
        result = await play(range(people), take)
        before, flushing[0] = resident_megabytes(), False
        await leave_open(2 * people, forms, take)
        growth, flushing[0] = round(resident_megabytes() - before, 1), configuration == "ptb-flushed"
        crowded = await play(range(people, 2 * people), take)
        with_open = {f"{key}_with_{forms}_open": value for key, value in crowded.items() if key != "turns"}
        return {**result, **with_open, "memory_growth_mb": growth}


def main() -> int:
    """Measure every configuration, each in a process of its own, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100)
    parser.add_argument("--open", type=int, default=5_000)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--only", choices=CONFIGURATIONS)
    arguments = parser.parse_args()
    if arguments.only:
        print(json.dumps(asyncio.run(measure(arguments.only, arguments.people, arguments.open))))
        return 0
    results = {}
    for configuration in CONFIGURATIONS:
        command = [sys.executable, "-m", "tests.benchmarks.dialogue", "--only", configuration]
        command += ["--people", str(arguments.people), "--open", str(arguments.open)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        results[configuration] = json.loads(done.stdout.splitlines()[-1])
        print(f"{configuration:12} {results[configuration]}", flush=True)
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=2), "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
