"""One entry of a rulebook's TOML as the value it should be, or a refusal that names it. KeyError: it is missing."""

from collections.abc import Collection, Mapping
from datetime import time
from typing import Any

Entries = Mapping[str, Any]


def section(data: Entries, name: str) -> Entries:
    """A part with entries of its own; {} when it is not there."""
    part = data.get(name, {})
    if not isinstance(part, Mapping):
        raise ValueError(f"{name} 应为一节，写成 [{name}]")
    return part


def only(data: Entries, known: Collection[str], where: str) -> None:
    """Refuse what nobody reads: a slip of the pen would leave the usual value in force, unnoticed."""
    if unknown := sorted(data.keys() - set(known)):
        raise ValueError(f"{where} 中不认识的项目：{'、'.join(unknown)}")


def words(data: Entries, name: str) -> str:
    """A text that is not blank."""
    value = data[name]
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{name} 应为文字")
    return value


def whole(data: Entries, name: str, usual: int | None = None, *, least: int | None = 0) -> int:
    """A whole number not below `least`; without `usual` it must be there."""
    value = data[name] if usual is None else data.get(name, usual)
    if not _is_whole(value) or (least is not None and value < least):
        raise ValueError(f"{name} 应为整数" + (f"，不小于 {least}" if least is not None else ""))
    return int(value)


def yes(data: Entries, name: str) -> bool:
    """true or false; false when it is not there."""
    value = data.get(name, False)
    if not isinstance(value, bool):
        raise ValueError(f"{name} 应为 true 或 false")
    return value


def clock(data: Entries, name: str) -> time:
    """A time of day, to the minute."""
    try:
        return time.fromisoformat(data[name])
    except (TypeError, ValueError):
        raise ValueError(f'{name} 应写成 "09:00" 的样子') from None


def listed(data: Entries, name: str, kind: type = object, *, needed: bool = False) -> list[Any]:
    """A list of values of one kind; [] when it is not there and not `needed`."""
    value = data[name] if needed else data.get(name, [])
    said = {str: "文字", int: "整数"}.get(kind, "{ … }")
    good = isinstance(value, list) and all(_is_whole(one) if kind is int else isinstance(one, kind) for one in value)
    if not good:
        raise ValueError(f"{name} 应为列表，每项为{said}")
    return list(value)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
