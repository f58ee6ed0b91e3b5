"""XML and HTML as trees (the one file naming lxml): no entities, no DTD, no network, no trees beyond its own bounds."""

from collections.abc import Iterator
from typing import Any

from storage.errors import Refused


def parse_xml(data: bytes) -> Any:
    """The root element; what declares a document type has been refused before (`archives.refuse_dtd`)."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    return etree.fromstring(data, parser)


def parse_html(html: str) -> Any:
    """The root element of a page, however badly it is written.

    Raises:
        Refused: it is nested so deeply that the parser leaves a part of it out.
    """
    from lxml.html import HTMLParser, document_fromstring

    # Unclosed tags nest deeply in old pages: the larger bound of huge_tree; memory is bounded by the process.
    parser = HTMLParser(encoding="utf-8", no_network=True, huge_tree=True)
    root = document_fromstring(html.encode("utf-8"), parser=parser)
    if any("depth" in str(entry.message).lower() for entry in parser.error_log):
        raise Refused("网页结构异常（层级过深），无法完整读取。请用浏览器打开，把正文复制到 Word 文档后上传。")
    return root


def unspoken(tree: Any) -> list[Any]:
    """Comments and processing instructions, which no browser shows."""
    from lxml import etree

    return list(tree.iter(etree.Comment, etree.ProcessingInstruction))


def walk(tree: Any) -> Iterator[tuple[str, Any]]:
    """("start" or "end", element) in document order, without recursion, so that no depth is too great."""
    from lxml import etree

    yield from etree.iterwalk(tree, events=("start", "end"))
