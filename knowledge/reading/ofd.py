"""OFD (GB/T 33190), the fixed-page format of Chinese official documents: a zip of XML.

The packages for OFD on the index either pull in an AGPL library or are a few weeks old; reading needs only the text
objects and their places, so it is done here. Positions are in millimetres.
"""

import posixpath
from collections.abc import Iterator
from statistics import median
from typing import Any

from knowledge.reading.archives import Package, inside
from knowledge.reading.document import Block, Extract, Limits, too_long
from knowledge.reading.layout import Fragment, page_blocks
from knowledge.reading.markup import parse_xml
from storage.errors import Refused

_TINY = 0.6  # millimetres


class _Ofd:
    def __init__(self, package: Package, limits: Limits) -> None:
        self.package = package
        self.limits = limits
        self.hidden: list[str] = []
        self.characters = 0
        self.pictures = False

    def parse(self, name: str) -> Any | None:
        """The root of a part, None when it is missing."""
        return parse_xml(self.package.part(name)) if self.package.has(name) else None

    def documents(self) -> Iterator[tuple[str, Any]]:
        root = self.parse("OFD.xml")
        for place in _all(root, "DocRoot"):
            name = inside("", (place.text or "").strip())
            document = self.parse(name)
            if document is not None:
                yield posixpath.dirname(name), document

    def pages(self, folder: str, document: Any) -> Iterator[tuple[str, Any, list[Any]]]:
        """Each page's folder, its content, and the contents of the templates under it."""
        templates = {one.get("ID"): one.get("BaseLoc", "") for one in _all(document, "TemplatePage")}
        for page in _all(document, "Page"):
            name = inside(folder, page.get("BaseLoc", ""))
            content = self.parse(name)
            if content is None:
                continue
            used = [templates.get(one.get("TemplateID"), "") for one in _all(content, "Template")]
            yield (
                name,
                content,
                [one for place in used if place and (one := self.parse(inside(folder, place))) is not None],
            )

    def fragments(self, content: Any) -> Iterator[Fragment]:
        self.pictures = self.pictures or next(_all(content, "ImageObject"), None) is not None
        for text in _all(content, "TextObject"):
            for fragment in _codes(text):
                self.characters += len(fragment.text)
                if _unseen(text, fragment.size):
                    self.hidden.append(fragment.text)
                else:
                    yield fragment
        if self.characters > self.limits.text_characters:
            raise too_long(self.limits)


def read_ofd(package: Package, limits: Limits) -> Extract:
    """The text objects of every page in reading order; annotations, stamps and attachments are left out."""
    ofd = _Ofd(package, limits)
    blocks: list[Block] = []
    number = 0
    for folder, document in ofd.documents():
        for _, content, templates in ofd.pages(folder, document):
            number += 1
            if number > limits.pages:
                raise Refused(f"页数过多，超过上限 {limits.pages} 页。请拆分后分别上传。")
            placed = [fragment for one in [*templates, content] for fragment in ofd.fragments(one)]
            blocks.extend(page_blocks(sorted(placed, key=lambda one: (round(one.y, 1), one.x)), number))
    if not blocks and ofd.pictures:
        raise Refused("OFD 文件是扫描件，没有文本层，需先做文字识别。请识别成文字，或转换为 PDF 后上传。")
    hidden = "".join(ofd.hidden).strip()
    doubts = [f"文件中有看不见的文字（透明、白色或极小），未读入：“{hidden[:30]}”"] if hidden else []
    title = next((one.text or "" for one in _all(ofd.parse("OFD.xml"), "Title")), "")
    return Extract("ofd", [*blocks, Block(hidden, "aside")], title.strip(), doubts)


def _all(root: Any | None, name: str) -> Iterator[Any]:
    """Every element of this name, whatever prefix or namespace its program gave it."""
    return iter(()) if root is None else root.iter("{*}" + name)


def _codes(text: Any) -> Iterator[Fragment]:
    """The TextCodes of one TextObject at their places on the page."""
    left, top, *_ = [*_numbers(text.get("Boundary")), 0.0, 0.0]
    matrix = _numbers(text.get("CTM"))
    a, b, c, d, e, f = matrix if len(matrix) == 6 else (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    steps = _steps(next((code.get("DeltaX") for code in _all(text, "TextCode")), None))
    usual = median(steps) if steps else 3.0
    size = next(iter(_numbers(text.get("Size"))), usual) * ((c * c + d * d) ** 0.5 or 1.0)
    x = y = 0.0
    for code in _all(text, "TextCode"):
        x = next(iter(_numbers(code.get("X"))), x)
        y = next(iter(_numbers(code.get("Y"))), y)
        content = "".join(code.itertext()).strip("\r\n")
        steps = _steps(code.get("DeltaX"))
        width = (sum(steps[: len(content) - 1]) + size * 0.9) * (a if a > 0 else 1.0) if steps else 0.0
        if content.strip():
            yield Fragment(content, left + a * x + c * y + e, top + b * x + d * y + f, size, width)


def _steps(deltas: str | None) -> list[float]:
    """DeltaX written out: "g 3 5" stands for three steps of 5."""
    steps: list[float] = []
    words = (deltas or "").split()
    place = 0
    while place < len(words) and len(steps) < 10_000:
        if words[place] == "g" and place + 2 < len(words):
            steps.extend(_numbers(words[place + 2]) * min(int(next(iter(_numbers(words[place + 1])), 0)), 10_000))
            place += 3
        else:
            steps.extend(_numbers(words[place]))
            place += 1
    return steps


def _unseen(text: Any, size: float) -> bool:
    if text.get("Visible", "true").lower() == "false" or size < _TINY:
        return True
    if text.get("Fill", "true").lower() == "false" and text.get("Stroke", "false").lower() == "false":
        return True
    if text.get("Alpha") == "0":
        return True
    colour = next(_all(text, "FillColor"), None)
    if colour is None:
        return False
    value = colour.get("Value") or "".join(colour.itertext())
    return bool(colour.get("Alpha") == "0" or value.split() == ["255"] * 3)


def _numbers(text: str | None) -> list[float]:
    found: list[float] = []
    for word in (text or "").split():
        try:
            found.append(float(word))
        except ValueError:
            break
    return [one if abs(one) < 1e6 else 0.0 for one in found]
