"""Web pages: the article without its site. Works on names and links, as no tag says what is furniture."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from knowledge.reading.document import Block, Extract
from knowledge.reading.lines import ended
from knowledge.reading.markup import parse_html, unspoken, walk
from knowledge.reading.tables import row_sentences
from knowledge.reading.visibility import Styles
from storage.errors import Refused

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
_MOST_CELLS = 200_000


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


@dataclass
class _Measure:
    """Characters of text in an element, in its links, and how many links there are and how long the longest is."""

    text: int = 0
    linked: int = 0
    links: int = 0
    longest: int = 0


def _measures(tree: Any) -> dict[Any, _Measure]:
    """Every element measured in one walk, as pages may be deep or long."""
    found: dict[Any, _Measure] = {}
    for event, element in walk(tree):
        if event == "start":
            found[element] = _Measure(_characters(element.text))
            continue
        own = found[element]
        if element.tag == "a" and element.get("href"):
            own = found[element] = _Measure(own.text, own.text, 1, own.text)
        parent = element.getparent()
        if parent is not None:
            above = found[parent]
            above.text += own.text + _characters(element.tail)
            above.linked += own.linked
            above.links += own.links
            above.longest = max(above.longest, own.longest)
    return found


def _characters(text: str | None) -> int:
    return len("".join(text.split())) if text else 0


def _remove_furniture(tree: Any) -> None:
    """Parts named like furniture, and lists and boxes that are nearly all links, unless most of the page is in them."""
    measures = _measures(tree)
    whole = max(1, measures[tree].text)
    for element, measure in measures.items():
        if not isinstance(element.tag, str) or element.getparent() is None or element.tag in {"html", "body"}:
            continue
        names = f"{element.get('class', '')} {element.get('id', '')}".lower()[:500]
        named = bool(_FURNITURE_NAME.search(names)) and not _KEPT_NAME.search(names)
        if (named and measure.text < 0.4 * whole) or (element.tag in _BLOCKS and _is_link_box(measure)):
            _remove(element)


def _is_link_box(measure: _Measure) -> bool:
    """Nearly all of its text in three or more short links: a menu, a list of other articles, a foot of the page."""
    return measure.links >= 3 and measure.linked >= 0.75 * measure.text and measure.longest <= _LONGEST_LINK_TEXT


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
            if tag in {"h1", "h2", "h3", "h4", "h5", "h6"} or (tag in {"p", "div", "center"} and _set_apart(element)):
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


def _set_apart(element: Any) -> bool:
    """A short paragraph that is centred or all in bold letters, as headings without a heading's tag are."""
    text = "".join(element.itertext())
    if not 4 <= _characters(text) <= 60 or ended(text.strip()) or re.search(r"[〔\[（(]\d{4}[〕\]）)]|\d{4}年", text):
        return False
    style = re.sub(r"\s+", "", element.get("style", "")).lower()
    if element.tag == "center" or element.get("align") == "center" or "text-align:center" in style:
        return True
    return sum(_characters("".join(one.itertext())) for one in element.iter("b", "strong")) == _characters(text)


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
    filled = 0
    for row in table.iter("tr"):
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
        filled += len(cells)
        if filled > _MOST_CELLS:
            raise Refused("网页中的表格过大。请把需要的部分复制到 Excel 或 Word 文档后上传。")
    return rows


def _span(cell: Any, name: str) -> int:
    value = cell.get(name, "1").strip()
    return max(1, min(100, int(value))) if value.isdecimal() else 1
