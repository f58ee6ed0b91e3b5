"""Topic schemes of talk outlines: the shipped ones, or those of `topics.toml` in the data folder."""

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from storage.errors import Refused

FILE = "topics.toml"


@dataclass(frozen=True)
class Scheme:
    """A scheme of topics, named with the source it comes from."""

    key: str
    name: str
    source: str
    topics: tuple[str, ...]


def schemes(data: Path) -> tuple[Scheme, ...]:
    """The schemes in force for this installation. Refused names what is wrong in the installation's own file."""
    own = data / FILE
    text = own.read_text("utf-8") if own.is_file() else files("bot.texts").joinpath(FILE).read_text("utf-8")
    return read_schemes(text)


def read_schemes(text: str) -> tuple[Scheme, ...]:
    """The schemes written in `text` (TOML). Refused when it cannot be read or a scheme has no topics."""
    try:
        entries = tomllib.loads(text)["scheme"]
        found = tuple(
            Scheme(str(one["key"]), str(one["name"]), str(one["source"]), tuple(map(str, one["topics"])))
            for one in entries
        )
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise Refused(f"提纲主题文件有误：{error}") from error
    if not found or not all(scheme.topics for scheme in found):
        raise Refused("提纲主题文件里没有主题。")
    return found
