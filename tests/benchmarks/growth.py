"""How indexing, memory and a question's time grow with the number of passages, beside peers in one run.

python -m tests.benchmarks.growth STARD_FOLDER [--sizes 1000 5000 20000 60000] [--questions N] [--cache DIR]

Passages are the set's articles; where it has fewer than asked for, they are taken again. With `--cache` they are
embedded once for all sizes and kept there between runs (20 minutes for the whole set); without it, to keep the run
short, they get vectors drawn at random (embedding is the same work for every pipeline with vectors). Questions are
really embedded, and vectors are really kept in Chroma. Embedding is not part of the seconds of indexing.
"""

import argparse
import gc
import os
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from pathlib import Path

import numpy as np
from langchain_core.embeddings import Embeddings

if __package__ in (None, ""):  # run as a plain script
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from knowledge.asking import read_question
from knowledge.embedding import ShippedEmbeddings
from knowledge.library import Library
from knowledge.passage_vectors import of_matrix, read_from
from knowledge.retrieval import Finder
from knowledge.vector_index import VectorIndex
from tests.benchmarks.peers import jieba_words
from tests.benchmarks.public_sets import embedded, library_of, read_set

SIZES = (1_000, 5_000, 20_000, 60_000)
WIDTH = 512
LONGEST_EMBEDDED = 500
"""As `Library.entry` cuts."""
TOP = 10
SEED = 20261123
BAR = "LangChain BM25Retriever + jieba"
Search = Callable[[str], object]


class Vectors(Embeddings):
    """Passages get the vectors embedded before, or random ones of length one; questions are embedded now."""

    name = "growth"

    def __init__(self, known: Mapping[str, Sequence[float]] | None, keeps: bool = True) -> None:
        self.keeps = keeps
        self.random = np.random.default_rng(SEED)
        self.real = ShippedEmbeddings()
        self.known = known

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One vector per text."""
        if self.known is not None:
            return [list(map(float, self.known[text[:LONGEST_EMBEDDED]])) for text in texts]
        drawn = self.random.standard_normal((len(texts), WIDTH)).astype(np.float32)
        rows: list[list[float]] = (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).tolist()
        return rows

    def embed_query(self, text: str) -> list[float]:
        """The shipped model's vector."""
        return self.real.embed_query(text)


Build = Callable[[Library, Vectors, Path], Search]


def vectors_for(library: Library, cache: Path | None, keeps: bool) -> Vectors:
    """The vectors of the whole library, by text, where there is a folder to keep them in."""
    if cache is None:
        return Vectors(None, keeps)
    texts = [library.entry(passage).text for passage in library.passages]
    return Vectors(dict(zip(texts, embedded(ShippedEmbeddings(), texts, cache), strict=True)), keeps)


@dataclass(frozen=True)
class Grown:
    """One pipeline at one size: seconds, megabytes added to the process, milliseconds by the wall and by processor."""

    seconds: float
    megabytes: float
    p50: float
    p95: float
    busy50: float
    busy95: float


def main() -> None:
    """One table per size."""
    arguments = _arguments()
    public = read_set(arguments.stard)
    library, _ = library_of(public, cut=True)
    vectors = vectors_for(library, arguments.cache, not arguments.without_chroma)
    questions = [public.queries[name] for name in sorted(public.queries)][: arguments.questions]
    jieba_words("开始")
    for size in arguments.sizes:
        part = first_passages(library, size)
        print(
            f"\n{size} passages, {len(questions)} questions (index s, memory MB, p50 ms, p95 ms, and in processor time)",
            flush=True,
        )
        grown = {}
        with tempfile.TemporaryDirectory() as folder:
            for name, build in [(one, PIPELINES[one]) for one in arguments.pipelines]:
                grown[name] = measured(lambda build=build, part=part: build(part, vectors, Path(folder)), questions)
                one = grown[name]
                print(
                    f"{name:<34}{one.seconds:8.1f}{one.megabytes:8.0f}{one.p50:9.1f}{one.p95:9.1f}{one.busy50:9.1f}{one.busy95:9.1f}",
                    flush=True,
                )
        if {"tanhua", BAR} <= grown.keys():
            mine, bar = grown["tanhua"], grown[BAR]
            print(f"our p95 is {mine.p95 / bar.p95:.3f} of {BAR}'s, {mine.busy95 / bar.busy95:.3f} in processor time")


