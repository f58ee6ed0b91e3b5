"""The vector index deleted, damaged or out of reach: answers go on, and what is derived is built anew."""

import fcntl
import shutil
import threading
from pathlib import Path

import numpy as np
import pytest

from knowledge import indexing
from knowledge.answering import AnswerKind, PolicyDesk
from knowledge.indexing import bring_level, open_shelf
from knowledge.ingesting import ingest
from knowledge.vector_index import DATABASE_FILE, LOCK_FILE
from storage.database import Database
from storage.documents.rules import PUBLIC, read_audience
from tests.knowledge.conftest import NOW, TODAY, Ask, CountedWords
from tests.knowledge.samples import FAQ

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


def test_while_another_process_indexes_questions_are_answered(
    register: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "PATIENCE", 0.05)
    data = tmp_path / "busy"
    desk = PolicyDesk(register, data, embeddings=CountedWords())
    (data / "chroma").mkdir(parents=True)
    with (data / "chroma" / LOCK_FILE).open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert desk.shelf.finder().vectors is None
        assert "18时至次日8时" in desk.answer(QUESTION, audience=PUBLIC, on_date=TODAY).text
    desk.shelf._ask_again = 0.0
    first = desk.shelf.finder().vectors
    assert first is not None
    assert set(first.rows) == set(range(len(first.places)))
    text = FAQ.replace("食堂", "三号食堂").encode()
    ingest(register, text, "新问答.txt", vouched=None, audience=read_audience("公开"), actor=None, now=NOW)
    with (data / "chroma" / LOCK_FILE).open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        finder = desk.shelf.finder()
        assert finder.vectors is not None
        assert len(finder.vectors.rows) == len(finder.library.passages) > len(first.rows)
        assert np.isnan(finder.vectors.cosines(CountedWords().embed_query(QUESTION))).any()
        assert "18时至次日8时" in desk.answer(QUESTION, audience=PUBLIC, on_date=TODAY).text
    desk.shelf._ask_again = 0.0
    after = desk.shelf.finder().vectors
    assert after is not None
    assert not np.isnan(after.cosines(CountedWords().embed_query(QUESTION))).any()


def test_while_another_thread_indexes_questions_are_answered(
    register: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "PATIENCE", 0.05)
    begun, go_on = threading.Event(), threading.Event()

    class Slow(CountedWords):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            begun.set()
            assert go_on.wait(60)
            return super().embed_documents(texts)

    shelf = open_shelf(register, tmp_path / "slow", embeddings=Slow())
    worker = threading.Thread(target=shelf.finder)
    worker.start()
    try:
        assert begun.wait(60)
        assert shelf.finder().vectors is None
    finally:
        go_on.set()
        worker.join()
    assert shelf.finder().vectors is not None


def test_without_its_server_keywords_answer(
    register: Database, tmp_path: Path, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    desk = PolicyDesk(register, tmp_path / "other", chroma_url="http://127.0.0.1:1", embeddings=CountedWords())
    answer = desk.answer(QUESTION, audience=PUBLIC, on_date=TODAY)
    assert answer.kind == ask(QUESTION).kind == AnswerKind.QUOTED
    assert "18时至次日8时" in answer.text
