from dataclasses import dataclass

from storage.errors import Refused


@dataclass(frozen=True)
class R:
    text: str
    media: str = "text/plain"
    suspicions: tuple[str, ...] = ()


def read_document(data: bytes, name: str) -> R:
    try:
        t = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused("x")
    if not t.strip():
        raise Refused("y")
    return R(t)
