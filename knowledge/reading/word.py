"""Word documents (the one file naming python-docx): what a reader sees on the sheet, without comments and deletions."""

import io
from collections.abc import Iterator
from typing import Any

from knowledge.reading.archives import Package
from knowledge.reading.document import Block, Extract, Limits, too_long
from knowledge.reading.markup import parse_xml
from knowledge.reading.numbering import Numbering
from knowledge.reading.tables import row_sentences
from storage.errors import Refused

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#: Not part of what is read: deleted and moved-away text, field codes, properties, pronunciation.
_SKIPPED = frozenset(
    f"{_W}{name}" for name in ("del", "moveFrom", "instrText", "delText", "rPr", "pPr", "sectPr", "object", "rt")
)
_TINY = 3  # half points


class _Word:
    def __init__(self, document: Any, limits: Limits) -> None:
        self.limits = limits
        self.numbering = Numbering(_related(document.part, "numbering"))
        self.styles = {style.style_id: style.element for style in document.styles}
        self.hidden: list[str] = []
        self.characters = 0

    def blocks(self, parent: Any) -> Iterator[Block]:
        """Paragraphs and tables in order, through content controls, with the text boxes after their paragraph."""
        for child in parent.iterchildren():
            if child.tag == f"{_W}p":
                yield from self.paragraph(child)
            elif child.tag == f"{_W}tbl":
                yield from row_sentences(self.table(child))
            elif child.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}moveTo", f"{_W}customXml"):
                yield from self.blocks(child)

    def paragraph(self, element: Any) -> Iterator[Block]:
        text = self.text(element)
        label, heading = self.standing(element)
        if text.strip():
            self.characters += len(text)
            if self.characters > self.limits.text_characters:
                raise too_long(self.limits)
            indented = True if label or self.first_line(element) else None
            yield Block(_labelled(label, text), "heading" if heading else "text", indented=indented)
        else:
            yield Block("")
        for box in _text_boxes(element):
            yield from self.blocks(box)

    def text(self, element: Any) -> str:
        """The runs of a paragraph; hidden ones are put aside."""
        parts: list[str] = []
        for child in element.iterchildren():
            if child.tag in _SKIPPED or child.tag == _FALLBACK:
                continue
            if child.tag == f"{_W}r" and _unseen(child):
                self.hidden.append("".join(one.text or "" for one in child.iter(f"{_W}t")))
            elif child.tag == f"{_W}t":
                parts.append(child.text or "")
            elif child.tag in (f"{_W}tab", f"{_W}ptab"):
                parts.append(" ")
            elif child.tag in (f"{_W}br", f"{_W}cr"):
                parts.append("\n")
            elif child.tag == f"{_W}noBreakHyphen":
                parts.append("-")
            elif child.tag != f"{_W}drawing" and child.tag != f"{_W}pict" and child.tag != f"{_W}txbxContent":
                parts.append(self.text(child))
        return "".join(parts)

    def standing(self, element: Any) -> tuple[str, bool]:
        """The number Word writes before a paragraph, and whether its style makes it a heading."""
        properties = element.find(f"{_W}pPr")
        styles = self.chain(properties)
        names = [(_value(style.find(f"{_W}name")) or "").lower() for style in styles]
        heading = any(name.startswith(("heading", "标题", "title")) for name in names)
        for holder in [properties, *(style.find(f"{_W}pPr") for style in styles)]:
            numbered = None if holder is None else holder.find(f"{_W}numPr")
            if numbered is not None:
                level = int(_value(numbered.find(f"{_W}ilvl")) or 0)
                return self.numbering.label(_value(numbered.find(f"{_W}numId")) or "", level), heading
        return "", heading

    def chain(self, properties: Any) -> list[Any]:
        """The paragraph's style and the styles it is based on, nearest first."""
        found: list[Any] = []
        name = None if properties is None else _value(properties.find(f"{_W}pStyle"))
        while name in self.styles and len(found) < 10:
            found.append(self.styles[name])
            name = _value(found[-1].find(f"{_W}basedOn"))
        return found

    def first_line(self, element: Any) -> bool:
        """Whether the paragraph begins with an indent, which tells it from a line broken by hand."""
        indent = element.find(f"{_W}pPr/{_W}ind")
        if indent is None:
            return False
        return any((indent.get(f"{_W}{name}") or "0") not in {"0", ""} for name in ("firstLine", "firstLineChars"))

    def table(self, element: Any) -> list[list[str]]:
        """Rows of cells; a merged cell's text stands in every place it covers."""
        rows: list[list[str]] = []
        for row in element.iterchildren(f"{_W}tr"):
            cells: list[str] = []
            for cell in row.iter(f"{_W}tc"):
                if next(cell.iterancestors(f"{_W}tr")) is not row:
                    continue
                text = " ".join(block.text for block in self.blocks(cell) if block.text)
                merged = cell.find(f"{_W}tcPr/{_W}vMerge")
                if merged is not None and _value(merged) != "restart" and rows and len(cells) < len(rows[-1]):
                    text = rows[-1][len(cells)]
                span = int(_value(cell.find(f"{_W}tcPr/{_W}gridSpan")) or 1)
                cells.extend([text] * min(span, 100))
            rows.append(cells)
        if len(rows) > self.limits.rows:
            raise Refused(f"表格行数过多，超过上限 {self.limits.rows} 行。请拆分后重新上传。")
        return rows


