"""Public retrieval sets in BEIR layout (corpus.jsonl, queries.jsonl, qrels.tsv, all .gz) as our library sees them."""

import gzip
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from knowledge.embedding import ShippedEmbeddings
from knowledge.library import Library
from knowledge.passage_vectors import of_matrix
from knowledge.retrieval import Finder
from storage.documents.queries import DocumentFacts, PassageFacts
from storage.documents.rules import AudienceLevel, Kind, Standing

LONGEST = 400
ARTICLE = re.compile(r"第[一二三四五六七八九十百千零〇0-9]+条(?:之[一二三四五六七八九十]+)?$")


@dataclass(frozen=True)
class PublicSet:
    """One set: `texts` by id with title, `queries` by id, `relevant` ids by query id."""

    titles: Mapping[str, str]
    texts: Mapping[str, str]
    queries: Mapping[str, str]
    relevant: Mapping[str, frozenset[str]]
    held_back: frozenset[str]
    """Query ids of the official development split; empty where there is none."""


def read_set(folder: Path) -> PublicSet:
    """Read one set."""
    corpus = _rows(folder / "corpus.jsonl.gz")
    relevant: dict[str, set[str]] = {}
    with gzip.open(folder / "qrels.tsv.gz", "rt", encoding="utf-8") as lines:
        for line in list(lines)[1:]:
            query, text, score = line.split("\t")
            if int(score) > 0:
                relevant.setdefault(query, set()).add(text)
    held = folder / "dev_ids.json.gz"
    return PublicSet(
        {row["_id"]: row.get("title", "") for row in corpus},
        {row["_id"]: row["text"] for row in corpus},
        {row["_id"]: row["text"] for row in _rows(folder / "queries.jsonl.gz") if row["_id"] in relevant},
        {query: frozenset(texts) for query, texts in relevant.items()},
        frozenset(json.loads(gzip.decompress(held.read_bytes()))) if held.exists() else frozenset(),
    )


def library_of(public: PublicSet, cut: bool = False, longest: int = LONGEST) -> tuple[Library, list[str]]:
    """The set as a library, and the text id of each passage. Articles of one law are one document; with `cut`,
    texts longer than `longest` characters are cut at sentences."""
    from knowledge.documents.structure import gathered, sentences

    documents: dict[str, DocumentFacts] = {}
    passages: list[PassageFacts] = []
    owners: list[str] = []
    for name, text in public.texts.items():
        article = ARTICLE.search(public.titles[name])
        title = public.titles[name][: article.start()] if article else public.titles[name]
        key = title if article else name
        kind = kind_of(title) if article else Kind.COMMENTARY
        document = documents.setdefault(key, document_facts(len(documents) + 1, key, title, kind))
        heading = article[0] if article else ""
        for piece in gathered(sentences(text), longest) if cut and len(text) > longest else [text]:
            number = len(passages)
            passages.append(PassageFacts(number, document.id, number, number, heading, piece, "", False))
            owners.append(name)
    order = {document.id: place for place, document in enumerate(documents.values())}
    places = sorted(range(len(passages)), key=lambda place: order[passages[place].document_id])
    return Library(list(documents.values()), [passages[p] for p in places], 1), [owners[p] for p in places]


def finder_of(library: Library, cache: Path | None = None) -> Finder:
    """A finder over a public set with the embedder we ship; embedded texts are kept in `cache` between runs."""
    embeddings = ShippedEmbeddings()
    texts = [library.entry(passage).text for passage in library.passages]
    return Finder(library, of_matrix(embeddings, embeddings.name, embedded(embeddings, texts, cache)))


def embedded(embeddings: Embeddings, texts: list[str], cache: Path | None) -> NDArray[np.float32]:
    """Vectors of length one, shape (texts, width): from `cache` where the same texts were embedded before."""
    digest = hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]
    file = cache / f"vectors-{digest}.npy" if cache else None
    if file and file.exists():
        return np.load(file).astype(np.float32)
    rows: list[list[float]] = []
    for start in range(0, len(texts), 512):
        rows += embeddings.embed_documents(texts[start : start + 512])
    matrix = np.asarray(rows, dtype=np.float32)
    matrix /= np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), 1e-6)
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)
        np.save(file, matrix.astype(np.float16))
    return matrix


def kind_of(title: str) -> Kind:
    """The register's kind of a state text, by the names the law on legislation gives them."""
    bare = re.sub(r"[（(][^（()）]*[）)]$", "", title)
    if re.search(r"(?:法|法典|总则|通则|编)$", bare):
        return Kind.LAW
    return Kind.REGULATION if bare.endswith("条例") else Kind.NORMATIVE


def document_facts(number: int, name: str, title: str, kind: Kind) -> DocumentFacts:
    """A public document of nothing but a name, a title and a kind."""
    return DocumentFacts(
        id=number,
        name=name,
        title=title,
        issuer="",
        number="",
        kind=kind,
        kind_confirmed=True,
        issued="",
        issued_on=None,
        in_force_from=None,
        in_force_until=None,
        trial=False,
        standing=Standing.UNKNOWN,
        superseded_by="",
        note="",
        audience=AudienceLevel.PUBLIC,
        audience_unit_id=None,
        state="在用",
        state_reason="",
        version=1,
        held_version=None,
        digest="",
    )


def _rows(file: Path) -> list[dict[str, Any]]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]
