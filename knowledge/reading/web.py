"""Web pages: the article without its site. Works on names and links, as no tag says what is furniture."""

import re
from collections.abc import Iterator
from typing import Any

from knowledge.reading.document import Block, Extract
from knowledge.reading.markup import parse_html, unspoken, walk
from knowledge.reading.tables import row_sentences
from knowledge.reading.visibility import Styles

_GONE = (
    *("script", "style", "noscript", "template", "iframe", "object", "embed", "applet", "svg", "canvas", "audio"),
    *("video", "map", "nav", "footer", "aside", "form", "button", "select", "input", "textarea", "label", "option"),
    *("datalist", "dialog", "menu", "head", "link", "meta"),
)
_BLOCKS = frozenset(
    (
        *("address", "article", "blockquote", "body", "br", "caption", "center", "dd", "details", "dir", "div", "dl"),
        *("dt", "fieldset", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "hr"),
        *("legend", "li", "main", "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th"),
        *("thead", "tr", "ul"),
    )
)
_FURNITURE_NAME = re.compile(
    r"(?:^|[-_\s\d])(?:nav|navbar|navi|mainnav|menu|submenu|breadcrumbs?|crumbs?|position|location|dqwz|share|bdshare\w*|jiathis\w*|social"
    r"|foot|footer|copyright|copy|sidebar|aside|qrcode|qr|ewm|erweima|weixin|wechat|related?|relate|recommend|hot|rank|toolbar|tools?"
    r"|print|comments?|pagination|pager|pages?nav|prevnext|prev|next|login|logo|search|toplink|topbar|friendlink|links?|editor\w{0,3}name|zrbj|bianji"
    r"|advert\w*|ads?|gg|float\w*|popup|tags?)(?:$|[-_\s\d])"
)
_KEPT_NAME = re.compile(
    r"(?:^|[-_\s\d])(?:content|article|main|text|txt|zoom|trs_editor|ucap-content|detail)(?:$|[-_\s\d])"
)
_LONGEST_LINK_TEXT = 60


def read_page(html: str) -> Extract:
    """Blocks of the article; comments and what the page hides are put aside, to be looked at but not kept."""
    tree = parse_html(html)
    title = " ".join((tree.findtext(".//title") or "").split())
    styles = Styles([style.text or "" for style in tree.iter("style")])
    asides = [comment.text or "" for comment in unspoken(tree)]
    doubts: list[str] = []
    for element, reason in styles.unseen(tree):
        text = " ".join(element.text_content().split())
        if reason and len(text) > 5:
            doubts.append(f"网页中有看不见的文字（{reason}），未读入：“{text[:30]}”")
        asides.append(text)
        _remove(element)
    for element in list(tree.iter(*_GONE)):
        _remove(element)
    for comment in unspoken(tree):
        _remove(comment)
    _remove_furniture(tree)
    blocks = list(_blocks(tree))
    return Extract("html", [*blocks, *(Block(one, "aside") for one in asides if one.strip())], title, doubts[:5])


def _remove(element: Any) -> None:
    """Take an element out and leave the text that follows it in its place."""
    parent = element.getparent()
    if parent is None:
        return
    before = element.getprevious()
    if element.tail:
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)


def _remove_furniture(tree: Any) -> None:
    """Parts named like furniture, and lists and boxes that are nearly all links, unless most of the page is in them."""
    whole = max(1, _length(tree))
    for element in list(tree.iter()):
        if not isinstance(element.tag, str) or element.getparent() is None or element.tag in {"html", "body"}:
            continue
        names = f"{element.get('class', '')} {element.get('id', '')}".lower()
        named = bool(_FURNITURE_NAME.search(names)) and not _KEPT_NAME.search(names)
        if (named and _length(element) < 0.4 * whole) or (element.tag in _BLOCKS and _is_link_box(element)):
            _remove(element)


def _is_link_box(element: Any) -> bool:
    """Nearly all of its text in three or more short links: a menu, a list of other articles, a foot of the page."""
    links = [one for one in element.iter("a") if one.get("href")]
    if len(links) < 3:
        return False
    linked = sum(_length(one) for one in links)
    return linked >= 0.75 * _length(element) and all(_length(one) <= _LONGEST_LINK_TEXT for one in links)


def _length(element: Any) -> int:
    return sum(len("".join(text.split())) for text in element.itertext())


def _blocks(tree: Any) -> Iterator[Block]:
    """Text in document order, a block for every line the browser would begin; walked without recursion."""
    line: list[str] = []
    heading: list[Any] = []
    tables: list[Any] = []

    def flush() -> Iterator[Block]:
        text = _spaced("".join(line))
        line.clear()
        if text:
            yield Block(text, "heading" if heading and len(text) <= 80 else "text", indented=_by_space(text))

    for event, element in walk(tree):
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            if tag in _BLOCKS and not tables:
                yield from flush()
            if tag == "table" and not tables and _holds_data(element):
                tables.append(element)
                yield from row_sentences(_rows(element))
            if tag in {"h1", "h2", "h3", "h4", "h5", "h6"}:
                heading.append(element)
            if not tables:
                line.append(element.text or "")
        else:
            if tag in _BLOCKS and not tables:
                yield from flush()
            if heading and heading[-1] is element:
                heading.pop()
            if tables and tables[-1] is element:
                tables.pop()
            if not tables:
                if tag == "p":
                    yield Block("")
                line.append(element.tail or "")
    yield from flush()


def _spaced(text: str) -> str:
    """White space as a browser shows it: a line break between two Chinese characters is none."""
    text = re.sub(r"(?<=[^\x00-\xff])[ \t]*[\r\n][ \t\r\n]*(?=[^\x00-\xff])", "", text)
    return re.sub(r"[ \t\r\n]+", " ", text).strip(" ")


def _by_space(text: str) -> bool | None:
    return True if text.startswith("　") else None


def _holds_data(table: Any) -> bool:
    """A table of figures or names, as against one that only places parts of the page."""
    if next((one for one in table.iterdescendants("table")), None) is not None:
        return False
    rows = _rows(table)
    cells = [cell for row in rows for cell in row]
    return len(rows) >= 2 and max(map(len, rows)) >= 2 and max(map(len, cells), default=0) <= 300


def _rows(table: Any) -> list[list[str]]:
    """The cells' texts, each in every place that its colspan and rowspan cover."""
    rows: list[list[str]] = []
    pending: dict[int, tuple[int, str]] = {}
    for row in list(table.iter("tr"))[:20_000]:
        cells: list[str] = []

        def fill(cells: list[str] = cells) -> None:
            while len(cells) in pending:
                left, text = pending.pop(len(cells))
                if left > 1:
                    pending[len(cells)] = (left - 1, text)
                cells.append(text)

        for cell in row.iterchildren("td", "th"):
            fill()
            text = " ".join(cell.text_content().split())
            for _ in range(_span(cell, "colspan")):
                if _span(cell, "rowspan") > 1:
                    pending[len(cells)] = (_span(cell, "rowspan") - 1, text)
                cells.append(text)
        fill()
        rows.append(cells)
    return rows


def _span(cell: Any, name: str) -> int:
    value = cell.get(name, "1").strip()
    return max(1, min(100, int(value))) if value.isdecimal() else 1
