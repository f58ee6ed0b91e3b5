"""XML and HTML as trees (the one file naming lxml): no entities, no DTD, no network, no trees beyond its own bounds."""

from collections.abc import Iterator
from typing import Any


def parse_xml(data: bytes) -> Any:
    """The root element; what declares a document type has been refused before (`archives.refuse_dtd`)."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    return etree.fromstring(data, parser)


def parse_html(html: str) -> Any:
    """The root element of a page, however badly it is written."""
    from lxml.html import HTMLParser, document_fromstring

    parser = HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
    return document_fromstring(html.encode("utf-8"), parser=parser)


def unspoken(tree: Any) -> list[Any]:
    """Comments and processing instructions, which no browser shows."""
    from lxml import etree

    return list(tree.iter(etree.Comment, etree.ProcessingInstruction))


def walk(tree: Any) -> Iterator[tuple[str, Any]]:
    """("start" or "end", element) in document order, without recursion, so that no depth is too great."""
    from lxml import etree

    yield from etree.iterwalk(tree, events=("start", "end"))
