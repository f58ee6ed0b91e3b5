"""Files into the register: read, described, cut into passages, written in one transaction per file."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from knowledge.describing import describe, doubt
from knowledge.documents import About, split
from knowledge.manifest import NAME, Vouched, read_manifests
from knowledge.reading import STANDARD, display_name, read_document, read_file
from storage.database import Database
from storage.documents.queries import document_named, text_of
from storage.documents.registering import NewText, Outcome, register
from storage.documents.rules import AudienceChoice
from storage.documents.upkeep import release
from storage.errors import NotFound, TanhuaError
from storage.people.rules import Actor

LARGEST = STANDARD.file_bytes
"""Bytes of one file."""
BESIDE = frozenset({NAME, "manifest.json", "SOURCES.md", "Thumbs.db", "desktop.ini"})


@dataclass(frozen=True)
class Ingested:
    """What became of one file."""

    name: str
    outcome: Outcome
    reason: str = ""
    version: int = 0


def files_under(paths: Iterable[Path]) -> list[Path]:
    """The files named and those below the folders named, hidden ones and manifests left out, in name order."""
    found: dict[Path, None] = {}
    for path in paths:
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in inside:
            hidden = (
                any(part.startswith((".", "~$")) for part in file.relative_to(path).parts) if path.is_dir() else False
            )
            if not file.is_dir() and not hidden and not (path.is_dir() and file.name in BESIDE):
                found[file] = None
    return list(found)


def ingest_files(
    database: Database, files: Iterable[Path], *, audience: AudienceChoice, actor: Actor | None, now: datetime
) -> Iterator[Ingested]:
    """Take `files` in one after the other; a bad one is refused with its reason and stops nobody."""
    manifests: dict[Path, dict[str, Vouched]] = {}
    taken: dict[str, str] = {}
    for file in files:
        if file.parent not in manifests:
            manifests[file.parent] = read_manifests(file.parent)
        vouched = manifests[file.parent].get(file.name)
        try:
            data = read_file(file)
            name = _own_name(display_name(file.name), hashlib.sha256(data).hexdigest(), taken)
            yield ingest(database, data, name, vouched=vouched, audience=audience, actor=actor, now=now)
        except NotFound:
            raise
        except TanhuaError as error:
            yield Ingested(display_name(file.name), Outcome.REFUSED, error.message)


def ingest(
    database: Database,
    data: bytes,
    name: str,
    *,
    vouched: Vouched | None,
    audience: AudienceChoice,
    actor: Actor | None,
    now: datetime,
) -> Ingested:
    """Take one file in. Errors: Refused with the reason and the step that would help; NotFound for the unit."""
    name = display_name(name)
    read = read_document(data, name)
    details = describe(read, Path(name).stem, vouched)
    suspicion = "；".join([*read.suspicions, doubt(read, details, vouched)]).strip("；")
    passages = split(read.text, About(details.title, details.kind))
    new = NewText(hashlib.sha256(data).hexdigest(), read.media, read.text, passages)
    with database.transaction() as session:
        fact = register(
            session,
            name=name,
            new=new,
            details=details,
            audience=audience,
            suspicion=suspicion,
            actor=actor,
            now=now,
        )
    return Ingested(name, fact.outcome, fact.reason, fact.version)


def release_held(database: Database, name: str, *, actor: Actor | None, now: datetime) -> int:
    """Let the held version of a document into use after review and give its number. Errors: NotFound."""
    with database.transaction() as session:
        document = document_named(session, name=name)
        if document is None or document.held_version is None:
            raise NotFound("没有待审的版本。")
        text = text_of(session, document_id=document.id, version=document.held_version)
        passages = split(text, About(document.title, document.kind))
        return release(session, document_id=document.id, passages=passages, actor=actor, now=now)


def _own_name(name: str, digest: str, taken: dict[str, str]) -> str:
    """The name a file of this run is registered under: two files of one name and different content are two documents,
    told apart by their order."""
    path, own, number = Path(name), name, 1
    while taken.setdefault(own, digest) != digest:
        number += 1
        own = f"{path.stem}（{number}）{path.suffix}"
    return own
