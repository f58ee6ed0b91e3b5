"""The only file that names Chroma: vectors on disk or on a Chroma server, through langchain-chroma.

Everything in it is derived from the register and may be deleted at any time. Keys are digests of what was embedded,
so filling it twice, or going on after a crash, neither loses nor repeats anything.
"""

import fcntl
import hashlib
import logging
import math
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from langchain_core.embeddings import Embeddings

from knowledge.embedding import name_of
from knowledge.keyword_index import Floats

DATABASE_FILE = "chroma.sqlite3"
LOCK_FILE = "writer.lock"
COLLECTION = "policy-passages"
PAGE = 5_000
ADD_BATCH = 256
POLL_SECONDS = 0.05


class Busy(Exception):
    """Another process is bringing the index level."""


@dataclass(frozen=True)
class Entry:
    """What is embedded for one passage, and the label of those who may see it."""

    text: str
    label: str


def key_of(model: str, entry: Entry) -> str:
    """The key of an entry under an embedding model."""
    return hashlib.sha256(f"{model}\0{entry.label}\0{entry.text}".encode()).hexdigest()[:40]


class VectorIndex:
    """The vectors of all passages. Opened at first use, because Chroma takes a second to load."""

    def __init__(self, folder: Path, embeddings: Embeddings, server: str = "") -> None:
        self.folder = folder
        self.embeddings = embeddings
        self.server = server
        self.model = name_of(embeddings)
        self._opened: Any = None
        self._is_broken = False

    def vectors(self, keys: Sequence[str]) -> tuple[list[str], Floats]:
        """Those `keys` that are there, and their vectors, one row each; read in pages."""
        present: list[str] = []
        rows: list[Floats] = []
        for start in range(0, len(keys), PAGE):
            found = self._store()._collection.get(ids=list(keys[start : start + PAGE]), include=["embeddings"])
            if found["ids"]:
                present += found["ids"]
                rows.append(np.asarray(found["embeddings"], dtype=np.float32))
        return present, np.concatenate(rows) if rows else np.zeros((0, 1), dtype=np.float32)

    def keys(self) -> set[str]:
        """Every key that is there."""
        collection = self._store()._collection
        found: set[str] = set()
        while True:
            page = collection.get(limit=PAGE, offset=len(found), include=[])["ids"]
            found.update(page)
            if len(page) < PAGE:
                return found

    def is_level(self, revision: int, count: int) -> bool:
        """Whether the index was brought level with this revision before, and still holds as many entries."""
        return (
            self._level_file().exists()
            and self._level_file().read_text() == self._level(revision, count)
            and (int(self._store()._collection.count()) == count)
        )

    def bring_level(
        self,
        wanted: Mapping[str, Entry],
        revision: int,
        progress: Callable[[int], object] = int,
        patience: float = math.inf,
    ) -> int:
        """Add what is missing, drop what is no longer wanted, and say how many entries changed.

        Errors: Busy where another process is still writing after `patience` seconds.
        """
        if self.is_level(revision, len(wanted)):
            return 0
        with self._one_writer(patience):
            present = self.keys()
            missing = [key for key in wanted if key not in present]
            surplus = sorted(present - wanted.keys())
            store = self._store()
            for start in range(0, len(surplus), ADD_BATCH):
                store.delete(ids=surplus[start : start + ADD_BATCH])
            for start in range(0, len(missing), ADD_BATCH):
                part = missing[start : start + ADD_BATCH]
                store.add_texts(
                    [wanted[key].text for key in part], [{"label": wanted[key].label} for key in part], ids=part
                )
                progress(len(part))
            self._level_file().write_text(self._level(revision, len(wanted)))
            return len(missing) + len(surplus)

    def _level(self, revision: int, count: int) -> str:
        return f"{revision} {count} {self.model}"

    def _level_file(self) -> Path:
        return self.folder / "level.txt"

    def _store(self) -> Any:
        if self._opened is None or self.is_lost():
            self._opened = self._open()
        return self._opened

    def is_lost(self) -> bool:
        """Whether somebody deleted or spoilt the folder since it was opened."""
        return self._is_broken or not (self.server or (self.folder / DATABASE_FILE).exists())

    def distrust(self) -> None:
        """It cannot be read: on disk the next opening begins anew, for all of it is derived; a server is asked again."""
        self._is_broken, self._opened = True, None

    def _open(self) -> Any:
        import chromadb
        from chromadb.api.shared_system_client import SharedSystemClient
        from chromadb.config import Settings
        from langchain_chroma import Chroma

        logging.getLogger("chromadb").setLevel(logging.ERROR)
        settings = Settings(anonymized_telemetry=False)
        if self.server:
            address = urlsplit(self.server)
            client: Any = chromadb.HttpClient(
                host=address.hostname or "localhost",
                port=address.port or 8000,
                ssl=address.scheme == "https",
                settings=settings,
            )
        else:
            if self.is_lost():  # Chroma keeps one open client per path, also of a folder that is gone
                SharedSystemClient.clear_system_cache()
            if self._is_broken:
                self._clear_folder()
            self.folder.mkdir(parents=True, exist_ok=True)
            client = chromadb.PersistentClient(str(self.folder), settings=settings)
        self._is_broken = False
        return Chroma(
            client=client,
            collection_name=COLLECTION,
            embedding_function=self.embeddings,
            collection_metadata={"hnsw:space": "cosine"},
        )

    def _clear_folder(self) -> None:
        """All but the lock, which another process may hold."""
        for place in self.folder.iterdir():
            if place.is_dir():
                shutil.rmtree(place, ignore_errors=True)
            elif place.name != LOCK_FILE:
                place.unlink(missing_ok=True)

    @contextmanager
    def _one_writer(self, patience: float) -> Iterator[None]:
        """Chroma on disk bears one writer at a time; another process waits here."""
        self.folder.mkdir(parents=True, exist_ok=True)
        until = time.monotonic() + patience
        with (self.folder / LOCK_FILE).open("w") as lock:
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() >= until:
                        raise Busy from None
                    time.sleep(POLL_SECONDS)
            yield
