"""Fitting to confirmed pairs: better where there is something to learn, kept beside the state before, taken back."""

import json
import random
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from knowledge import tuning
from knowledge.asking import read_question
from knowledge.fitting import GRID, Confirmed, Fitting, Pair, Setting, best_setting, fit, read_pairs
from knowledge.indexing import open_shelf
from knowledge.library import Library, Period
from knowledge.recall import recalled
from knowledge.tuning import Tuning
from storage.database import Database
from storage.documents.rules import Audience, AudienceLevel
from storage.errors import Refused
from tests.knowledge.conftest import CountedWords
from tests.knowledge.test_search import DAY, drawn, vectors_of, words

MODEL = "some-model"
SAID = "鹰鹤鹭鹿狐狼獾鼬獭豹狮象犀貘猿猴狸兔鼠蛙蛇龟鳄鲸鲨鲤鲫鳟鲑鳕蜂蝶蛾蚁蝉萤蜓蛛蝎蟹"
BESIDE = "甲乙丙丁戊己庚辛壬癸"
"""Characters of askers that stand in no document."""


def test_the_matrix_turns_questions_towards_what_answered_them():
    """Questions of length one, and passages that are the questions turned by one fixed rotation."""
    chance = np.random.default_rng(7)
    questions = chance.standard_normal((200, 16)).astype(np.float32)
    turn, _ = np.linalg.qr(chance.standard_normal((16, 16)))
    passages = (questions @ turn).astype(np.float32)
    loose, tight = (tuning.fitted_matrix(questions[:160], passages[:160], strength) for strength in (1.0, 1e6))
    np.testing.assert_allclose(questions[160:] @ loose, passages[160:], atol=0.1)
    np.testing.assert_allclose(tight, np.eye(16), atol=1e-2)


def test_the_best_setting_is_found_along_the_grid():
    aim = Setting(*(values[-1] for name in Setting._fields for values in [GRID[name]]))
    assert best_setting(lambda one: -sum(abs(a - b) for a, b in zip(one, aim, strict=True))) == aim
    assert best_setting(lambda _: 0.0) == Setting()


def test_a_tuning_is_in_force_for_its_model_and_can_be_taken_back(tmp_path):
    first, second = (
        Tuning(np.eye(4, dtype=np.float32) * size, size, MODEL, size / 2, ("问题", f"第{size}问"), ((0, "a"), (1, "b")))
        for size in (1.0, 2.0)
    )
    assert tuning.in_force(tmp_path, MODEL) is None
    assert not tuning.take_back(tmp_path)
    for one in (first, second):
        tuning.save(tmp_path, one, {"pairs": 40})
    held = tuning.in_force(tmp_path, MODEL)
    assert (held.dense_weight, held.recall_weight) == (2.0, 1.0)
    assert (held.questions, held.keys) == (second.questions, second.keys)
    np.testing.assert_array_equal(held.matrix, second.matrix)
    assert tuning.in_force(tmp_path, "another-model") is None
    assert tuning.take_back(tmp_path)
    assert tuning.in_force(tmp_path, MODEL).questions == first.questions
    assert tuning.take_back(tmp_path)
    assert tuning.in_force(tmp_path, MODEL) is None


def test_a_tuning_written_before_questions_were_remembered_is_still_read(tmp_path):
    np.savez(tmp_path / tuning.FILE, matrix=np.eye(4), dense_weight=0.3, model=MODEL, about="{}")
    held = tuning.in_force(tmp_path, MODEL)
    assert (held.dense_weight, held.recall_weight, held.questions) == (0.3, 0.0, ())


def taught(library: Library, each: int = 4) -> list[Confirmed]:
    """Questions in words of their own, `each` with the same two of them for one passage; mixed."""
    chance = random.Random(11)
    places = [number for number, passage in enumerate(library.passages) if not passage.outline][:30]
    pairs = [(place, SAID[n] + SAID[-n - 1]) for n, place in enumerate(places)]
    made = [Confirmed(said + "".join(chance.sample(BESIDE, 3)), (place,)) for n in range(each) for place, said in pairs]
    chance.shuffle(made)
    return made


def test_questions_like_confirmed_ones_find_what_answered_those():
    library = drawn(4)
    whole, before, after = Fitting(library, vectors_of(library)).fitted(taught(library))
    assert before < 0.2 < 0.6 < after
    assert whole.recall_weight > 0
    assert len(whole.questions) == 120


def test_what_was_held_back_is_not_learnt_by_heart():
    """Nothing can be learnt of questions that have nothing in common: the figure after shows it."""
    library = drawn(4)
    chance = random.Random(12)
    strange = [
        Confirmed("".join(chance.sample(SAID, 6)), tuple(chance.sample(range(len(library.passages)), 2)))
        for _ in range(100)
    ]
    _, before, after = Fitting(library, vectors_of(library)).fitted(strange)
    assert max(before, after) < 0.1


def test_a_confirmed_question_about_what_is_hidden_takes_no_part():
    library = drawn(6)
    model = "counted"
    keys = library.keys(model)
    level = {n: library.documents[p.document_id].audience for n, p in enumerate(library.passages)}
    shown = [n for n in level if level[n] == AudienceLevel.PUBLIC][:20]
    hidden = [n for n in level if level[n] == AudienceLevel.INTERNAL][:20]
    questions = [words(random.Random(n), 8) for n in (*shown, *hidden)]
    with_hidden = recalled(library, model, questions, [(n, keys[place]) for n, place in enumerate((*shown, *hidden))])
    without = recalled(library, model, questions[:20], [(n, keys[place]) for n, place in enumerate(shown)])
    asked, _ = read_question(questions[3] + questions[30], DAY)
    view = library.view(Audience(), Period(date(2030, 1, 1)))
    boosts = with_hidden.boosts(asked, view)
    assert boosts.max() > 0
    np.testing.assert_array_equal(boosts, without.boosts(asked, view))
    assert not boosts[hidden].any()
    insider = library.view(Audience(internal=True), Period(date(2030, 1, 1)))
    assert with_hidden.boosts(asked, insider)[hidden].any()
    gone = recalled(library, model, questions, [(0, "no such passage")])
    assert not gone.boosts(asked, insider).any()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_pairs_of_an_organisation_are_fitted_put_in_force_and_taken_back(register: Database, tmp_path: Path):
    shelf = open_shelf(register, tmp_path, embeddings=CountedWords())
    library = shelf.finder().library
    whole = library.whole()
    file = tmp_path / "pairs.jsonl"
    rows = [
        {
            "question": one.question,
            "document": library.documents[library.passages[one.places[0]].document_id].name,
            "quote": library.passages[one.places[0]].text,
        }
        for one in taught(library, 8)
    ]
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    asked, _ = read_question(str(rows[0]["question"])[:2], DAY)
    shipped = shelf.finder().rank(asked, whole, 20)
    done = fit(shelf, [*read_pairs(file), Pair("没有的", "没有.txt", "没有的话")], tmp_path)
    assert done.unmatched == 1
    assert done.used == len(rows)
    assert done.in_force
    assert done.after > done.before
    tuned = shelf.finder()
    [(best, _)] = tuned.rank(asked, whole, 1)
    assert library.passages[best].text == rows[0]["quote"]
    assert shelf.finder().recall is tuned.recall is not None
    assert tuning.take_back(tmp_path)
    assert shelf.finder().rank(asked, whole, 20) == shipped
    with pytest.raises(Refused, match="至少需要40条"):
        fit(shelf, read_pairs(file)[:30], tmp_path)
