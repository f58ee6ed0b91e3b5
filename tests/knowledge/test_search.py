"""The search against a plain computation of the same thing, with filters, over libraries drawn at random."""

import math
import random
from collections import Counter
from dataclasses import replace
from datetime import date
from zlib import crc32

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.embeddings import Embeddings

from knowledge import term_counts
from knowledge.asking import Asked, read_question
from knowledge.characters import joined_pairs, normalised, terms
from knowledge.keyword_index import K1, B, KeywordIndex, build
from knowledge.library import VIEWS, Library, Period
from knowledge.passage_vectors import PassageVectors, of_matrix, read_from
from knowledge.precedence import kept
from knowledge.retrieval import (
    DENSE_POOL,
    DENSE_WEIGHT,
    DOCUMENT_WEIGHT,
    KEYWORD_POOL,
    OUTLINE_WEIGHT,
    Finder,
    leading,
)
from storage.documents.queries import DocumentFacts, PassageFacts
from storage.documents.rules import Audience, AudienceLevel, Kind, Standing
from tests.benchmarks.public_sets import document_facts
from tests.knowledge.conftest import CountedWords

DAY = date(2026, 3, 2)
CHARACTERS = "值班人员应当登记来访车辆会议记录公开监督谈话问题整改期限单位负责报告食堂夜间岗位"
WHO = (
    Audience(),
    Audience(internal=True),
    Audience(units=frozenset({7})),
    Audience(internal=True, units=frozenset({7, 8})),
)


def drawn(seed: int, documents: int = 12, passages: int = 600) -> Library:
    """A library of random sentences: public, internal and of two units, some not yet or no longer in force."""
    chance = random.Random(seed)
    levels = [(AudienceLevel.PUBLIC, None), (AudienceLevel.INTERNAL, None), (AudienceLevel.UNIT, 7), ("单位", 8)]
    facts: list[DocumentFacts] = []
    for number in range(1, documents + 1):
        level, unit = levels[number % 4]
        title = words(chance, 6) + chance.choice(("条例", "办法", "意见"))
        fact = document_facts(number, f"{number}.txt", title, chance.choice([Kind.REGULATION, Kind.NORMATIVE]))
        starts = date(chance.choice((2019, 2024, 2027)), 1, 1)
        facts.append(
            replace(fact, audience=level, audience_unit_id=unit, standing=Standing.IN_FORCE, in_force_from=starts)
        )
    owners = sorted(chance.randrange(1, documents + 1) for _ in range(passages))
    made = [
        PassageFacts(n, owner, n, n, words(chance, 4), words(chance, 40), "", chance.random() < 0.1)
        for n, owner in enumerate(owners)
    ]
    return Library(facts, made, 1)


def words(chance: random.Random, count: int) -> str:
    return "".join(chance.choice(CHARACTERS) for _ in range(count))


