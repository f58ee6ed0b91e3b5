"""Chroma on a server by setting, several readers while one writes, and indexing that is killed."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from knowledge.answering import PolicyDesk
from knowledge.indexing import bring_level, open_shelf
from knowledge.ingesting import ingest
from storage.database import Database
from storage.documents.rules import PUBLIC, Audience, read_audience
from tests.knowledge.chroma_server import chroma_server, close_clients_of
from tests.knowledge.conftest import NOW, TODAY, CountedWords
from tests.knowledge.samples import FAQ

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
QUESTION = "夜间值班从几点到几点"


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with chroma_server(tmp_path / "server") as address:
        yield address
        close_clients_of(address)


def desk_at(register: Database, data: Path, address: str = "") -> PolicyDesk:
    return PolicyDesk(register, data, chroma_url=address, embeddings=CountedWords())


def test_a_server_answers_as_the_folder_does(register: Database, tmp_path: Path, server: str) -> None:
    on_disk, served = desk_at(register, tmp_path / "disk"), desk_at(register, tmp_path / "served", server)
    insider = Audience(internal=True)
    for question, audience in ((QUESTION, PUBLIC), ("紫藤专班负责什么", insider), ("紫藤专班负责什么", PUBLIC)):
        answers = [
            desk.answer(question, audience=audience, on_date=TODAY, with_retrieved=True) for desk in (on_disk, served)
        ]
        assert answers[0] == answers[1]
    assert not (tmp_path / "served" / "chroma" / "chroma.sqlite3").exists(), "nothing is kept beside the server"
    wanted = set(served.shelf.library().entries(served.shelf.vectors.model))
    assert served.shelf.vectors.keys() == wanted
    assert bring_level(register, tmp_path / "served", chroma_url=server, embeddings=CountedWords()) == 0
    assert bring_level(register, tmp_path / "second", chroma_url=server, embeddings=CountedWords()) == 0
    _emptied(served)
    assert desk_at(register, tmp_path / "served", server).answer(QUESTION, audience=PUBLIC, on_date=TODAY).citations
    assert open_shelf(register, tmp_path / "served", chroma_url=server).vectors.keys() == wanted


def _emptied(desk: PolicyDesk) -> None:
    """Somebody deletes everything on the server."""
    vectors = desk.shelf.vectors
    vectors._store().delete(ids=sorted(vectors.keys()))


def test_several_read_while_one_writes(register: Database, tmp_path: Path, server: str) -> None:
    failed: list[BaseException] = []
    asked: list[int] = []
    over = threading.Event()

    def read(number: int) -> None:
        desk = desk_at(register, tmp_path / f"reader{number}", server)
        try:
            while True:
                last = over.is_set()
                answer = desk.answer(QUESTION, audience=PUBLIC, on_date=TODAY)
                assert "18时至次日8时" in answer.text
                asked.append(number)
                if last:
                    return
        except BaseException as error:
            failed.append(error)

    readers = [threading.Thread(target=read, args=(number,)) for number in range(3)]
    for reader in readers:
        reader.start()
    try:
        for number in range(4):
            text = FAQ.replace("食堂", f"第{number}食堂").encode()
            ingest(
                register, text, f"问答{number}.txt", vouched=None, audience=read_audience("公开"), actor=None, now=NOW
            )
            bring_level(register, tmp_path / "writer", chroma_url=server, embeddings=CountedWords())
    finally:
        over.set()
        for reader in readers:
            reader.join()
    assert failed == []
    assert set(asked) == {0, 1, 2}
    shelf = open_shelf(register, tmp_path / "writer", chroma_url=server, embeddings=CountedWords())
    shelf.finder()
    assert shelf.vectors.keys() == set(shelf.library().entries(shelf.vectors.model))


def test_a_reader_takes_in_what_another_indexed_and_reads_only_that(
    register: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, writer = desk_at(register, tmp_path), desk_at(register, tmp_path)
    reader.answer(QUESTION, audience=PUBLIC, on_date=TODAY)
    before = reader.shelf.finder().vectors
    assert reader.shelf.finder().vectors is before is not None
    text = FAQ.replace("食堂", "三号食堂").encode()
    ingest(register, text, "新问答.txt", vouched=None, audience=read_audience("公开"), actor=None, now=NOW)
    writer.shelf.finder()
    read: list[str] = []
    inner = reader.shelf.vectors.vectors
    monkeypatch.setattr(reader.shelf.vectors, "vectors", lambda keys: (read.extend(keys), inner(keys))[1])
    after = reader.shelf.finder().vectors
    assert after is not None
    assert set(read) == after.places.keys() - before.places.keys() != set()
    assert after.places.keys() == set(reader.shelf.library().entries(reader.shelf.vectors.model))


def test_indexing_that_was_killed_is_brought_level_by_the_next_start(register: Database, tmp_path: Path) -> None:
    data, url = tmp_path / "killed", f"sqlite:///{register.engine.url.database}"
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.knowledge.indexing_child", url, str(data)],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
        text=True,
    )
    assert child.stdout is not None
    with child.stdout:
        assert [child.stdout.readline() for _ in range(2)] == ["4\n", "4\n"]
        child.kill()
    assert child.wait() == -9
    shelf = open_shelf(register, data, embeddings=CountedWords())
    wanted = set(shelf.library().entries(shelf.vectors.model))
    begun = shelf.vectors.keys()
    assert 8 <= len(begun) < len(wanted), "it was killed in the middle"
    assert begun < wanted
    answer = desk_at(register, data).answer(QUESTION, audience=PUBLIC, on_date=TODAY)
    assert "18时至次日8时" in answer.text
    assert shelf.vectors.keys() == wanted
