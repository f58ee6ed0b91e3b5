"""Brings an index level slowly, saying so after every batch: `python -m tests.knowledge.indexing_child URL DATA`."""

import sys
import time
from pathlib import Path

from knowledge import vector_index
from knowledge.indexing import bring_level
from storage.database import open_database
from tests.knowledge.conftest import CountedWords


def main() -> None:
    def told(count: int) -> None:
        print(count, flush=True)
        time.sleep(0.5)

    vector_index.ADD_BATCH = 4
    bring_level(open_database(sys.argv[1]), Path(sys.argv[2]), embeddings=CountedWords(), progress=told)


if __name__ == "__main__":
    main()