class Scattered(Embeddings):
    """Directions drawn by what is embedded: no two alike, so that no rank hangs on the last bit."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        return list(np.random.default_rng(crc32(text.encode())).standard_normal(16))


def vectors_of(library: Library) -> PassageVectors:
    embeddings = Scattered()
    rows = embeddings.embed_documents([library.entry(passage).text for passage in library.passages])
    return of_matrix(embeddings, "counted", np.asarray(rows, dtype=np.float32))


def plain_bm25(texts: dict[int, str], query: dict[str, float]) -> dict[int, float]:
    """BM25 as the book has it, scaled so that the best is 1."""
    counted = {number: Counter(terms(text)) for number, text in texts.items()}
    average = sum(sum(one.values()) for one in counted.values()) / len(counted)
    scores = dict.fromkeys(texts, 0.0)
    for term, weight in query.items():
        holders = [number for number, one in counted.items() if term in one]
        rarity = math.log(1 + (len(texts) - len(holders) + 0.5) / (len(holders) + 0.5))
        for number in holders:
            many, length = counted[number][term], sum(counted[number].values())
            scores[number] += weight * rarity * many * (K1 + 1) / (many + K1 * (1 - B + B * length / average))
    best = max(scores.values()) or 1.0
    return {number: score / best for number, score in scores.items()}


def plainly(library: Library, asked: Asked, audience: Audience, vectors: PassageVectors) -> dict[int, float]:
    """Scores of what may be seen, one passage after the other; nothing that may not be seen is ever looked at."""
    documents = {
        key: one
        for key, one in library.documents.items()
        if audience.may_see(one.audience, one.audience_unit_id) and one.in_force_from and one.in_force_from <= DAY
    }
    seen = {n: p for n, p in enumerate(library.passages) if p.document_id in documents}
    own = plain_bm25({n: library.indexed_text(p) for n, p in seen.items()}, dict(asked.weights))
    running = {
        key: "\n".join([one.title, *(p.text for p in seen.values() if p.document_id == key and not p.outline)])
        for key, one in documents.items()
    }
    whole = plain_bm25(running, dict(asked.weights))
    scores = {n: own[n] + DOCUMENT_WEIGHT * whole[p.document_id] for n, p in seen.items()}
    question = np.asarray(vectors.embeddings.embed_query(asked.text))
    cosines = {n: float(vectors.matrix[n] @ question) / float(np.linalg.norm(question)) for n in seen}
    pool = set(sorted(seen, key=lambda n: -scores[n])[:KEYWORD_POOL])
    pool |= set(sorted(seen, key=lambda n: -cosines[n])[:DENSE_POOL])
    near = np.asarray([cosines[n] for n in pool])
    lowest = float(near.min())
    for n, passage in seen.items():
        document = documents[passage.document_id]
        cosine = cosines[n] if n in pool else lowest
        scores[n] += DENSE_WEIGHT * (cosine - float(near.mean())) / float(near.std())
        if scores[n] > 0:
            scores[n] *= kept(document.kind, document.title)
        if passage.outline and not asked.wants_list:
            scores[n] *= OUTLINE_WEIGHT
    return scores


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("audience", WHO)
def test_scores_are_those_of_a_plain_computation_over_what_may_be_seen(seed: int, audience: Audience) -> None:
    library = drawn(seed)
    vectors = vectors_of(library)
    finder = Finder(library, vectors)
    view = library.view(audience, Period(DAY))
    for question in ("夜间值班人员应当登记车辆", "谈话问题整改的期限由单位报告", "食堂岗位"):
        asked, _ = read_question(question, DAY)
        plain = plainly(library, asked, audience, vectors)
        ranked = dict(finder.rank(asked, view, len(library.passages)))
        assert ranked.keys() == {n for n, score in plain.items() if score > 0}
        assert list(ranked.values()) == pytest.approx([plain[n] for n in ranked], abs=2e-4)
        assert list(ranked.values()) == sorted(ranked.values(), reverse=True)
        assert finder.rank(asked, view, 10) == list(ranked.items())[:10]


def test_audiences_that_may_see_the_same_share_one_view_and_few_are_kept() -> None:
    library = drawn(5)
    one = library.view(Audience(), Period(DAY))
    assert library.view(Audience(units=frozenset({99, 100})), Period(DAY)) is one
    assert library.view(Audience(internal=True), Period(DAY)) is not one
    for year in range(1950, 1950 + 3 * VIEWS):
        library.view(Audience(), Period(date(year, 1, 1)))
    assert len(library._views._held) == VIEWS
    again = library.view(Audience(), Period(DAY))
    assert again is not one
    assert again.documents == one.documents


def test_what_is_hidden_changes_no_score() -> None:
    """The library with the hidden documents, and one that never had them."""
    library = drawn(9)
    public = [one for one in library.documents.values() if one.audience == AudienceLevel.PUBLIC]
    keys = {one.id for one in public}
    bare = Library(public, [passage for passage in library.passages if passage.document_id in keys], 1)
    asked, period = read_question("值班人员登记来访车辆", DAY)
    found, alone = (
        Finder(one, vectors_of(one)).find(asked, audience=Audience(), period=period, limit=20).hits
        for one in (library, bare)
    )
    assert [hit.passage for hit in found] == [hit.passage for hit in alone]
    assert [hit.score for hit in found] == pytest.approx([hit.score for hit in alone])


@given(st.lists(st.floats(-2, 2, width=16) | st.just(-math.inf), max_size=60), st.integers(1, 70), st.randoms())
def test_leading_is_a_stable_sort_cut_short(values: list[float], count: int, chance: random.Random) -> None:
    scores = np.asarray(values, dtype=np.float32)
    among = np.asarray([chance.random() < 0.7 for _ in values], dtype=np.bool_)
    order = np.argsort(-scores, kind="stable")
    assert leading(scores, count).tolist() == order[:count].tolist()
    assert leading(scores, count, among).tolist() == order[among[order]][:count].tolist()


@settings(max_examples=300)
@given(st.lists(st.text("值班人a1九9. 「\n", max_size=12), max_size=6), st.text("值班人a1九9", min_size=1, max_size=4))
def test_a_word_stands_only_where_its_pairs_do(texts: list[str], word: str) -> None:
    found = build(texts).holding(joined_pairs(word))
    assert {n for n, text in enumerate(texts) if normalised(word) in normalised(text)} <= set(found.tolist())


class CountedReads:
    """An index that counts what is read from it."""

    def __init__(self, held: dict[str, list[float]]) -> None:
        self.held, self.read = held, 0
        self.embeddings, self.model = CountedWords(), "counted"

    def vectors(self, keys: list[str]) -> tuple[list[str], np.ndarray]:
        present = [key for key in keys if key in self.held]
        self.read += len(present)
        width = len(next(iter(self.held.values()))) if present else 1
        return present, np.asarray([self.held[key] for key in present], dtype=np.float32).reshape(len(present), width)


def test_vectors_are_read_once_and_what_is_gone_is_let_go() -> None:
    index = CountedReads({key: [float(n + 1), 1.0] for n, key in enumerate("abcdef")})
    first = read_from(index, list("abca"))  # type: ignore[arg-type]
    assert index.read == 3
    second = read_from(index, list("cdx"), first)  # type: ignore[arg-type]
    assert index.read == 4
    assert second.matrix.shape == (3, 2), "c and d, and the row of what is missing"
    unit = np.asarray([[3.0, 1.0], [4.0, 1.0]]) / np.linalg.norm([[3.0, 1.0], [4.0, 1.0]], axis=1, keepdims=True)
    np.testing.assert_allclose(second.cosines([1.0, 0.0])[:2], unit[:, 0], rtol=1e-6)
    assert np.isnan(second.cosines([1.0, 0.0])[2])
    same = read_from(index, list("cdx"), second)  # type: ignore[arg-type]
    np.testing.assert_array_equal(same.matrix, second.matrix)
    assert index.read == 4


def test_without_any_vector_keywords_answer() -> None:
    library = drawn(2)
    finder = Finder(library, read_from(CountedReads({}), library.keys("counted")))  # type: ignore[arg-type]
    asked, period = read_question("值班人员登记来访车辆", DAY)
    alone = Finder(library, None).find(asked, audience=Audience(), period=period, limit=9)
    assert finder.find(asked, audience=Audience(), period=period, limit=9).hits == alone.hits != ()


MIXED = st.text("值班人的了a1九9.%+ \n，１Ａ⑩㎡〇\u200b\U00020001\ud800", max_size=30)


@settings(max_examples=300, deadline=None)
@given(st.lists(MIXED, max_size=8))
def test_terms_counted_in_arrays_are_those_cut_one_by_one(texts: list[str]) -> None:
    assert counts_of(build(texts)) == [Counter(terms(text)) for text in texts]


def test_terms_are_counted_alike_over_several_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(3)
    texts = [words(chance, chance.randrange(60)) + chance.choice(("", " 3.5% a1", "10")) for _ in range(300)]
    whole = build(texts)
    monkeypatch.setattr(term_counts, "BLOCK_LENGTH", 500)
    split = build(texts)
    assert counts_of(split) == counts_of(whole) == [Counter(terms(text)) for text in texts]
    assert split.lengths.tolist() == whole.lengths.tolist() == [len(terms(text)) for text in texts]
    for term in whole.vocabulary:
        owners = split.postings(term)[0].tolist()
        assert owners == sorted(owners) == whole.postings(term)[0].tolist()


def counts_of(index: KeywordIndex) -> list[Counter[str]]:
    found: list[Counter[str]] = [Counter() for _ in range(index.size)]
    for term in index.vocabulary:
        for owner, count in zip(*index.postings(term), strict=True):
            found[owner][term] = int(count)
    return found
