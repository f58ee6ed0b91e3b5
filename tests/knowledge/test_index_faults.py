"""The vector index deleted, damaged or out of reach: answers go on, and what is derived is built anew."""

import shutil
from pathlib import Path

import pytest

from knowledge.answering import AnswerKind, PolicyDesk
from knowledge.indexing import bring_level, open_shelf
from knowledge.vector_index import DATABASE_FILE
from storage.database import Database
from storage.documents.rules import PUBLIC
from tests.knowledge.conftest import TODAY, Ask, CountedWords

QUESTION = "夜间值班从几点到几点"


def spoil(folder: Path) -> None:
    (folder / DATABASE_FILE).write_bytes(b"not a database\n" * 400)


def entries(database: Database, data: Path) -> int:
    return len(open_shelf(database, data, embeddings=CountedWords()).vectors.keys())


def test_a_deleted_folder_is_built_anew(register: Database, ask: Ask, tmp_path: Path) -> None:
    before = ask(QUESTION)
    wanted = entries(register, tmp_path / "data")
    shutil.rmtree(tmp_path / "data" / "chroma")
    assert ask(QUESTION) == before
    assert entries(register, tmp_path / "data") == wanted > 0


def test_a_damaged_folder_is_built_anew(register: Database, tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert bring_level(register, data, embeddings=CountedWords()) > 0
    wanted = entries(register, data)
    for again in range(2):  # by the next question, and by `tanhua ingest`
        spoil(data / "chroma")
        if again:
            assert bring_level(register, data, embeddings=CountedWords()) == wanted
        else:
            assert open_shelf(register, data, embeddings=CountedWords()).finder().vectors is not None
        assert entries(register, data) == wanted


def test_without_its_server_keywords_answer(
    register: Database, tmp_path: Path, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    desk = PolicyDesk(register, tmp_path / "other", chroma_url="http://127.0.0.1:1", embeddings=CountedWords())
    answer = desk.answer(QUESTION, audience=PUBLIC, on_date=TODAY)
    assert answer.kind == ask(QUESTION).kind == AnswerKind.QUOTED
    assert "18时至次日8时" in answer.text
