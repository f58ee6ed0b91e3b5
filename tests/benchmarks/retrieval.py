"""Retrieval over a public set in BEIR layout, beside peers in the same run.

python -m tests.benchmarks.retrieval FOLDER [--cache DIR] [--tune] [--no-peers] [--limit N]
"""

import argparse
import gc
import resource
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.asking import read_question
from knowledge.fitting import Confirmed, Fitting
from knowledge.library import Library
from knowledge.recall import recalled
from knowledge.retrieval import Finder

if __package__ in (None, ""):  # run as a plain script
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.peers import jieba_words
from tests.benchmarks.public_sets import PublicSet, finder_of, library_of, read_set

TODAY = date(2026, 1, 1)
DEPTH = 100
Search = Callable[[str], list[str]]
"""A question → text ids in rank order."""


@dataclass(frozen=True)
class Figures:
    """What one pipeline reached; times in milliseconds."""

    ndcg10: float
    recall100: float
    p50: float
    p95: float
    seconds: float

    def __str__(self) -> str:
        return (
            f"nDCG@10 {self.ndcg10:.3f}  R@100 {self.recall100:.3f}  p50 {self.p50:7.1f} ms  p95 {self.p95:7.1f} ms"
            f"  indexed in {self.seconds:6.1f} s"
        )


def main() -> None:
    """Run what the arguments ask for."""
    arguments = _arguments()
    public = read_set(arguments.folder)
    held = sorted(public.held_back) or sorted(public.queries)
    asked = {name: public.queries[name] for name in held[: arguments.limit]}
    began = time.perf_counter()
    library, owners = library_of(public, cut=True)
    _ = library.keywords, library.document_keywords
    keyword_seconds = time.perf_counter() - began
    finder = finder_of(library, arguments.cache)
    seconds = time.perf_counter() - began
    print(f"{arguments.folder.name}: {len(library.passages)} passages, {len(asked)} questions")
    print(
        f"keyword index {keyword_seconds:.1f} s; memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MB"
    )
    print(f"{'tanhua':<34}", judged(public, asked, ours(finder, owners), seconds), flush=True)
    if arguments.tune:
        tuned(public, finder, owners, asked)
    if not arguments.no_peers:
        for name, (search, spent) in peers(library, owners, finder).items():
            print(f"{name:<34}", judged(public, asked, search, spent), flush=True)
            gc.collect()


