"""Plain LangChain pipelines, put together as their documentation shows: what a user would have without this project."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

Search = Callable[[str], list[tuple[str, str]]]
"""A question → (file name, text) in rank order."""
CHUNK, OVERLAP, TOP = 500, 50, 6


def chunks_of(files: Sequence[Path]) -> list[Any]:
    """RecursiveCharacterTextSplitter with its usual 500/50."""
    from langchain_core.documents import Document
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(chunk_size=CHUNK, chunk_overlap=OVERLAP)
    return splitter.split_documents(
        [Document(page_content=file.read_text("utf-8"), metadata={"name": file.name}) for file in files]
    )


def bm25(chunks: Sequence[Any], cut: Callable[[str], list[str]] | None = None) -> Search:
    """LangChain's BM25Retriever: split at white space by default, or with a word cutter."""
    from langchain_community.retrievers import BM25Retriever

    options = {"preprocess_func": cut} if cut else {}
    retriever = BM25Retriever.from_documents(list(chunks), **options)
    retriever.k = TOP
    return _searching(retriever)


def dense(chunks: Sequence[Any], folder: Path) -> Search:
    """LangChain's Chroma with the embedder this project ships, vectors only."""
    from langchain_chroma import Chroma

    from knowledge.embedding import ShippedEmbeddings

    store = Chroma("peer-dense", embedding_function=ShippedEmbeddings(), persist_directory=str(folder))
    for start in range(0, len(chunks), 256):
        store.add_documents(list(chunks[start : start + 256]))
    return _searching(store.as_retriever(search_kwargs={"k": TOP}))


def jieba_words(text: str) -> list[str]:
    """jieba's words."""
    import jieba

    return list(jieba.cut_for_search(text))


def build_all(files: Sequence[Path], folder: Path) -> dict[str, tuple[Search, float]]:
    """Every peer with the seconds it took to index."""
    import jieba

    jieba.initialize()
    chunks = chunks_of(files)
    recipes: dict[str, Callable[[], Search]] = {
        "LangChain BM25Retriever": lambda: bm25(chunks),
        "LangChain BM25Retriever + jieba": lambda: bm25(chunks, jieba_words),
        "LangChain Chroma, dense only": lambda: dense(chunks, folder),
    }
    built = {}
    for name, recipe in recipes.items():
        began = time.perf_counter()
        built[name] = (recipe(), time.perf_counter() - began)
    return built


def answered(search: Search, question: str) -> dict[str, Any]:
    """A peer's output in the form of `tanhua ask --json --retrieved`: it shows what it found, best first."""
    began = time.perf_counter()
    found = search(question)
    elapsed = (time.perf_counter() - began) * 1000
    return {
        "kind": "quoted",
        "text": "\n".join(text for _, text in found),
        "citations": [
            {"document": name, "heading": "", "quote": text, "status": "unknown"} for name, text in found[:2]
        ],
        "retrieved": [{"document": name, "heading": "", "text": text} for name, text in found],
        "ms": elapsed,
    }


def _searching(retriever: Any) -> Search:
    def search(question: str) -> list[tuple[str, str]]:
        return [(found.metadata["name"], found.page_content) for found in retriever.invoke(question)]

    return search
