"""The real service in a process of its own, on a free port: `python -m tests.bot.web.serving DATA NOW [demo]`."""

import asyncio
import sys
from datetime import datetime
from pathlib import Path

from bot.app import open_app
from bot.service import Service
from bot.settings import Settings


def main() -> None:
    settings = Settings(data=Path(sys.argv[1]), now=datetime.fromisoformat(sys.argv[2]), port=0, _env_file=None)
    asyncio.run(Service(open_app(settings), demo="demo" in sys.argv[3:]).run())


if __name__ == "__main__":
    main()
