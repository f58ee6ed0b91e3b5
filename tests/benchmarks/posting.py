"""A lean HTTP client in a process of its own: posts prepared requests, several at once, and says how long each took.

`python -m tests.benchmarks.posting HOST PORT AT_ONCE FILE`; FILE is a pickled list of whole requests. Prints JSON.
"""

import asyncio
import json
import pickle
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Took:
    """How long a run took in all, and each of its requests, in seconds."""

    seconds: float
    each: tuple[float, ...]


def request(path: str, body: bytes, headers: Mapping[str, str], params: Mapping[str, str] | None = None) -> bytes:
    """A whole POST request as it goes over the line."""
    target = f"{path}?{urlencode(params)}" if params else path
    lines = [f"POST {target} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def post_all(port: int, requests: Sequence[bytes], at_once: int) -> Took:
    """Have another process post them all; every one must be answered with 200."""
    with tempfile.NamedTemporaryFile(suffix=".requests") as file:
        Path(file.name).write_bytes(pickle.dumps(list(requests)))
        command = [sys.executable, "-m", "tests.benchmarks.posting", str(port), str(at_once), file.name]
        running = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE, cwd=ROOT)
        output, _ = await running.communicate()
        assert running.returncode == 0
    answer = json.loads(output)
    return Took(answer["seconds"], tuple(answer["each"]))


async def _post(port: int, requests: Sequence[bytes], at_once: int) -> Took:
    waiting, times = iter(requests), []

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for one in waiting:
            began = time.perf_counter()
            writer.write(one)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200"), head
            length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
            await reader.readexactly(int(length or 0))
            times.append(time.perf_counter() - began)
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(at_once)))
    return Took(time.perf_counter() - began, tuple(times))


def main() -> None:
    """Post what the file holds."""
    port, at_once, file = sys.argv[1:]
    requests = pickle.loads(Path(file).read_bytes())
    took = asyncio.run(_post(int(port), requests, int(at_once)))
    print(json.dumps({"seconds": took.seconds, "each": took.each}))


if __name__ == "__main__":
    main()
