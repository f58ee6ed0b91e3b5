"""The content-addressed folder: a file is named by its digest, by nothing the sender controls."""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from storage.attachments.rules import kind_of, shown_name


@dataclass(frozen=True)
class KeptFile:
    """A file in the folder: digest of its content, the name to show, media type by content, size in bytes."""

    digest: str
    name: str
    media: str
    size: int


def keep_file(folder: Path, data: bytes, name: str) -> KeptFile:
    """Keep a file under `folder`; the same content is kept once. Refused when it may not be taken."""
    kind = kind_of(data, name)
    return KeptFile(_keep(folder, data), shown_name(name), kind.media, len(data))


def keep_own(folder: Path, data: bytes) -> Path:
    """Keep a file we made ourselves (an invitation, a report); gives where it lies."""
    return path_of(folder, _keep(folder, data))


def _keep(folder: Path, data: bytes) -> str:
    digest = hashlib.sha256(data).hexdigest()
    target = path_of(folder, digest)
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=target.parent)
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        Path(temporary).replace(target)
    return digest


def path_of(folder: Path, digest: str) -> Path:
    """Where the content of a digest lies."""
    return folder / "attachments" / digest[:2] / digest
