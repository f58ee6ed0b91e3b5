"""The shipped reader of answerability is the trainer's output, and holds what the trainer says of it."""

import json

import numpy as np

from knowledge.answer_features import NAMES, features
from knowledge.answerability import WEIGHTS, is_answered, shipped_reader
from tests.benchmarks.boosting import leaf
from tests.benchmarks.train_answerability import SETTINGS, SLOPES, THRESHOLD, Examples, made_with, trained
from tests.knowledge.test_asked_near import scene

LEAST_CASES = 500
LEAST_AREA = 0.70
AIMED = ("stard", "cmrc", "both")


def shipped() -> dict[str, object]:
    return json.loads(WEIGHTS.read_text("utf-8"))


def test_the_file_carries_the_trainers_settings() -> None:
    held = shipped()
    for name, value in made_with().items():
        assert held[name] == value, f"{name}: run python -m tests.benchmarks.train_answerability"
    assert len(held["trees"]) == SETTINGS.trees


def test_what_it_was_judged_on_is_enough_and_good_enough() -> None:
    judged = shipped()["held_back"]
    assert set(judged) == set(AIMED)
    assert judged["both"]["cases"] == judged["stard"]["cases"] + judged["cmrc"]["cases"] >= LEAST_CASES
    assert judged["both"]["auc"] >= LEAST_AREA


def test_every_tree_and_slope_names_a_feature_there_is() -> None:
    count = len(features(scene("走访每月几次")))
    reader, threshold = shipped_reader()
    assert count == len(NAMES)
    assert threshold == THRESHOLD
    assert set(reader.slopes) == set(SLOPES)
    assert max(reader.slopes) < count
    assert max(_features_of(list(reader.trees))) < count


def test_training_is_the_same_each_time_and_tells_the_two_apart() -> None:
    numbers = np.random.default_rng(3)
    labels = np.arange(400) % 2
    rows = numbers.normal(size=(400, len(features(scene("走访每月几次")))))
    rows[:, 0] += labels * 2
    rows[:, list(SLOPES)] = 0.0
    made = Examples(rows, labels, np.arange(400) % 5 == 0)
    first, second = trained({"stard": made, "cmrc": made}), trained({"stard": made, "cmrc": made})
    assert json.dumps(first) == json.dumps(second)
    assert first["held_back"]["both"]["auc"] > 0.8
    read = np.asarray([sum(leaf(tree, row) for tree in first["trees"]) for row in rows])
    assert read[labels == 0].mean() < read[labels == 1].mean()


def test_a_figure_that_is_nowhere_near_is_declined_and_one_beside_is_not() -> None:
    assert is_answered(scene("驻村干部走访每月几次"))
    assert not is_answered(scene("走访记录要保存多少年"))


def test_an_act_nobody_speaks_of_is_declined_and_one_in_other_words_is_not() -> None:
    rule = "值班室由办公室管理。值班室内禁止饮酒，无关人员不得留宿。"
    assert is_answered(scene("值班室能不能喝酒", rule))
    assert not is_answered(scene("值班室能不能唱歌", rule))


def test_each_slope_weighs_the_check_it_names() -> None:
    found = dict(zip(NAMES, features(scene("走访记录要保存多少年")), strict=True))
    assert (found["given is far"], found["figure missing"], found["act missing"]) == (1.0, 1.0, 0.0)
    found = dict(zip(NAMES, features(scene("走访能不能抽烟")), strict=True))
    assert (found["given is far"], found["act missing"], found["asks yes_no"]) == (0.0, 1.0, 1.0)


def _features_of(trees: object) -> set[int]:
    if not isinstance(trees, list):
        return set()
    if len(trees) == 4 and isinstance(trees[0], int) and not isinstance(trees[1], list):
        return {trees[0]} | _features_of(trees[2]) | _features_of(trees[3])
    return {feature for tree in trees for feature in _features_of(tree)}
