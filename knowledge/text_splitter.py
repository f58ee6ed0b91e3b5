"""Our cutting of official documents as a LangChain text splitter, for anybody's chain."""

from collections.abc import Iterable
from typing import Any

from langchain_core.documents import Document
from langchain_text_splitters import TextSplitter

from knowledge.documents import About, split


class PolicyTextSplitter(TextSplitter):
    """Cuts by the build of the text (articles, numbered sections, questions and answers), about 250 characters a piece.

    Documents keep their metadata and gain `heading`, the path of headings above the piece; `title` and `kind` in the
    metadata tell the splitter what it cuts.
    """

    def __init__(self, title: str = "", kind: str = "") -> None:
        super().__init__(chunk_size=250, chunk_overlap=0)
        self._about = About(title, kind)

    def split_text(self, text: str) -> list[str]:
        """The pieces of `text` in reading order, outlines left out."""
        return [passage.text for passage in split(text, self._about) if not passage.outline]

    def split_documents(self, documents: Iterable[Document]) -> list[Document]:
        """The pieces of each document, with its metadata and the headings above each piece."""
        pieces = []
        for document in documents:
            metadata: dict[str, Any] = dict(document.metadata)
            about = About(str(metadata.get("title", self._about.title)), str(metadata.get("kind", self._about.kind)))
            pieces += [
                Document(passage.text, metadata={**metadata, "heading": passage.heading})
                for passage in split(document.page_content, about)
                if not passage.outline
            ]
        return pieces
