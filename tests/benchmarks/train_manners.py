"""Train the reader of manners on the messages of `manners.txt` (written for this project).

    python -m tests.benchmarks.train_manners [--out knowledge/manner_weights.json]

Deterministic: the same messages and embedder give the same file. Printed before it is written: how every fifth message
is read by a reader that has not seen it.
"""

import argparse
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

if __package__ in (None, ""):  # run as a plain script
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from knowledge.embedding import SHIPPED, ShippedEmbeddings
from knowledge.manner_reader import QUESTION, VECTOR_WEIGHT, WEIGHTS, MannerReader, marks_of

MESSAGES = Path(__file__).with_name("manners.txt")
MANNERS = (QUESTION, "smalltalk", "redirect", "command", "refuse")
ROUNDS = 400
STEP = 0.05
PENALTY = 1e-4
SURE = 0.6
PARTS = 5
Message = tuple[str, str]


def main() -> None:
    """Check by holding back, train on all, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    arguments = parser.parse_args()
    messages = read_messages(MESSAGES)
    vectors = np.asarray(ShippedEmbeddings().embed_documents([text for _, text in messages]))
    print(held_back(messages, vectors))
    arguments.out.write_text(as_text(trained(messages, vectors)), "utf-8")


def held_back(messages: Sequence[Message], vectors: Any) -> str:
    """How messages are read that the reader was not trained on."""
    right = mistaken = 0
    places = np.arange(len(messages))
    for part in range(PARTS):
        seen = places[places % PARTS != part]
        reader = trained([messages[place] for place in seen], vectors[seen])
        for place in places[part::PARTS]:
            manner, text = messages[place]
            name, value = max(reader.probabilities(text, vectors[place]).items(), key=lambda one: one[1])
            read = name if value >= SURE else QUESTION
            right += read == manner != QUESTION
            mistaken += manner == QUESTION != read
    questions = sum(manner == QUESTION for manner, _ in messages)
    return (
        f"held back: {right} of {len(messages) - questions} messages that are no question read rightly, "
        f"{mistaken} of {questions} questions taken for something else"
    )


def read_messages(file: Path) -> list[Message]:
    """Every message with its manner; the lines `subjects` and `asks` make questions, each subject with three asks."""
    found: list[Message] = []
    lines = {"subjects": [""], "asks": [""]}
    for line in file.read_text("utf-8").splitlines():
        manner, colon, rest = line.partition(":")
        texts = [text.strip() for text in rest.split("|")]
        if not colon or line.startswith("#"):
            continue
        if manner in lines:
            lines[manner] = texts
        else:
            found += [(manner, text) for text in texts]
    asks = lines["asks"]
    for number, subject in enumerate(lines["subjects"]):
        found += [(QUESTION, subject + asks[(number * 3 + turn * 7) % len(asks)]) for turn in range(3)]
    return found


def trained(messages: Sequence[Message], vectors: Any) -> MannerReader:
    """A softmax reader, every manner of equal weight, by Adam from zero. `vectors` has one row per message."""
    marks = [marks_of(text) for _, text in messages]
    counted = Counter(mark for found in marks for mark in found)
    vocabulary = {mark: place for place, mark in enumerate(sorted(mark for mark in counted if counted[mark] > 1))}
    rows = np.zeros((len(messages), len(vocabulary)))
    for row, found in zip(rows, marks, strict=True):
        for mark in found:
            if mark in vocabulary:
                row[vocabulary[mark]] = 1 / np.sqrt(len(found))
    rows = np.hstack([rows, VECTOR_WEIGHT * vectors, np.ones((len(rows), 1))])
    wanted = np.asarray([[manner == one for one in MANNERS] for manner, _ in messages], dtype=np.float64)
    solved = _descend(rows, wanted, wanted @ (1 / (wanted.sum(axis=0) * len(MANNERS))))
    rounded = [[round(float(value), 2) for value in row] for row in solved]
    size = len(vocabulary)
    by_term = dict(zip(vocabulary, rounded[:size], strict=True))
    return MannerReader(MANNERS, by_term, rounded[size:-1], rounded[-1], made_from(messages))


def made_from(messages: Sequence[Message]) -> str:
    """What the weights file must carry: a digest of the messages, the settings and the embedder."""
    settings = [MANNERS, ROUNDS, STEP, PENALTY, VECTOR_WEIGHT, SHIPPED]
    return hashlib.sha256(json.dumps([settings, messages], ensure_ascii=False).encode()).hexdigest()[:16]


def _descend(rows: Any, wanted: Any, weights: Any) -> Any:
    solved = np.zeros((rows.shape[1], wanted.shape[1]))
    first, second = np.zeros_like(solved), np.zeros_like(solved)
    for turn in range(1, ROUNDS + 1):
        totals = rows @ solved
        chances = np.exp(totals - totals.max(axis=1, keepdims=True))
        chances /= chances.sum(axis=1, keepdims=True)
        slope = rows.T @ ((chances - wanted) * weights[:, None]) + PENALTY * solved
        first = 0.9 * first + 0.1 * slope
        second = 0.99 * second + 0.01 * slope**2
        solved -= STEP * (first / (1 - 0.9**turn)) / (np.sqrt(second / (1 - 0.99**turn)) + 1e-8)
    return solved


def as_text(reader: MannerReader) -> str:
    """The weights file."""
    held = {
        "made_from": reader.made_from, "manners": reader.manners, "start": reader.start, "places": reader.places,
        "terms": reader.terms,
    }  # fmt: skip
    return json.dumps(held, ensure_ascii=False, separators=(",", ":")) + "\n"


if __name__ == "__main__":
    main()
