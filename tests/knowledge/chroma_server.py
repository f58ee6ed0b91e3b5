"""The Chroma server that ships in the `chromadb` package, on loopback, for as long as a context lasts."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

START = "import sys; sys.argv[0] = 'chroma'; from chromadb.cli.cli import app; app()"


@contextmanager
def chroma_server(folder: Path) -> Iterator[str]:
    """Its address."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port = asked.getsockname()[1]
    command = [sys.executable, "-c", START, "run", "--path", str(folder), "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(f"http://127.0.0.1:{port}", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def close_clients_of(address: str) -> None:
    """Close the connections this process keeps to a server: chromadb leaves them to the collector."""
    from chromadb.api.shared_system_client import SharedSystemClient

    systems = SharedSystemClient._identifier_to_system
    for identifier, system in list(systems.items()):
        if int(address.rsplit(":", 1)[1]) != system.settings.chroma_server_http_port:
            continue
        for component in system.components():
            session = getattr(component, "_session", None)
            if session is not None:
                session.close()
        del systems[identifier]


def _wait(address: str, process: "subprocess.Popen[bytes]") -> None:
    with httpx.Client(trust_env=False) as client:
        for _ in range(1_200):
            assert process.poll() is None, "the Chroma server ended at once"
            try:
                if client.get(f"{address}/api/v2/heartbeat").status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.1)
    raise AssertionError("the Chroma server did not start")
