"""The search as a LangChain retriever, for anybody's chain. Apart from `retrieval`, because LangChain loads slowly."""

from collections.abc import Callable
from datetime import date

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from knowledge.asking import read_question
from knowledge.retrieval import Finder, Hit
from storage.documents.rules import Audience


class PolicyRetriever(BaseRetriever):
    """The search as a LangChain retriever. Audience and date have no default: nobody can forget them."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    finder: Callable[[], Finder]
    """Gives the finder over the register as it stands now."""
    audience: Audience
    on_date: date
    limit: int = 10

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002
    ) -> list[Document]:
        asked, period = read_question(query, self.on_date)
        found = self.finder().find(asked, audience=self.audience, period=period, limit=self.limit)
        return [_as_document(hit) for hit in found.hits]


def _as_document(hit: Hit) -> Document:
    about = {
        "document": hit.document.name,
        "title": hit.document.title,
        "heading": hit.passage.heading,
        "kind": hit.document.kind,
        "status": hit.standing,
        "score": hit.score,
    }
    return Document(page_content=hit.passage.text, metadata=about)
