"""Entry for the bot: a question in, a cited answer or an honest "no basis" out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from langchain_core.embeddings import Embeddings

from knowledge.answerability import is_answered
from knowledge.asked_scene import Scene
from knowledge.asking import Asked, read_question
from knowledge.characters import joined_pairs, normalised
from knowledge.composing import compose
from knowledge.definitions import is_explained, phrase_asked
from knowledge.documents.structure import sentences
from knowledge.indexing import Shelf, open_shelf
from knowledge.keyword_index import rarity
from knowledge.language_model import ChatModel
from knowledge.library import Period
from knowledge.manners import aside, is_question_like
from knowledge.quoting import Quote, choose
from knowledge.retrieval import Finder, Found, Hit
from knowledge.standard_answers import Standard, look_up, standard_text
from knowledge.wording import no_basis_text, quoted_text, source_of, unexplained_text
from storage.database import Database
from storage.documents.rules import Audience

if TYPE_CHECKING:
    from knowledge.retriever import PolicyRetriever

__all__ = ["Answer", "AnswerKind", "Citation", "PolicyDesk", "Retrieved", "is_question_like"]

RETRIEVED = 12
NEAREST = 3
LEAST_PHRASE, LONGEST_PHRASE = 4, 16
PHRASE_EDGES = ' \n“”"？?。！!'


class AnswerKind(StrEnum):
    """What an answer is."""

    QUOTED = "quoted"
    COMPOSED = "composed"
    STANDARD = "standard"
    ABSTAIN = "abstain"
    SMALLTALK = "smalltalk"
    REDIRECT = "redirect"
    COMMAND = "command"
    REFUSE = "refuse"


@dataclass(frozen=True)
class Citation:
    """Where a quote stands: the file's name, its standing (in_force, superseded, unknown), the register's kind."""

    document: str
    title: str
    heading: str
    quote: str
    status: str
    kind: str


@dataclass(frozen=True)
class Retrieved:
    """A passage the answer was looked for in, best first."""

    document: str
    heading: str
    text: str


@dataclass(frozen=True)
class Answer:
    """`text` is the whole reply, ready to be shown; `nearest` is filled only where there is no basis.

    `alike` is the standard answer to a question near to this one, where there is one: its id and question.
    """

    kind: AnswerKind
    text: str
    citations: tuple[Citation, ...] = ()
    nearest: tuple[Citation, ...] = ()
    retrieved: tuple[Retrieved, ...] = ()
    alike: tuple[int, str] | None = None


class PolicyDesk:
    """Answers from the register of one installation. One per process; safe to use from several threads."""

    def __init__(
        self,
        database: Database,
        data_folder: Path,
        *,
        chroma_url: str = "",
        embeddings: Embeddings | None = None,
        chat: ChatModel | None = None,
    ) -> None:
        self.database = database
        self.chat = chat
        self.shelf: Shelf = open_shelf(database, data_folder, chroma_url=chroma_url, embeddings=embeddings)

    def answer(self, question: str, *, audience: Audience, on_date: date, with_retrieved: bool = False) -> Answer:
        """Answer `question` for somebody with this audience, as of `on_date` unless the question names another date."""
        turned = aside(question)
        asked, period = read_question(question, on_date)
        if turned is not None and not (turned.guessed and self._is_phrase(question, audience, period)):
            return Answer(AnswerKind(turned.manner), turned.reply)
        pinned, near = look_up(self.database, self.shelf.library(), question, audience=audience, period=period)
        if pinned is not None:
            return _pinned(pinned, on_date)
        answer = self._from_documents(question, asked, period, audience, on_date, with_retrieved=with_retrieved)
        turned = aside(question, has_basis=False) if answer.kind is AnswerKind.ABSTAIN else None
        if turned is not None:
            return Answer(AnswerKind(turned.manner), turned.reply, retrieved=answer.retrieved)
        return answer if near is None else replace(answer, alike=(near.id, near.question))

    def _is_phrase(self, text: str, audience: Audience, period: Period) -> bool:
        """Whether a visible document holds these very words: they are looked up then, whatever they sound like."""
        words = text.strip(PHRASE_EDGES)
        if not LEAST_PHRASE <= len(words) <= LONGEST_PHRASE:
            return False
        library = self.shelf.library()
        documents = library.view(audience, period).documents
        return any(words in passage.text for passage in library.passages if passage.document_id in documents)

    def _from_documents(
        self, question: str, asked: Asked, period: Period, audience: Audience, on_date: date, *, with_retrieved: bool
    ) -> Answer:
        finder = self.shelf.finder()
        found = finder.find(asked, audience=audience, period=period, limit=RETRIEVED)
        rarities = found.view.keywords.rarities(asked.weights)
        shown = _retrieved(found.hits) if with_retrieved else ()
        quotes = choose(asked, found.hits, rarities, finder.library.following)
        if phrase := phrase_asked(question):
            used = uses_without_meaning(phrase, found, finder)
            if used:
                return _unexplained(phrase, used, shown)
        unseen = rarity(0, found.view.keywords.present)
        if not is_answered(Scene(asked, found.hits, rarities, unseen)):
            return _declined(asked, quotes, shown)
        composed = compose(self.chat, question, found.hits, on_date) if self.chat else None
        if composed and composed.declined:
            return _declined(asked, quotes, shown)
        if composed:
            return Answer(AnswerKind.COMPOSED, composed.text, tuple(map(cited, composed.quotes)), (), shown)
        return Answer(AnswerKind.QUOTED, quoted_text(asked, quotes), tuple(map(cited, quotes)), (), shown)

    def retriever(self, *, audience: Audience, on_date: date, limit: int = 10) -> "PolicyRetriever":
        """The search behind the answers, for anybody's chain."""
        from knowledge.retriever import PolicyRetriever

        return PolicyRetriever(finder=self.shelf.finder, audience=audience, on_date=on_date, limit=limit)


