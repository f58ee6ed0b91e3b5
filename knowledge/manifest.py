"""MANIFEST.json beside the files: what a person has vouched for. Read as the register understands it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from storage.documents.rules import Kind, Standing, first_day, kind_of, standing_of

NAME = "MANIFEST.json"
LARGEST = 5_000_000


@dataclass(frozen=True)
class Vouched:
    """One line of a manifest."""

    title: str
    kind: Kind | None
    issued: str
    standing: Standing
    superseded_by: str
    note: str
    issuer: str
    number: str
    in_force_from: str
    in_force_until: str


def read_manifests(folder: Path) -> dict[str, Vouched]:
    """The lines of the manifest in `folder`, by file name; {} where there is none or it cannot be read."""
    return {line["file"]: _vouched(line) for line in _read(folder)[0]}


def manifest_problems(folder: Path) -> list[str]:
    """What of the manifest in `folder` is not heeded, in sentences: a standing lost in silence would be quoted as law."""
    lines, problems = _read(folder)
    for line in lines:
        if line.get("date") is not None and not first_day(str(line["date"])):
            problems.append(f"{NAME} 中 {line['file']} 的日期“{line['date']}”不能识别，已忽略")
        if not (folder / line["file"]).is_file():
            problems.append(f"{NAME} 中的 {line['file']} 不在该文件夹中")
    return problems


def _read(folder: Path) -> tuple[list[Mapping[str, Any]], list[str]]:
    """The lines that name a file, and what is wrong with the rest."""
    path = folder / NAME
    try:
        if path.stat().st_size > LARGEST:
            return [], [f"{NAME} 过大，已忽略，文件的标题、日期和效力均按文件本身判断"]
        lines = json.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError:
        return [], []
    except (OSError, ValueError, RecursionError):
        return [], [f"{NAME} 读不出来（应为 UTF-8 的 JSON），已忽略，文件的标题、日期和效力均按文件本身判断"]
    if not isinstance(lines, list):
        return [], [f"{NAME} 应为列表，每个文件一项，已忽略，文件的标题、日期和效力均按文件本身判断"]
    good: list[Mapping[str, Any]] = [
        line for line in lines if isinstance(line, dict) and isinstance(line.get("file"), str) and line["file"]
    ]
    bad = len(lines) - len(good)
    return good, [f"{NAME} 中有 {bad} 项没有写明文件名（file），已忽略"] if bad else []


def _vouched(line: Mapping[str, Any]) -> Vouched:
    def said(field: str) -> str:
        value = line.get(field)
        return str(value).strip() if value is not None else ""

    note, status = said("note"), said("status")
    if status == "部分被取代":
        note = "；".join(part for part in ("部分内容已被取代", note) if part)
    return Vouched(
        title=said("title") or Path(said("file")).stem,
        kind=kind_of(said("type")),
        issued=said("date") if first_day(said("date")) else "",
        standing=standing_of(status),
        superseded_by=said("superseded_by") if status != "部分被取代" else "",
        note=note,
        issuer=said("issuer"),
        number=said("number"),
        in_force_from=said("in_force_from"),
        in_force_until=said("in_force_until"),
    )
