"""What a command says when it fails: a sentence, never a traceback."""

import errno
import logging
import sys
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from storage.errors import TanhuaError

FAULTS = "faults.log"
"""File of the data folder that keeps the places of unexpected errors, for whoever maintains the installation."""
SHOULD_BE = {
    "datetime": "应写成带时区的时间，例如 2025-08-13T09:00:00+08:00",
    "int": "应为整数",
    "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}",
    "bool": "应为 true 或 false",
}
"""By the beginning of pydantic's name for an error."""
REASONS = {
    errno.ENOENT: "不存在",
    errno.EEXIST: "已被占用，或不是文件夹",
    errno.ENOTDIR: "不是文件夹",
    errno.EISDIR: "是文件夹，不是文件",
    errno.ENAMETOOLONG: "名称过长",
}
SAID = {"index.broken": "向量索引暂时不能使用，仅按关键词检索。请运行 tanhua doctor 检查。"}
"""What a log line means to whoever typed a command, by its action."""


class BriefHandler(logging.Handler):
    """What the parts log while a command runs: once each, in a sentence where there is one. Services log in full."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._said: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        """Say it on the standard error."""
        text = SAID.get(getattr(record, "action", ""), record.getMessage())
        if text not in self._said:
            self._said.add(text)
            print(text, file=sys.stderr)


def setting_problems(error: ValidationError) -> list[str]:
    """A sentence for each setting that cannot be read."""
    return [_setting_problem(one) for one in error.errors()]


def _setting_problem(one: ErrorDetails) -> str:
    name = "_".join(map(str, one["loc"])).upper()
    if one["type"] == "value_error":
        should = str(one["ctx"]["error"])
    else:
        should = next((text for start, text in SHOULD_BE.items() if one["type"].startswith(start)), one["msg"])
        should = should.format_map(one.get("ctx", {}))
    return f"设置 TANHUA_{name} 有误：{should}。"


def failure(error: Exception, data: Path) -> str:
    """What to say of an error that ended a command. Where it was unexpected, its place is kept in the data folder."""
    if isinstance(error, TanhuaError):
        return error.message
    from storage.faults import trouble_of

    trouble = trouble_of(error)
    if trouble is not None:
        return trouble
    if isinstance(error, OSError) and error.errno in REASONS and error.filename is not None:
        return f"“{error.filename}”{REASONS[error.errno]}，请核对路径。"
    return f"程序出错（{type(error).__name__}），没有完成。{_keep(error, data)}"


def _keep(error: Exception, data: Path) -> str:
    from bot.logs import PlainFormatter

    where = PlainFormatter().formatException((type(error), error, error.__traceback__))
    try:
        with (data / FAULTS).open("a", encoding="utf-8") as file:
            print(datetime.now(UTC).isoformat(timespec="seconds"), where, sep="\n", file=file)
    except OSError:
        return ""
    return f"出错位置已记入 {data / FAULTS}，请交给维护人员。"
