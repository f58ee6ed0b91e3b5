"""What one audience may see of a library about one period: worked out once, used by every question like it."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from threading import Lock

from knowledge.keyword_index import KeywordView, Mask


@dataclass(frozen=True)
class View:
    """The documents that may be answered from, with their standing then, and the keyword statistics of just these."""

    documents: Mapping[int, str]
    visible: Mask
    """One truth value for each passage of the library."""
    keywords: KeywordView
    document_keywords: KeywordView


@dataclass
class Views:
    """The views used last, `most` of them; the oldest goes first. Safe to use from several threads."""

    most: int
    _held: OrderedDict[Hashable, View] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def get(self, key: Hashable, make: Callable[[], View]) -> View:
        """The view under `key`, made now where it is not held."""
        with self._lock:
            found = self._held.get(key)
            if found is not None:
                self._held.move_to_end(key)
                return found
        made = make()
        with self._lock:
            self._held[key] = made
            while len(self._held) > self.most:
                self._held.popitem(last=False)
        return made