def _declined(asked: Asked, quotes: Sequence[Quote], shown: tuple[Retrieved, ...]) -> Answer:
    nearest = quotes[:NEAREST]
    return Answer(AnswerKind.ABSTAIN, no_basis_text(asked, nearest), (), tuple(map(cited, nearest)), shown)


def _unexplained(phrase: str, used: Sequence[Quote], shown: tuple[Retrieved, ...]) -> Answer:
    text = unexplained_text(phrase, used)
    return Answer(AnswerKind.ABSTAIN, text, (), tuple(map(cited, used)), shown)


def uses_without_meaning(phrase: str, found: Found, finder: Finder) -> list[Quote]:
    """Sentences that use a phrase no visible passage explains, best passage first; none where one explains it."""
    word, passages = normalised(phrase), finder.library.passages
    visible = finder.library.keywords.holding(joined_pairs(word))
    numbers = [int(one) for one in visible if found.view.visible[one] and word in normalised(passages[one].text)]
    if not numbers or is_explained(word, [normalised(finder.library.indexed_text(passages[one])) for one in numbers]):
        return []
    order = {hit.number: place for place, hit in enumerate(found.hits)}
    running = [one for one in numbers if not passages[one].outline]
    used: list[Quote] = []
    for number in sorted(running, key=lambda one: order.get(one, len(order)))[:NEAREST]:
        piece = next((part for part in sentences(passages[number].text) if word in normalised(part)), "")
        if piece:
            used.append(Quote(finder.hit(number, found.view.documents, 0.0), piece))
    return used


def _pinned(found: Standard, on_date: date) -> Answer:
    view, document = found.view, found.document
    if document is None or view.basis is None:
        return Answer(AnswerKind.STANDARD, standard_text(found, "", on_date))
    heading, quote = view.basis.heading, view.basis.quote
    text = standard_text(found, source_of(document, heading, found.standing), on_date)
    citation = Citation(document.name, document.title, heading, quote, found.standing, document.kind)
    return Answer(AnswerKind.STANDARD, text, (citation,))


def cited(quote: Quote) -> Citation:
    """The citation of a quote."""
    hit = quote.hit
    return Citation(
        hit.document.name, hit.document.title, hit.passage.heading, quote.text, hit.standing, hit.document.kind
    )


def _retrieved(hits: Sequence[Hit]) -> tuple[Retrieved, ...]:
    return tuple(Retrieved(hit.document.name, hit.passage.heading, hit.passage.text) for hit in hits)
