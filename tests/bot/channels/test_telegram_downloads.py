"""Files people sent to Telegram: fetched from the address the documentation gives, letter by letter."""

import asyncio
import json
from pathlib import Path

import pytest
from telegram.error import BadRequest

from bot.channels.telegram_client import close_bot, download, make_bot

TOKEN = "110201543:peer"
CONTENT = b"%PDF-1.7 evidence"


class PlainServer:
    """A server that knows the documented addresses and decodes nothing."""

    def __init__(self, file_path: str) -> None:
        self.file_path = file_path
        self.asked: list[str] = []

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        for line in head.split(b"\r\n"):
            if line.lower().startswith(b"content-length:"):
                await reader.readexactly(int(line.split(b":")[1]))
        target = head.split()[1].decode()
        self.asked.append(target)
        status, body = "404 Not Found", b'{"ok": false, "error_code": 404, "description": "Not Found"}'
        if target == f"/bot{TOKEN}/getFile":
            status, body = "200 OK", json.dumps({"ok": True, "result": {"file_path": self.file_path}}).encode()
        elif target.startswith(f"/file/bot{TOKEN}/"):
            status, body = "200 OK", CONTENT
        writer.write(f"HTTP/1.1 {status}\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n".encode() + body)
        await writer.drain()
        writer.close()


def _downloaded(file_path: str) -> tuple[bytes, list[str]]:
    async def run() -> tuple[bytes, list[str]]:
        plain = PlainServer(file_path)
        server = await asyncio.start_server(plain.answer, "127.0.0.1", 0)
        bot = make_bot(TOKEN, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        try:
            return await download(bot, "file-1"), plain.asked
        finally:
            await close_bot(bot)
            server.close()
            await server.wait_closed()

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("file_path", "address"),
    [
        ("documents/file_0.pdf", "documents/file_0.pdf"),
        ("/documents/file_0.pdf", "documents/file_0.pdf"),
        ("documents/证据 1.pdf", "documents/%E8%AF%81%E6%8D%AE%201.pdf"),
    ],
)
def test_the_token_is_written_as_it_is(file_path: str, address: str) -> None:
    content, asked = _downloaded(file_path)
    assert content == CONTENT
    assert asked[-1] == f"/file/bot{TOKEN}/{address}"


def test_a_file_named_by_a_server_on_this_machine_is_read(tmp_path: Path) -> None:
    (tmp_path / "file_0.pdf").write_bytes(b"kept here")
    content, asked = _downloaded(str(tmp_path / "file_0.pdf"))
    assert (content, len(asked)) == (b"kept here", 1)


def test_a_relative_path_is_never_one_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "roster.xlsx").write_bytes(b"ours")
    monkeypatch.chdir(tmp_path)
    assert _downloaded("roster.xlsx")[0] == CONTENT


def test_a_file_that_is_gone_is_an_error_of_the_platform() -> None:
    async def run() -> None:
        async def gone(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            body = b'{"ok": false, "error_code": 400, "description": "Bad Request: wrong file_id"}'
            writer.write(f"HTTP/1.1 400 Bad Request\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body)
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(gone, "127.0.0.1", 0)
        bot = make_bot(TOKEN, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        try:
            with pytest.raises(BadRequest):
                await download(bot, "file-1")
        finally:
            await close_bot(bot)
            server.close()

    asyncio.run(run())
