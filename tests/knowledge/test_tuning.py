"""Fitting to confirmed pairs: better where there is something to learn, kept beside the state before, taken back."""

import numpy as np
import pytest

from knowledge import tuning
from knowledge.tuning import Tuning

MODEL = "some-model"


@pytest.fixture
def pairs():
    """Questions of length one, and passages that are the questions turned by one fixed rotation."""
    random = np.random.default_rng(7)
    questions = random.standard_normal((200, 16)).astype(np.float32)
    questions /= np.linalg.norm(questions, axis=1, keepdims=True)
    turn, _ = np.linalg.qr(random.standard_normal((16, 16)))
    return questions, (questions @ turn).astype(np.float32)


def closeness(candidate, questions, passages):
    """Mean cosine of turned questions and their passages, a heavy weight counted against it."""
    turned = [
        np.asarray(candidate.turned(question)) @ passage for question, passage in zip(questions, passages, strict=True)
    ]
    return float(np.mean(turned)) - abs(candidate.dense_weight - 0.45)


def test_the_best_strength_and_weight_are_chosen_on_what_was_held_back(pairs):
    questions, passages = pairs
    held = range(0, 200, tuning.HELD_BACK)

    def score(candidate):
        return closeness(candidate, questions[list(held)], passages[list(held)])

    best, reached = tuning.choose(questions, passages, held, MODEL, score)
    unturned = score(Tuning(np.eye(16, dtype=np.float32), 0.45, MODEL))
    assert best.strength == min(tuning.STRENGTHS)
    assert best.dense_weight == 0.45
    assert reached == pytest.approx(score(best))
    assert reached > 0.9 > unturned


def test_a_tuning_is_in_force_for_its_model_and_can_be_taken_back(tmp_path):
    first, second = (Tuning(np.eye(4, dtype=np.float32) * size, size, MODEL) for size in (1.0, 2.0))
    assert tuning.in_force(tmp_path, MODEL) is None
    assert not tuning.take_back(tmp_path)
    for one in (first, second):
        tuning.save(tmp_path, one, {"pairs": 40})
    assert tuning.in_force(tmp_path, MODEL).dense_weight == 2.0
    assert tuning.in_force(tmp_path, "another-model") is None
    assert tuning.take_back(tmp_path)
    assert tuning.in_force(tmp_path, MODEL).dense_weight == 1.0
    assert tuning.take_back(tmp_path)
    assert tuning.in_force(tmp_path, MODEL) is None
