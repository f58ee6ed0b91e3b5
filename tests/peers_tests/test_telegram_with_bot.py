"""The Telegram peer as python-telegram-bot's own client sees it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from telegram import Bot, BotCommand, InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter, TimedOut
from telegram.request import HTTPXRequest

from tests.peers import NothingToTap, RateLimits, SetClock, TelegramServer

KEYBOARD = InlineKeyboardMarkup(
    [[InlineKeyboardButton("确认", callback_data="yes"), InlineKeyboardButton("取消", callback_data="no")]]
)


@pytest.fixture(autouse=True)
def _timedelta(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it the client warns at every 429."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@asynccontextmanager
async def bot_of(server: TelegramServer, *, read_timeout: float = 5.0, token: str = "") -> AsyncIterator[Bot]:
    def client() -> HTTPXRequest:
        return HTTPXRequest(read_timeout=read_timeout, httpx_kwargs={"trust_env": False})

    bot = Bot(
        token or server.token,
        base_url=server.base_url,
        base_file_url=server.base_file_url,
        request=client(),
        get_updates_request=client(),
    )
    async with bot:
        yield bot


def with_bot(story: Callable[[TelegramServer, Bot], Awaitable[None]], **options: Any) -> TelegramServer:
    async def run(server: TelegramServer) -> None:
        async with bot_of(server) as bot:
            await story(server, bot)

    with TelegramServer(**options) as server:
        asyncio.run(run(server))
    return server


def test_text_button_tap_edit_and_answer() -> None:
    async def story(server: TelegramServer, bot: Bot) -> None:
        assert (await bot.get_me()).username == "peer_test_bot"
        server.user_types(7, "/start ABC123")
        [update] = await bot.get_updates(timeout=5)
        assert update.message is not None
        assert update.message.text == "/start ABC123"
        assert update.message.entities[0].type == "bot_command"
        sent = await bot.send_message(7, "提交吗?", reply_markup=KEYBOARD)
        server.user_taps(7, sent.message_id, "确认")
        [tap] = await bot.get_updates(offset=update.update_id + 1, timeout=5)
        assert tap.callback_query is not None
        assert tap.callback_query.data == "yes"
        assert await tap.callback_query.answer("好")
        edited = await bot.edit_message_text("已提交", 7, sent.message_id)
        assert isinstance(edited, object)
        with pytest.raises(NothingToTap):
            server.user_taps(7, sent.message_id, "确认")
        assert len(server.user_taps(7, sent.message_id, "确认", stale=True)) == 1

    server = with_bot(story)
    [sent] = server.sent_to(7)
    assert (sent.text, sent.labels) == ("提交吗?", ["确认", "取消"])
    assert server.message(7, sent.message_id).text == "已提交"
    assert server.taps()[0].answer == "好"


def test_one_tap_arrives_several_times() -> None:
    async def story(server: TelegramServer, bot: Bot) -> None:
        server.add_user(7)
        sent = await bot.send_message(7, "?", reply_markup=KEYBOARD)
        ids = server.user_taps(7, sent.message_id, "no", tap_repeats=3)
        updates = await bot.get_updates()
        assert [update.update_id for update in updates] == ids
        assert len(set(ids)) == 3
        assert len({update.callback_query.id for update in updates if update.callback_query}) == 3
        assert {update.callback_query.data for update in updates if update.callback_query} == {"no"}
        server.user_taps(7, sent.message_id, "no", tap_repeats=2, same_query=True)
        again = await bot.get_updates(offset=ids[-1] + 1)
        assert len({update.callback_query.id for update in again if update.callback_query}) == 1

    with_bot(story)


def test_documents_both_ways() -> None:
    async def story(server: TelegramServer, bot: Bot) -> None:
        server.user_sends_file(7, "整改方案.docx", b"PK\x03\x04 body", caption="附件")
        [update] = await bot.get_updates()
        assert update.message is not None
        assert update.message.document is not None
        assert update.message.document.file_name == "整改方案.docx"
        file = await update.message.document.get_file()
        assert bytes(await file.download_as_bytearray()) == b"PK\x03\x04 body"
        sent = await bot.send_document(7, b"report", filename="报告.txt", caption="请查收")
        assert sent.document is not None
        await bot.send_document(7, sent.document.file_id)
        with pytest.raises(BadRequest, match="non-empty"):
            await bot.send_document(7, b"", filename="empty.txt")
        with pytest.raises(BadRequest, match="Image_process_failed"):
            await bot.send_photo(7, b"not a picture")
        photo = await bot.send_photo(7, b"\x89PNG\r\n\x1a\n" + bytes(64))
        assert photo.photo

    server = with_bot(story)
    first, second, third = server.sent_to(7)
    assert first.document is not None
    assert first.document.content == b"report"
    assert first.document.name == "报告.txt"
    assert second.document == first.document
    assert (first.text, third.method) == ("请查收", "sendPhoto")


def test_photo_voice_location_and_edit_are_understood() -> None:
    async def story(server: TelegramServer, bot: Bot) -> None:
        server.user_sends_photo(7, b"\xff\xd8\xff" + bytes(100), caption="现场")
        server.user_sends_voice(7, b"OggS" + bytes(10))
        server.user_sends_location(7, 39.9, 116.4)
        server.user_types(7, "first")
        server.user_edits(7, 4, "second")
        server.user_blocks(7)
        photo, voice, place, _, edited, left = await bot.get_updates()
        assert photo.message is not None
        assert len(photo.message.photo) == 2
        large = await photo.message.photo[-1].get_file()
        assert len(await large.download_as_bytearray()) == 103
        assert voice.message is not None
        assert voice.message.voice is not None
        assert place.message is not None
        assert place.message.location is not None
        assert edited.edited_message is not None
        assert edited.edited_message.text == "second"
        assert left.my_chat_member is not None
        assert left.my_chat_member.new_chat_member.status == "kicked"

    with_bot(story)


def test_refusals() -> None:
    async def story(server: TelegramServer, bot: Bot) -> None:
        with pytest.raises(BadRequest, match="Chat not found"):
            await bot.send_message(404, "x")
        server.add_user(1, started=False)
        with pytest.raises(Forbidden, match="can't initiate"):
            await bot.send_message(1, "x")
        server.add_user(2)
        server.user_blocks(2)
        with pytest.raises(Forbidden, match="blocked by the user"):
            await bot.send_message(2, "x")
        server.add_user(3)
        server.user_is_deactivated(3)
        with pytest.raises(Forbidden, match="deactivated"):
            await bot.send_message(3, "x")
        server.add_group(-4)
        server.bot_is_kicked(-4)
        with pytest.raises(Forbidden, match="kicked"):
            await bot.send_message(-4, "x")
        server.add_user(5)
        sent = await bot.send_message(5, "same", reply_markup=KEYBOARD)
        with pytest.raises(BadRequest, match="not modified"):
            await bot.edit_message_text("same", 5, sent.message_id, reply_markup=KEYBOARD)
        with pytest.raises(BadRequest, match="to edit not found"):
            await bot.edit_message_text("x", 5, 999)
        with pytest.raises(BadRequest, match="is empty"):
            await bot.send_message(5, "  \n")
        with pytest.raises(BadRequest, match="Query is too old"):
            await bot.answer_callback_query("1")
        await bot.edit_message_reply_markup(5, sent.message_id)
        await bot.delete_message(5, sent.message_id)
        with pytest.raises(BadRequest, match="to delete not found"):
            await bot.delete_message(5, sent.message_id)

    server = with_bot(story)
    assert len(server.sent_to(5)) == 1
    assert server.message(5, server.sent_to(5)[0].message_id).deleted


def test_wrong_token_is_refused() -> None:
    async def run(server: TelegramServer) -> None:
        bot = Bot("110201543:wrong", base_url=server.base_url, request=HTTPXRequest(httpx_kwargs={"trust_env": False}))
        with pytest.raises(InvalidToken):
            await bot.initialize()
        await bot.shutdown()

    with TelegramServer() as server:
        asyncio.run(run(server))


def test_commands_actions_and_webhook_info() -> None:
    async def story(server: TelegramServer, bot: Bot) -> None:
        await bot.set_my_commands([BotCommand("report", "填报")])
        assert (await bot.get_my_commands())[0].description == "填报"
        with pytest.raises(BadRequest, match="Bot_command_invalid"):
            await bot.set_my_commands([BotCommand("Bad Name", "x")])
        server.add_user(7)
        await bot.send_chat_action(7, "typing")
        await bot.set_webhook("http://127.0.0.1:9/none", secret_token="s3cret_-", max_connections=3)
        info = await bot.get_webhook_info()
        assert (info.url, info.max_connections) == ("http://127.0.0.1:9/none", 3)
        with pytest.raises(Conflict, match="webhook is active"):
            await bot.get_updates()
        await bot.delete_webhook(drop_pending_updates=True)
        assert await bot.get_updates() == ()

    with_bot(story)


def test_second_poller_ends_the_first() -> None:
    async def story(server: TelegramServer, bot: Bot) -> None:
        async with bot_of(server) as other:
            first = asyncio.create_task(bot.get_updates(timeout=5))
            while server._delivery is None or server._delivery._poll is None:
                await asyncio.sleep(0.01)
            second = asyncio.create_task(other.get_updates(timeout=5))
            with pytest.raises(Conflict, match="terminated by other getUpdates"):
                await first
            server.user_types(7, "hello")
            assert [update.message.text for update in await second if update.message] == ["hello"]

    with_bot(story)


def test_updates_are_confirmed_by_a_higher_offset_only() -> None:
    async def story(server: TelegramServer, bot: Bot) -> None:
        for number in range(5):
            server.user_types(7, str(number))
        first = await bot.get_updates(limit=2)
        assert [update.update_id for update in await bot.get_updates(limit=2)] == [one.update_id for one in first]
        rest = await bot.get_updates(offset=first[-1].update_id + 1)
        assert [texts(update) for update in rest] == ["2", "3", "4"]
        assert [texts(update) for update in await bot.get_updates(offset=-1)] == ["4"]
        assert len(await bot.get_updates()) == 1
        server.repeat_update(first[0].update_id)
        again = await bot.get_updates(offset=rest[-1].update_id + 1)
        assert [update.update_id for update in again] == [first[0].update_id]
        assert await bot.get_updates(offset=rest[-1].update_id + 1) == ()

    with_bot(story)


def texts(update: Update) -> str | None:
    return update.message.text if update.message else None


def test_allowed_updates_and_held_updates() -> None:
    async def story(server: TelegramServer, bot: Bot) -> None:
        await bot.get_updates(allowed_updates=["callback_query"])
        assert server.user_types(7, "unseen") == 0
        await bot.get_updates(allowed_updates=["message", "callback_query"])
        with server.updates_held():
            server.user_types(7, "late 1")
            server.user_types(7, "late 2")
            assert await bot.get_updates() == ()
        assert [texts(update) for update in await bot.get_updates()] == ["late 1", "late 2"]

    with_bot(story)


def test_updates_older_than_a_day_are_gone() -> None:
    clock = SetClock()

    async def story(server: TelegramServer, bot: Bot) -> None:
        lost = server.user_types(7, "too old")
        clock.advance(23 * 3600)
        server.user_types(7, "kept")
        clock.advance(2 * 3600)
        assert [texts(update) for update in await bot.get_updates()] == ["kept"]
        assert server.updates.expired == [lost]

    with_bot(story, clock=clock)


def test_rate_limits_answer_429_with_retry_after() -> None:
    clock = SetClock()

    async def story(server: TelegramServer, bot: Bot) -> None:
        for chat_id in range(1, 41):
            server.add_user(chat_id)
        for _ in range(3):
            await bot.send_message(1, "burst")
        with pytest.raises(RetryAfter) as caught:
            await bot.send_message(1, "one too many")
        assert caught.value.retry_after == timedelta(seconds=1)
        await bot.send_message(2, "others go on")
        clock.advance(1)
        await bot.send_message(1, "again")
        clock.advance(10)
        for chat_id in range(1, 31):
            await bot.send_message(chat_id, "all")
        with pytest.raises(RetryAfter):
            await bot.send_message(40, "the thirty-first in one second")

    server = with_bot(story, clock=clock, rate_limits=RateLimits())
    assert server.sent_to(40) == []


def test_faults_before_and_after_accepting() -> None:
    async def run(server: TelegramServer) -> None:
        server.add_user(7)
        async with bot_of(server, read_timeout=0.4) as bot:
            for kind, error in (
                ("5xx", NetworkError),
                ("reset", NetworkError),
                ("429", RetryAfter),
                ("timeout", TimedOut),
            ):
                server.fail_next("sendMessage", kind)
                with pytest.raises(error):
                    await bot.send_message(7, f"{kind}")
            assert server.sent_to(7) == []
            for kind in ("5xx_after", "reset_after", "timeout_after", "malformed"):
                server.fail_next("sendMessage", kind)
                with pytest.raises((NetworkError, TimedOut)) if kind != "malformed" else pytest.raises(Exception):
                    await bot.send_message(7, kind)
            assert [sent.text for sent in server.sent_to(7)] == [
                "5xx_after",
                "reset_after",
                "timeout_after",
                "malformed",
            ]
            server.fail_next("sendMessage", 403, subject=8)
            await bot.send_message(7, "not for 8")
            server.add_user(8)
            with pytest.raises(Forbidden):
                await bot.send_message(8, "x")
            server.fail_next("sendMessage", "slow", seconds=0.1)
            await bot.send_message(7, "slow but sure")

    with TelegramServer() as server:
        asyncio.run(run(server))
    assert [kind for _, kind, _ in server.faults.shown][:4] == ["5xx", "reset", "429", "timeout"]
