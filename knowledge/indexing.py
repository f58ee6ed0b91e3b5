"""Keeping what is searched level with the register, cheaply: one number tells whether anything changed."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from langchain_core.embeddings import Embeddings

from knowledge import tuning
from knowledge.embedding import open_embeddings
from knowledge.library import Library
from knowledge.passage_vectors import PassageVectors, carried_over, read_from
from knowledge.recall import Recall, recalled
from knowledge.retrieval import Finder
from knowledge.tuning import Tuning
from knowledge.vector_index import Busy, VectorIndex
from storage.database import Database
from storage.documents.queries import active_documents, active_passages, revision

FOLDER = "chroma"
PATIENCE = 3.0
"""Seconds a question waits for somebody else's indexing, and before it looks again."""
log = logging.getLogger("tanhua.index")


@dataclass
class Shelf:
    """The library in memory and its vectors, reloaded when the register's revision moves."""

    database: Database
    vectors: VectorIndex
    folder: Path
    _library: Library | None = None
    _level: int = -1
    _held: PassageVectors | None = None
    _tuned: tuple[int, Tuning | None] = (0, None)
    _recalled: tuple[Library, Tuning, Recall] | None = None
    _ask_again: float = 0.0
    _lock: Lock = field(default_factory=Lock)
    _indexing: Lock = field(default_factory=Lock)

    def finder(self) -> Finder:
        """A finder over the register as it stands now; the vectors are brought level first and read into memory.

        An index that cannot be read is built anew once; where that fails too, keywords alone answer until it is well.
        While another thread or process is indexing, the vectors known so far answer beside keywords.
        """
        library = self.library()
        vectors = self._vectors_for(library)
        with self._lock:
            tuning = self._tuning() if vectors is not None else None
            return Finder(library, vectors, tuning, self._recall_of(library, tuning))

    def _vectors_for(self, library: Library) -> PassageVectors | None:
        if not self._indexing.acquire(timeout=PATIENCE):
            return self._known_of(library)
        try:
            if self._is_held(library) or self._is_held(library):
                return self._held
        except Busy:
            self._ask_again = time.monotonic() + PATIENCE
            return self._known_of(library)
        finally:
            self._indexing.release()
        return None

    def _is_held(self, library: Library) -> bool:
        if self._level == library.revision and not self.vectors.is_lost():
            return True
        if time.monotonic() < self._ask_again:
            raise Busy
        try:
            self.vectors.bring_level(library.entries(self.vectors.model), library.revision, patience=PATIENCE)
            self._held = read_from(self.vectors, library.keys(self.vectors.model), self._held)
        except Busy:
            raise
        except Exception:
            log.exception("the vector index cannot be read", extra={"action": "index.broken"})
            self.vectors.distrust()
            self._held = None
            return False
        self._level = library.revision
        return True

    def _known_of(self, library: Library) -> PassageVectors | None:
        held = self._held
        return carried_over(held, library.keys(self.vectors.model)) if held is not None else None

    def _tuning(self) -> Tuning | None:
        """The tuning in force, read again when its file changes."""
        file = self.folder / tuning.FILE
        stamp = file.stat().st_mtime_ns if file.exists() else 0
        if stamp != self._tuned[0]:
            self._tuned = (stamp, tuning.in_force(self.folder, self.vectors.model) if stamp else None)
        return self._tuned[1]

    def _recall_of(self, library: Library, tuning: Tuning | None) -> Recall | None:
        """The confirmed questions over this library, put together again when either changes."""
        if tuning is None or not tuning.questions:
            return None
        if self._recalled is None or self._recalled[0] is not library or self._recalled[1] is not tuning:
            found = recalled(library, tuning.model, tuning.questions, tuning.keys)
            self._recalled = (library, tuning, found)
        return self._recalled[2]

    def library(self) -> Library:
        """The register as it stands now."""
        with self.database.reading() as session:
            now = revision(session)
            with self._lock:
                if self._library is None or self._library.revision != now:
                    self._library = Library(active_documents(session), active_passages(session), now)
                return self._library


def open_shelf(
    database: Database, data_folder: Path, *, chroma_url: str = "", embeddings: Embeddings | None = None
) -> Shelf:
    """The shelf of one installation. Nothing heavy is loaded before the first question."""
    vectors = VectorIndex(data_folder / FOLDER, embeddings or open_embeddings(), chroma_url)
    return Shelf(database, vectors, data_folder)


def bring_level(
    database: Database,
    data_folder: Path,
    *,
    chroma_url: str = "",
    embeddings: Embeddings | None = None,
    progress: Callable[[int], object] = int,
) -> int:
    """Bring the vector index level with the register and say how many entries changed. Running it again changes 0."""
    shelf = open_shelf(database, data_folder, chroma_url=chroma_url, embeddings=embeddings)
    library = shelf.library()
    entries = library.entries(shelf.vectors.model)
    try:
        return shelf.vectors.bring_level(entries, library.revision, progress)
    except Exception:
        log.exception("the vector index cannot be read and is built anew", extra={"action": "index.broken"})
        shelf.vectors.distrust()
        return shelf.vectors.bring_level(entries, library.revision, progress)
