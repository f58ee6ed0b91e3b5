"""The commands of `tanhua`, run in this process as the shell would run them."""

import contextlib
import io
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.__main__ import main


@dataclass(frozen=True)
class Result:
    """What a command printed, and its exit status."""

    status: int
    out: str
    err: str


@dataclass(frozen=True)
class Commands:
    """Commands on one data folder, at a set time."""

    data: Path
    monkeypatch: pytest.MonkeyPatch

    def run(self, *arguments: object, now: str = "", database: str = "") -> Result:
        """Run `tanhua ARGUMENTS --data …`."""
        self.monkeypatch.setenv("TANHUA_NOW", now)
        self.monkeypatch.setenv("TANHUA_DATABASE_URL", database)
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                status = main([*map(str, arguments), "--data", str(self.data)])
            except SystemExit as error:  # how argparse ends on wrong usage
                status = int(error.code or 0)
        return Result(status, out.getvalue(), err.getvalue())

    def ok(self, *arguments: object, now: str = "", database: str = "") -> str:
        """The output of a command that must succeed."""
        result = self.run(*arguments, now=now, database=database)
        assert result.status == 0, result.err
        return result.out
