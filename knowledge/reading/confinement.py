"""Risky readers run in a process of their own, bounded in memory, time and output: a bad file ends that process only.

The child gets the bytes on its standard input, an environment without the service's secrets, and answers with JSON in
a file that exists in memory only where the system allows it, so that nothing of a refused text stays on disk.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

from knowledge.reading.document import Block, Extract, Limits
from storage.errors import Refused

_OPEN_AND_SAVE = "请用 WPS 或 Word 打开核对，另存后重新上传；仍不行时请转换为文本或 .docx。"
_ROOT = Path(__file__).resolve().parents[2]


class Unreadable(Refused):
    """文件结构异常，无法读取。请用 WPS 或 Word 打开核对，另存后重新上传。"""


class Scanned(Refused):
    """文件是扫描件或图片，没有文本层，需先做文字识别。请识别成文字后上传，或请管理员安装文字识别组件。"""


def read_confined(family: str, data: bytes, limits: Limits, *, converting: bool = False) -> Extract:
    """Let the child process read `data` as `family` (see `child.READERS`).

    `converting` widens time and memory to what LibreOffice and the recogniser need.

    Raises:
        Refused: with the child's reason; Scanned where there is no text layer; Unreadable when it failed or was ended.
    """
    # Time is the processor's, so that a busy machine refuses nothing; by the clock it is three times as much.
    seconds = limits.converter_seconds if converting else limits.seconds
    memory = limits.converter_memory if converting else limits.memory
    output = 256 * 1024 * 1024 if converting else limits.text_characters * 8 + 1_000_000
    bounds = {"memory": memory, "seconds": seconds, "output": output}
    command = [sys.executable, "-s", "-m", "knowledge.reading.child", family]
    with _unnamed_file() as answer:
        child = subprocess.Popen(
            [*command, json.dumps({"bounds": bounds, "limits": asdict(limits)})],
            stdin=subprocess.PIPE,
            stdout=answer,
            stderr=subprocess.DEVNULL,
            cwd=_ROOT,
            env=_bare_environment(),
            start_new_session=True,
        )
        try:
            child.communicate(data, timeout=3 * seconds)
        except subprocess.TimeoutExpired:
            raise Unreadable(
                f"读取用时超过上限（{seconds} 秒），已停止。请拆分或另存为较小的文件后重新上传。"
            ) from None
        except BrokenPipeError:
            pass  # it ended before it had read everything: the answer or the exit code says why
        finally:
            _end(child)
        answer.seek(0)
        return _outcome(child.returncode, answer.read(output), seconds)


def _unnamed_file() -> BinaryIO:
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("reading"), "w+b")
    return tempfile.TemporaryFile()


def _bare_environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TMPDIR") if name in os.environ}
    return {**kept, "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "2"}


def _end(child: "subprocess.Popen[bytes]") -> None:
    """End the child and whatever it started: its own session, so nobody else's processes."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _outcome(code: int, answer: bytes, seconds: int) -> Extract:
    try:
        told: dict[str, Any] = json.loads(answer) if code == 0 else {}
    except ValueError:
        told = {}
    if "refused" in told:
        raise Refused(told["refused"])
    if "scanned" in told:
        raise Scanned()
    if "blocks" in told:
        blocks = [Block(*one) for one in told["blocks"]]
        return Extract(told["media"], blocks, told["title"], tuple(told["doubts"]))
    if code == -signal.SIGXCPU:
        raise Unreadable(f"读取用时超过上限（{seconds} 秒），已停止。请拆分或另存为较小的文件后重新上传。")
    if told.get("failed") == "memory":
        raise Unreadable(f"展开后过大，读取所需内存超过上限，已停止。{_OPEN_AND_SAVE}")
    raise Unreadable(f"文件结构异常，无法读取。{_OPEN_AND_SAVE}")