def read_word(package: Package, limits: Limits) -> Extract:
    """The body, its tables row by row, text boxes and footnotes; page heads and feet only to be looked at."""
    from docx import Document

    try:
        document = Document(io.BytesIO(package.data))
    except (ValueError, KeyError):
        raise Refused(
            "这不是普通的 Word 文档（可能带宏或为严格格式）。请另存为 Word 文档（.docx）后重新上传。"
        ) from None
    word = _Word(document, limits)
    blocks = list(word.blocks(document.element.body))
    notes = _related(document.part, "footnotes")
    if notes is not None:
        blocks.extend(block for note in notes.iterchildren() for block in word.blocks(note) if block.text.strip())
    blocks.extend(Block(text, "aside") for text in _edges(document.part))
    hidden = "".join(word.hidden)
    doubts = [f"文档中有看不见的文字（隐藏、白色或极小），未读入：“{hidden.strip()[:30]}”"] if hidden.strip() else []
    return Extract("docx", [*blocks, Block(hidden, "aside")], document.core_properties.title or "", doubts)


def _edges(part: Any) -> Iterator[str]:
    """Every paragraph of every header and footer, of first and even pages too, in tables and boxes too."""
    for relation in part.rels.values():
        if relation.is_external or relation.reltype not in (f"{_RELATIONS}/header", f"{_RELATIONS}/footer"):
            continue
        for paragraph in parse_xml(relation.target_part.blob).iter(f"{_W}p"):
            text = "".join(one.text or "" for one in paragraph.iter(f"{_W}t"))
            if text.strip():
                yield text


def _related(part: Any, kind: str) -> Any | None:
    """The root of a part this one points to, None when there is none."""
    for relation in part.rels.values():
        if relation.reltype == f"{_RELATIONS}/{kind}" and not relation.is_external:
            return parse_xml(relation.target_part.blob)
    return None


def _labelled(label: str, text: str) -> str:
    if not label:
        return text
    return f"{label}{text}" if label.endswith(("、", "）", ")", "．")) else f"{label} {text.lstrip()}"


def _text_boxes(element: Any) -> Iterator[Any]:
    """The outermost text boxes of a paragraph; the fallback for older programs repeats them."""
    for box in element.iter(f"{_W}txbxContent"):
        if next(box.iterancestors(_FALLBACK, f"{_W}txbxContent"), None) is None:
            yield box


def _unseen(run: Any) -> bool:
    """Hidden by its mark, white without a dark ground, or too small to be read."""
    properties = run.find(f"{_W}rPr")
    if properties is None:
        return False
    vanish = properties.find(f"{_W}vanish")
    if vanish is not None and _value(vanish) not in {"0", "false", "off"}:
        return True
    white = (_value(properties.find(f"{_W}color")) or "").lower() in {"ffffff", "fefefe", "fdfdfd"}
    size = _value(properties.find(f"{_W}sz"))
    return (white and not _on_ground(run, properties)) or (size is not None and size.isdigit() and int(size) <= _TINY)


def _on_ground(run: Any, properties: Any) -> bool:
    """Whether something coloured lies under a run: its own shade, its paragraph's, cell's or table's, or a text box."""
    if properties.find(f"{_W}highlight") is not None or _shaded(properties):
        return True
    for above in run.iterancestors(f"{_W}p", f"{_W}tc", f"{_W}tbl", f"{_W}txbxContent"):
        name = above.tag.removeprefix(_W)
        if name == "txbxContent" or _shaded(above.find(f"{_W}{name}Pr")):
            return True
    return False


def _shaded(properties: Any | None) -> bool:
    shade = None if properties is None else properties.find(f"{_W}shd")
    return shade is not None and (shade.get(f"{_W}fill") or "auto").lower() not in {"auto", "ffffff", ""}


def _value(element: Any | None) -> str | None:
    return None if element is None else element.get(f"{_W}val")
