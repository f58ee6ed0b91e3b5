"""`tanhua serve` as a real process, to be killed, stopped, asked and watched."""

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from tests.bot.channels.stage import STARTS
from tests.peers import TelegramServer, WeComServer


@dataclass
class Process:
    """`tanhua serve` as a process of its own, on a port that stays the same."""

    data: Path
    settings: dict[str, str]
    options: tuple[str, ...] = ()
    began: float = field(default_factory=time.monotonic)
    running: subprocess.Popen[str] | None = None
    address: str = ""

    def start(self) -> None:
        now = STARTS + timedelta(seconds=time.monotonic() - self.began)
        clean = {key: value for key, value in os.environ.items() if not key.startswith("TANHUA_")}
        environment = {**clean, **self.settings, "TANHUA_NOW": now.isoformat(), "TANHUA_DATA": str(self.data)}
        command = [sys.executable, "-m", "bot", "serve", *self.options]
        with self.log.open("a") as log:
            self.running = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=log, text=True)
        assert self.running.stdout is not None
        line = self.running.stdout.readline()
        assert line.startswith("ready"), self.log.read_text()
        self.address = line.split()[1].rstrip("/")

    @property
    def log(self) -> Path:
        return self.data / f"serve{''.join(self.options)}.log"

    def resident(self) -> int:
        """Memory in use, in bytes."""
        assert self.running is not None
        status = Path(f"/proc/{self.running.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) * 1024

    def kill(self) -> None:
        assert self.running is not None
        self.running.send_signal(signal.SIGKILL)
        self.running.wait()
        assert self.running.stdout is not None
        self.running.stdout.close()

    def stop(self) -> int:
        assert self.running is not None
        self.running.send_signal(signal.SIGTERM)
        code = self.running.wait(30)
        assert self.running.stdout is not None
        self.running.stdout.close()
        return code


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def environment(telegram: TelegramServer, wecom: WeComServer, data: Path) -> dict[str, str]:
    """Settings of both messengers, and a SQLite file in `data`."""
    return {
        "TANHUA_PORT": str(free_port()),
        "TANHUA_DATABASE_URL": f"sqlite:///{data / 'tanhua.db'}",
        "TANHUA_TELEGRAM_TOKEN": telegram.token,
        "TANHUA_TELEGRAM_API_URL": telegram.url,
        "TANHUA_WECOM_CORP_ID": wecom.corp_id,
        "TANHUA_WECOM_AGENT_ID": str(wecom.agent_id),
        "TANHUA_WECOM_SECRET": wecom.secret,
        "TANHUA_WECOM_TOKEN": wecom.token,
        "TANHUA_WECOM_AES_KEY": wecom.encoding_aes_key,
        "TANHUA_WECOM_API_URL": wecom.url,
    }
