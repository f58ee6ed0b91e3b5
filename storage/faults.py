"""Troubles of the disk or the database that are nobody's mistake and may pass: which it is, and what to tell people."""

import errno
from enum import StrEnum

from sqlalchemy.exc import DBAPIError, OperationalError


class Trouble(StrEnum):
    """What is wrong, and what to do. All but DAMAGED go on by themselves once it has passed."""

    FULL = "磁盘空间不足，未作保存。请清理磁盘后重试，已受理的事项不会丢失。"
    READ_ONLY = "数据目录或数据库只读，未作保存。请检查磁盘和目录权限后重试。"
    BUSY = "数据库正被占用，等候超时，未作保存。请稍后重试。"
    UNREACHABLE = "无法连接或打开数据库，未作保存。请检查数据库地址和服务状态后重试。"
    DISK = "磁盘读写出错，未作保存。请检查磁盘后重试。"
    DAMAGED = "数据库文件已损坏。请停止服务，用最近的备份恢复（tanhua restore）。"


SQLITE = {
    5: Trouble.BUSY,  # SQLITE_BUSY
    6: Trouble.BUSY,  # SQLITE_LOCKED
    8: Trouble.READ_ONLY,
    10: Trouble.DISK,  # SQLITE_IOERR
    11: Trouble.DAMAGED,  # SQLITE_CORRUPT
    13: Trouble.FULL,
    14: Trouble.UNREACHABLE,  # SQLITE_CANTOPEN
    26: Trouble.DAMAGED,  # SQLITE_NOTADB
}
"""Primary result codes, https://sqlite.org/rescode.html."""
POSTGRESQL = {
    "53100": Trouble.FULL,
    "25006": Trouble.READ_ONLY,
    "40": Trouble.BUSY,
    "55P03": Trouble.BUSY,
    "53": Trouble.UNREACHABLE,
    "57": Trouble.UNREACHABLE,
    "58": Trouble.DISK,
    "08": Trouble.UNREACHABLE,
    "XX001": Trouble.DAMAGED,
    "XX002": Trouble.DAMAGED,
}
"""SQLSTATEs or their classes, https://www.postgresql.org/docs/current/errcodes-appendix.html."""
SYSTEM = {
    errno.ENOSPC: Trouble.FULL,
    errno.EDQUOT: Trouble.FULL,
    errno.EFBIG: Trouble.FULL,
    errno.EROFS: Trouble.READ_ONLY,
    errno.EACCES: Trouble.READ_ONLY,
    errno.EPERM: Trouble.READ_ONLY,
    errno.EIO: Trouble.DISK,
}


def trouble_of(error: BaseException) -> Trouble | None:
    """Which trouble an error stands for; None when it is something else, a mistake in a statement for instance."""
    if isinstance(error, DBAPIError):
        return _of_database(error)
    if isinstance(error, OSError) and error.errno is not None:
        return SYSTEM.get(error.errno)
    return None


def may_pass(error: BaseException) -> bool:
    """Whether the same may go well when tried again later."""
    return trouble_of(error) not in (None, Trouble.DAMAGED)


def _of_database(error: DBAPIError) -> Trouble | None:
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return SQLITE.get(code & 0xFF)  # extended codes carry the primary one in the low byte
    state = getattr(error.orig, "sqlstate", None)
    if state:
        return POSTGRESQL.get(state) or POSTGRESQL.get(state[:2])
    no_answer = type(error.orig).__module__.startswith("psycopg") and isinstance(error, OperationalError)
    return Trouble.UNREACHABLE if no_answer or error.connection_invalidated else None
