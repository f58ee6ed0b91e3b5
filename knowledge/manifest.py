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
    path = folder / NAME
    try:
        if path.stat().st_size > LARGEST:
            return {}
        lines = json.loads(path.read_text("utf-8-sig"))
    except (OSError, ValueError):
        return {}
    if not isinstance(lines, list):
        return {}
    return {line["file"]: _vouched(line) for line in lines if isinstance(line, dict) and "file" in line}


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
