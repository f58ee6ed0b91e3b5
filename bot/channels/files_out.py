"""Files on their way out: read from the data folder and from nowhere else."""

from pathlib import Path

from jobs.sender import SendFailed
from storage.outbox.body import File


def read_file(data: Path, file: File) -> bytes:
    """The content of a file of the data folder. SendFailed (permanent) when it is not there or is empty."""
    folder = data.resolve()
    path = Path(file.path)
    place = (path if path.is_absolute() or path.exists() else folder / path).resolve()
    if not place.is_relative_to(folder):
        raise SendFailed("附件不在数据目录内", permanent=True)
    try:
        content = place.read_bytes()
    except OSError as error:
        raise SendFailed("附件已不存在", permanent=True) from error
    if not content:
        raise SendFailed("附件是空文件", permanent=True)
    return content
