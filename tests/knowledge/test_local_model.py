"""Composed answers by a real, weak model: whatever it writes, no sentence is shown without a citation that holds."""

import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from knowledge.answering import Answer, PolicyDesk
from knowledge.characters import squeezed
from knowledge.ingesting import files_under, ingest_files
from knowledge.language_model import ChatModel
from storage.database import Database
from storage.documents.rules import PUBLIC, read_audience
from tests.knowledge.conftest import NOW, TODAY, CountedWords
from tests.knowledge.samples import SAMPLES
from tests.peers.local_model import MISSING, is_installed, local_model

pytestmark = [
    pytest.mark.skipif(not is_installed(), reason=MISSING),
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
    pytest.mark.timeout(14_400),
]
SHARED = Path(os.environ.get("TANHUA_SHARED", Path(__file__).parents[3] / "shared"))
FIRST, LAST = (int(number) for number in os.environ.get("TANHUA_MODEL_QUESTIONS", "1-0").split("-"))
"""Which development questions are asked too, such as 1-145: each takes up to half a minute on one core."""
QUESTIONS = ("夜间值班从几点到几点", "值班人员不得有哪些行为", "突发事件多长时间内报告")
SAID = re.compile(r"([^\[\]\n]+)\[(\d+(?:,\d+)*)\]")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with local_model(tmp_path_factory.mktemp("model")) as url:
        yield url


def uncited(answer: Answer) -> list[str]:
    """Sentences of a composed answer without a citation, or whose cited quotes do not carry them."""
    said, *sources = answer.text.split("\n")
    places = {line[1 : line.index("]")]: number for number, line in enumerate(sources) if re.match(r"\[\d+\] ", line)}
    assert len(places) == len(answer.citations)
    bad = [SAID.sub("", said).strip()] if SAID.sub("", said).strip() else []
    for sentence, cited in SAID.findall(said):
        if not all(one in places for one in cited.split(",")):
            bad.append(sentence)
    return bad


def test_no_sentence_is_shown_uncited(register: Database, tmp_path: Path, address: str) -> None:
    chat = ChatModel(register, address, "gemma", timeout=300)
    desk = PolicyDesk(register, tmp_path / "data", embeddings=CountedWords(), chat=chat)
    texts = {sample.name: squeezed(sample.text) for sample in SAMPLES}
    for question in QUESTIONS:
        answer = desk.answer(question, audience=PUBLIC, on_date=TODAY)
        assert answer.kind in ("quoted", "composed", "abstain")
        assert answer.kind != "composed" or uncited(answer) == []
        assert all(squeezed(citation.quote) in texts[citation.document] for citation in answer.citations)


@pytest.mark.skipif(not LAST, reason="TANHUA_MODEL_QUESTIONS=1-145 asks those development questions too")
def test_development_questions(database: Database, tmp_path: Path, address: str) -> None:
    files = files_under([SHARED / "seeds", SHARED / "corpus"])
    for _ in ingest_files(database, files, audience=read_audience("公开"), actor=None, now=NOW):
        pass
    chat = ChatModel(database, address, "gemma", timeout=300)
    desk = PolicyDesk(database, tmp_path / "data", embeddings=CountedWords(), chat=chat)
    lines = (SHARED / "evaluation" / "questions.dev.jsonl").read_text("utf-8").splitlines()
    kinds: Counter[str] = Counter()
    for number, line in enumerate(lines[FIRST - 1 : LAST], FIRST):
        question = json.loads(line)["question"]
        answer = desk.answer(question, audience=PUBLIC, on_date=TODAY)
        kinds[answer.kind] += 1
        print(f"{number}: {answer.kind}", flush=True)
        if answer.kind == "composed":
            assert uncited(answer) == [], question
    print(dict(kinds))
    assert kinds.total() == LAST - FIRST + 1
