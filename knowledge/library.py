"""The register as it stands in memory: documents, passages and keyword indexes of one revision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from knowledge import keyword_index
from knowledge.keyword_index import KeywordIndex, Mask
from knowledge.precedence import kept
from knowledge.vector_index import Entry, key_of
from knowledge.view import View, Views
from storage.documents.queries import DocumentFacts, PassageFacts
from storage.documents.rules import BINDING, Audience, AudienceLevel, Standing, was_in_force

if TYPE_CHECKING:
    from knowledge.retrieval import Hit

VIEWS = 16
"""Views kept for a library: so many different audiences and dates without working anything out again."""


@dataclass(frozen=True)
class Period:
    """The dates a question is about: the rules of `day`, and with `both` also those they took the place of."""

    day: date
    both: bool = False


class Library:
    """Everything that can be answered from, whatever the audience: each look into it names audience and period."""

    def __init__(self, documents: Sequence[DocumentFacts], passages: Sequence[PassageFacts], revision: int) -> None:
        self.revision = revision
        self.documents = {document.id: document for document in documents}
        self.passages = tuple(passages)
        order = {document.id: number for number, document in enumerate(documents)}
        self.document_numbers = np.asarray([order[p.document_id] for p in passages], dtype=np.int64)
        self._order = tuple(documents)
        self._keys: tuple[str, tuple[str, ...]] = ("", ())
        self._views = Views(VIEWS)
        self._by_name = {document.name: document for document in documents}

    @cached_property
    def keywords(self) -> KeywordIndex:
        """The keyword index over passages, one text each, in the order of `passages`."""
        return keyword_index.build([self.indexed_text(passage) for passage in self.passages])

    @cached_property
    def document_keywords(self) -> KeywordIndex:
        """The keyword index over whole documents, in the order of `documents`."""
        texts: list[list[str]] = [[document.title] for document in self._order]
        for number, passage in zip(self.document_numbers, self.passages, strict=True):
            if not passage.outline:
                texts[number].append(passage.text)
        return keyword_index.build(["\n".join(parts) for parts in texts])

    @cached_property
    def passage_precedence(self) -> NDArray[np.float32]:
        """What each passage keeps of its scores beside the rules above its document."""
        kept_by = np.asarray([kept(one.kind, one.title) for one in self._order], dtype=np.float32)
        return kept_by[self.document_numbers]

    @cached_property
    def outline_lines(self) -> NDArray[np.int64]:
        """How many lines each outline has; 0 for running text."""
        return np.asarray([p.text.count("\n") + 1 if p.outline else 0 for p in self.passages], dtype=np.int64)

    @cached_property
    def blocks(self) -> dict[tuple[int, int], list[int]]:
        """Numbers of the running passages of each block, by (document id, block)."""
        found: dict[tuple[int, int], list[int]] = {}
        for number, passage in enumerate(self.passages):
            if not passage.outline:
                found.setdefault((passage.document_id, passage.block), []).append(number)
        return found

    def following(self, hit: "Hit") -> list[PassageFacts]:
        """The passages behind a hit in its block, in order; none behind an outline."""
        block = self.blocks.get((hit.passage.document_id, hit.passage.block), [])
        return [self.passages[number] for number in block if number > hit.number and not hit.passage.outline]

    def indexed_text(self, passage: PassageFacts) -> str:
        """What a passage is found by: title, headings and context besides its own text."""
        title = self.documents[passage.document_id].title
        return "\n".join(part for part in (title, passage.heading, passage.context, passage.text) if part)

    def entries(self, model: str) -> dict[str, Entry]:
        """What the vector index must hold, by key."""
        return dict(zip(self.keys(model), map(self.entry, self.passages), strict=True))

    def keys(self, model: str) -> tuple[str, ...]:
        """The key each passage has in the vector index; passages that say the same in the same place share one."""
        if self._keys[0] != model:
            self._keys = (model, tuple(key_of(model, self.entry(passage)) for passage in self.passages))
        return self._keys[1]

    def entry(self, passage: PassageFacts) -> Entry:
        """What is embedded for one passage."""
        document = self.documents[passage.document_id]
        return Entry(self.indexed_text(passage)[:500], label_of(document.audience, document.audience_unit_id))

    @cached_property
    def labels(self) -> frozenset[str]:
        """Every label there is."""
        return frozenset(label_of(d.audience, d.audience_unit_id) for d in self._order)

    def view(self, audience: Audience, period: Period) -> View:
        """What this audience may be answered from about this period. Audiences that may see the same share it."""
        labels = self.labels & labels_of(audience)
        return self._views.get((labels, period), lambda: self.view_of(self._visible_documents(labels, period)))

    def view_of(self, documents: Mapping[int, str]) -> View:
        """A view of the documents with these ids, each with its standing."""
        chosen = np.asarray([document.id in documents for document in self._order], dtype=np.bool_)
        return self.view_of_passages(documents, chosen[self.document_numbers], chosen)

    def view_of_passages(self, documents: Mapping[int, str], visible: Mask, chosen: Mask | None = None) -> View:
        """A view of the `visible` passages, and of the `chosen` documents as a whole (each one without it)."""
        chosen = np.ones(len(self._order), dtype=np.bool_) if chosen is None else chosen
        return View(documents, visible, self.keywords.seen_by(visible), self.document_keywords.seen_by(chosen))

    def whole(self) -> View:
        """All there is, for fitting and measuring, which show nothing to anybody."""
        return self._views.get("whole", lambda: self.view_of({d.id: d.standing for d in self._order}))

    def _visible_documents(self, labels: frozenset[str], period: Period) -> dict[int, str]:
        """Ids of the documents with these labels that may speak about this period, each with its standing then."""
        seen = {d.id: d for d in self._order if label_of(d.audience, d.audience_unit_id) in labels}
        standings = {key: self._standing(document, seen, period.day) for key, document in seen.items()}
        if period.both:
            return {key: standing or Standing.SUPERSEDED for key, standing in standings.items()}
        return {key: standing for key, standing in standings.items() if standing}

    def _standing(self, document: DocumentFacts, seen: dict[int, DocumentFacts], day: date) -> str:
        """The standing on `day`, or '' where the document must not speak for that day."""
        successor = self._by_name.get(document.superseded_by)
        successor = successor if successor and successor.id in seen and successor.id != document.id else None
        if document.kind not in BINDING and document.standing != Standing.SUPERSEDED:
            return document.standing
        ends = document.in_force_until
        replaced = document.standing == Standing.SUPERSEDED
        if replaced and successor and not ends:
            ends = successor.in_force_from or successor.issued_on
        starts = document.in_force_from or document.issued_on
        if was_in_force(document.standing, starts, ends, day):
            return document.standing
        if starts is not None and day < starts:
            return ""
        return Standing.SUPERSEDED if successor is None else ""


def label_of(level: str, unit_id: int | None) -> str:
    """The audience of a document as one word, for filters inside an index."""
    return f"{level}:{unit_id}" if level == AudienceLevel.UNIT else level


def labels_of(audience: Audience) -> set[str]:
    """The labels an audience may see."""
    found = {str(AudienceLevel.PUBLIC)} | {f"{AudienceLevel.UNIT}:{unit}" for unit in audience.units}
    return found | {str(AudienceLevel.INTERNAL)} if audience.internal else found