def judged(public: PublicSet, asked: Mapping[str, str], search: Search, seconds: float) -> Figures:
    """Run every question and judge the ranking."""
    gains, recalls, times = [], [], []
    search(next(iter(asked.values())))
    for name, question in asked.items():
        began = time.perf_counter()
        found = list(dict.fromkeys(search(question)))
        times.append((time.perf_counter() - began) * 1000)
        relevant = public.relevant[name]
        gains.append(ndcg(found[:10], relevant))
        recalls.append(len(relevant & set(found[:DEPTH])) / len(relevant))
    times.sort()
    return Figures(
        float(np.mean(gains)),
        float(np.mean(recalls)),
        times[len(times) // 2],
        times[int(len(times) * 0.95)],
        seconds,
    )


def ndcg(found: Sequence[str], relevant: frozenset[str]) -> float:
    """Normalised discounted gain of binary judgements."""
    gained = sum(1 / np.log2(place + 2) for place, name in enumerate(found) if name in relevant)
    return float(gained / sum(1 / np.log2(place + 2) for place in range(min(len(relevant), len(found) or 1))))


def ours(finder: Finder, owners: Sequence[str]) -> Search:
    """Our search, with the audience of the public."""
    view = finder.library.whole()

    def search(question: str) -> list[str]:
        asked, _ = read_question(question, TODAY)
        ranked = finder.rank(asked, view, DEPTH + 40)
        return [owners[number] for number, _ in ranked]

    return search


def tuned(public: PublicSet, finder: Finder, owners: Sequence[str], asked: Mapping[str, str]) -> None:
    """Fit on the training queries as `tanhua tune` does, then judge the held-back ones again."""
    assert finder.vectors is not None
    first: dict[str, int] = {}
    for place, owner in enumerate(owners):
        first.setdefault(owner, place)
    training = [name for name in public.queries if name not in public.held_back and name not in asked]
    confirmed = [
        Confirmed(public.queries[name], tuple(first[text] for text in sorted(public.relevant[name])))
        for name in training
    ]
    began = time.perf_counter()
    worked = time.process_time()
    whole, before, after = Fitting(finder.library, finder.vectors).fitted(confirmed)
    seconds = time.perf_counter() - began
    print(
        f"tuned on {len(confirmed)} questions in {seconds:.0f} s, {time.process_time() - worked:.0f} s of processor time "
        f"(dense {whole.dense_weight:g}, recall {whole.recall_weight:g}); "
        f"held-back reciprocal rank {before:.3f} -> {after:.3f}"
    )
    remembered = recalled(finder.library, whole.model, whole.questions, whole.keys)
    parts = {
        "tanhua, tuned": Finder(finder.library, finder.vectors, whole, remembered),
        "  the matrix alone": Finder(finder.library, finder.vectors, whole),
    }
    for name, one in parts.items():
        print(f"{name:<34}", judged(public, asked, ours(one, owners), seconds), flush=True)


def peers(library: Library, owners: Sequence[str], finder: Finder) -> dict[str, tuple[Search, float]]:
    """The others over the same passages, title and text alike; each is built when its turn comes."""
    texts = [library.indexed_text(passage) for passage in library.passages]
    made: dict[str, tuple[Search, float]] = {}
    for name, build in PEERS.items():
        began = time.perf_counter()
        search = build(texts, owners, finder)
        made[name] = (search, time.perf_counter() - began)
    return made


def _langchain(cut: Callable[[str], list[str]] | None) -> Any:
    def build(texts: Sequence[str], owners: Sequence[str], finder: Finder) -> Search:
        from langchain_community.retrievers import BM25Retriever

        options = {"preprocess_func": cut} if cut else {}
        retriever = BM25Retriever.from_texts(list(texts), [{"owner": owner} for owner in owners], **options)
        retriever.k = DEPTH
        return lambda question: [found.metadata["owner"] for found in retriever.invoke(question)]

    return build


def _rank_bm25(texts: Sequence[str], owners: Sequence[str], finder: Finder) -> Search:
    from rank_bm25 import BM25Okapi

    index = BM25Okapi([jieba_words(text) for text in texts])

    def search(question: str) -> list[str]:
        order = np.argsort(-index.get_scores(jieba_words(question)))[:DEPTH]
        return [owners[place] for place in order]

    return search


def _bm25s(texts: Sequence[str], owners: Sequence[str], finder: Finder) -> Search:
    import bm25s

    index = bm25s.BM25()
    index.index([jieba_words(text) for text in texts], show_progress=False)

    def search(question: str) -> list[str]:
        words = jieba_words(question)
        if not words:
            return []  # the set holds an empty question, which bm25s does not take
        order = np.argsort(-index.get_scores(words))[:DEPTH]
        return [owners[place] for place in order]

    return search


def _dense(texts: Sequence[str], owners: Sequence[str], finder: Finder) -> Search:
    vectors: Any = finder.vectors

    def search(question: str) -> list[str]:
        cosines = vectors.cosines(vectors.embeddings.embed_query(question))
        return [owners[place] for place in np.argsort(-cosines)[:DEPTH]]

    return search


PEERS: dict[str, Any] = {
    "LangChain BM25Retriever": _langchain(None),
    "LangChain BM25Retriever + jieba": _langchain(jieba_words),
    "rank_bm25 + jieba": _rank_bm25,
    "bm25s + jieba": _bm25s,
    "dense only, the same embedder": _dense,
}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cache", type=Path, help="keep embedded texts here between runs")
    parser.add_argument("--tune", action="store_true")
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--limit", type=int)
    return parser.parse_args()


if __name__ == "__main__":
    main()
