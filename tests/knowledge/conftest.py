"""A register with the sample documents, and an embedder small enough to be run many times."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from langchain_core.embeddings import Embeddings

from knowledge.answering import Answer, PolicyDesk
from knowledge.characters import terms
from knowledge.ingesting import files_under, ingest_files
from storage.database import Database
from storage.documents.rules import PUBLIC, Audience, read_audience
from storage.people.tables import Unit
from tests.knowledge.samples import SAMPLES

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)
Ask = Callable[..., Answer]


class CountedWords(Embeddings):
    """Words hashed into 64 places: vectors without a model, the same on every machine."""

    name = "counted-words"

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        vector = [0.01] * 64
        for term in terms(text):
            vector[sum(map(ord, term)) % 64] += 1.0
        length = sum(value * value for value in vector) ** 0.5
        return [value / length for value in vector]


@pytest.fixture
def units(database: Database) -> dict[str, int]:
    """Two towns below one county: ids by code."""
    with database.transaction() as session:
        county = Unit(code="YX", name="云溪县", level="县", counted_level="县")
        session.add(county)
        session.flush()
        county.path = f"/{county.id}/"
        ids = {"YX": county.id or 0}
        for code, name in (("QS", "青石镇"), ("HS", "黄沙镇")):
            town = Unit(code=code, name=name, level="乡", counted_level="乡", parent_id=county.id)
            session.add(town)
            session.flush()
            town.path = f"/{county.id}/{town.id}/"
            ids[code] = town.id or 0
    return ids


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The sample files with their manifest."""
    place = tmp_path / "documents"
    place.mkdir()
    for sample in SAMPLES:
        (place / sample.name).write_text(sample.text, "utf-8")
    lines = [{"file": sample.name, **sample.line} for sample in SAMPLES]
    (place / "MANIFEST.json").write_text(json.dumps(lines, ensure_ascii=False), "utf-8")
    return place


@pytest.fixture
def register(database: Database, folder: Path, units: dict[str, int]) -> Database:
    """A database with every sample registered for its audience."""
    for sample in SAMPLES:
        files = files_under([folder / sample.name])
        results = list(ingest_files(database, files, audience=read_audience(sample.audience), actor=None, now=NOW))
        assert [result.outcome for result in results] == ["added"], results
    return database


@pytest.fixture
def desk(register: Database, tmp_path: Path) -> PolicyDesk:
    return PolicyDesk(register, tmp_path / "data", embeddings=CountedWords())


@pytest.fixture
def ask(desk: PolicyDesk) -> Ask:
    """Ask as the public, today, unless told otherwise."""

    def asking(question: str, audience: Audience = PUBLIC, on_date: date = TODAY) -> Answer:
        return desk.answer(question, audience=audience, on_date=on_date, with_retrieved=True)

    return asking