def first_passages(library: Library, size: int) -> Library:
    """A library of the first `size` passages, taken again from the start where there are fewer."""
    own = library.passages
    taken = (replace(own[n % len(own)], id=n, position=n, block=n) for n in range(size))
    passages = list(islice(taken, size))
    wanted = {passage.document_id for passage in passages}
    return Library([document for key, document in library.documents.items() if key in wanted], passages, 1)


def measured(build: Callable[[], Search], questions: Sequence[str]) -> Grown:
    """Build, warm up, ask."""
    gc.collect()
    before, began = resident(), time.perf_counter()
    search = build()
    seconds = time.perf_counter() - began
    search(questions[0])
    megabytes = resident() - before
    times, busy = [], []
    for question in questions:
        began, worked = time.perf_counter(), time.process_time()
        search(question)
        times.append((time.perf_counter() - began) * 1000)
        busy.append((time.process_time() - worked) * 1000)
    return Grown(seconds, megabytes, *_middle_and_late(times), *_middle_and_late(busy))


def _middle_and_late(values: list[float]) -> tuple[float, float]:
    ordered = sorted(values)
    return ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)]


def resident() -> float:
    """Megabytes of this process in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def _ours(library: Library, embeddings: Vectors, folder: Path) -> Search:
    view = library.whole()
    if embeddings.keeps:
        index = VectorIndex(folder / "chroma", embeddings)
        index.bring_level(library.entries(index.model), 1)
        vectors = read_from(index, library.keys(index.model))
    else:
        rows = embeddings.embed_documents([library.entry(passage).text for passage in library.passages])
        vectors = of_matrix(embeddings, embeddings.name, np.asarray(rows, dtype=np.float32))
    finder = Finder(library, vectors)

    def search(question: str) -> object:
        asked, _ = read_question(question, date(2026, 1, 1))
        return finder.rank(asked, view, TOP)

    return search


def _dense(library: Library, embeddings: Vectors, folder: Path) -> Search:
    from langchain_chroma import Chroma

    store = Chroma("peer", embedding_function=embeddings, persist_directory=str(folder / "peer"))
    texts = _texts(library)
    for start in range(0, len(texts), 256):
        store.add_texts(texts[start : start + 256])
    return lambda question: store.similarity_search(question, k=TOP)


def _langchain(cut: Callable[[str], list[str]] | None) -> Build:
    def build(library: Library, _: Vectors, __: Path) -> Search:
        from langchain_community.retrievers import BM25Retriever

        retriever = BM25Retriever.from_texts(_texts(library), **({"preprocess_func": cut} if cut else {}))
        retriever.k = TOP
        return retriever.invoke

    return build


def _rank_bm25(library: Library, _: Vectors, __: Path) -> Search:
    from rank_bm25 import BM25Okapi

    index = BM25Okapi([jieba_words(text) for text in _texts(library)])
    return lambda question: np.argsort(-index.get_scores(jieba_words(question)))[:TOP]


def _bm25s(library: Library, _: Vectors, __: Path) -> Search:
    import bm25s

    index = bm25s.BM25()
    index.index([jieba_words(text) for text in _texts(library)], show_progress=False)
    return lambda question: np.argsort(-index.get_scores(jieba_words(question)))[:TOP]


def _texts(library: Library) -> list[str]:
    return [library.indexed_text(passage) for passage in library.passages]


PIPELINES: dict[str, Build] = {
    "tanhua": _ours,
    "LangChain BM25Retriever": _langchain(None),
    BAR: _langchain(jieba_words),
    "rank_bm25 + jieba": _rank_bm25,
    "bm25s + jieba": _bm25s,
    "LangChain Chroma, dense only": _dense,
}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stard", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--questions", type=int, default=40)
    parser.add_argument("--pipelines", nargs="+", choices=list(PIPELINES), default=list(PIPELINES))
    parser.add_argument(
        "--without-chroma", action="store_true", help="ours straight from memory: questions do not touch it"
    )
    parser.add_argument("--cache", type=Path, help="embed the passages once and keep them here between runs")
    return parser.parse_args()


if __name__ == "__main__":
    main()
