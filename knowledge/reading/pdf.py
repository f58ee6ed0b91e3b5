"""PDF files with a text layer (the one file naming pypdf): text with its places on the page; nothing in them is run."""

import io
from collections.abc import Iterator
from typing import Any

from knowledge.reading.confinement import Scanned
from knowledge.reading.decoding import legibility
from knowledge.reading.document import Block, Extract, Limits, too_long
from knowledge.reading.layout import Fragment, page_blocks
from storage.errors import Refused

_TINY = 2.0  # points
_SHOWS = {b"Tj", b"TJ", b"'", b'"'}


class _Page:
    """Collects one page's text while pypdf walks its content, and which of it cannot be seen."""

    def __init__(self) -> None:
        self.fragments: list[tuple[Fragment, tuple[int, int]]] = []
        self.unseen: set[tuple[int, int]] = set()
        self.unpainted: set[tuple[int, int]] = set()
        self.white = self.grounds = False
        self.mode = 0

    def before(self, operator: bytes, operands: Any, _matrix: Any, text_matrix: Any) -> None:
        """pypdf's visitor_operand_before: follow colour and drawing mode."""
        if operator in (b"g", b"rg", b"sc", b"scn", b"k"):
            numbers = [float(one) for one in operands if isinstance(one, int | float)]
            self.white = bool(numbers) and numbers == ([0.0] * 4 if len(numbers) == 4 else [1.0] * len(numbers))
        elif operator in (b"f", b"F", b"f*", b"B", b"B*", b"sh", b"Do") and not self.white:
            self.grounds = True
        elif operator == b"Tr" and operands:
            self.mode = int(operands[0])
        elif operator in _SHOWS and self.mode == 3:
            self.unpainted.add(_spot(text_matrix))
        elif operator in _SHOWS and self.white and not self.grounds:
            self.unseen.add(_spot(text_matrix))

    def text(self, text: str, matrix: Any, text_matrix: Any, _font: Any, size: float) -> None:
        """pypdf's visitor_text: one piece of a line."""
        if not text.strip():
            return
        x = text_matrix[4] * matrix[0] + text_matrix[5] * matrix[2] + matrix[4]
        y = text_matrix[4] * matrix[1] + text_matrix[5] * matrix[3] + matrix[5]
        scale = (text_matrix[2] ** 2 + text_matrix[3] ** 2) ** 0.5 * (matrix[2] ** 2 + matrix[3] ** 2) ** 0.5
        piece = text.replace("\n", "")
        self.fragments.append((Fragment(piece, x, -y, abs(size) * scale or 1.0), _spot(text_matrix)))

    def seen(self, recognised: bool) -> list[Fragment]:
        """What a reader sees; text under a scanned picture is drawn unpainted on purpose and counts as seen."""
        gone = self.unseen if recognised else self.unseen | self.unpainted
        return [one for one, spot in self.fragments if one.size >= _TINY and spot not in gone]

    def hidden(self, recognised: bool) -> str:
        """The rest."""
        seen = set(map(id, self.seen(recognised)))
        return "".join(one.text for one, _ in self.fragments if id(one) not in seen)


def read_pdf(data: bytes, limits: Limits) -> Extract:
    """Raises Refused when locked or too long, Scanned when no page has text."""
    reader = _open(data)
    if len(reader.pages) > limits.pages:
        raise Refused(f"页数过多（{len(reader.pages)} 页，上限 {limits.pages} 页）。请拆分后分别上传。")
    blocks: list[Block] = []
    hidden: list[str] = []
    troubles: dict[str, list[int]] = {
        "没有文字层（扫描页），未读入": [],
        "无法读取": [],
        "文字由扫描识别得到，须核对": [],
    }
    for number, page in enumerate(reader.pages, 1):
        try:
            found, pictured = _read_page(page), _has_picture(page)
        except (MemoryError, RecursionError):
            raise
        except Exception:  # one broken page does not cost the others
            troubles["无法读取"].append(number)
            continue
        recognised = pictured and bool(found.unpainted) and len(found.unpainted) >= 0.8 * len(found.fragments)
        if recognised:
            troubles["文字由扫描识别得到，须核对"].append(number)
        if pictured and sum(len(one.text.strip()) for one in found.seen(recognised)) < 8:
            troubles["没有文字层（扫描页），未读入"].append(number)
        hidden.append(found.hidden(recognised))
        blocks.extend(page_blocks(found.seen(recognised), number))
        if sum(len(block.text) for block in blocks) > limits.text_characters:
            raise too_long(limits)
    _require_text(blocks, troubles, len(reader.pages))
    doubts = [f"第 {_listed(pages)} 页{trouble}" for trouble, pages in troubles.items() if pages]
    unseen = "".join(hidden).strip()
    if unseen:
        doubts.append(f"文件中有看不见的文字（白色、极小或不着色），未读入：“{unseen[:30]}”")
    if _runs_by_itself(reader):
        doubts.append("文件带有打开时自动执行的脚本（未执行）")
    return Extract("pdf", [*blocks, Block(unseen, "aside")], _title(reader), doubts)


def _open(data: bytes) -> Any:
    from pypdf import PasswordType, PdfReader

    reader = PdfReader(io.BytesIO(data), strict=False)
    if reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED:
        raise Refused("PDF 设有打开密码，无法读取。请取消密码后另存并重新上传。")
    return reader


def _read_page(page: Any) -> _Page:
    found = _Page()
    page.extract_text(visitor_text=found.text, visitor_operand_before=found.before)
    return found


def _require_text(blocks: list[Block], troubles: dict[str, list[int]], pages: int) -> None:
    text = "".join(block.text for block in blocks)
    if len(text.strip()) < 8 and troubles["没有文字层（扫描页），未读入"]:
        raise Scanned()
    if len(troubles["无法读取"]) > pages / 2:
        raise Refused("PDF 多数页面已损坏，无法读取。请用阅读软件打开核对，重新导出后上传。")
    if len(text) > 20 and legibility(text) < 0.4:
        raise Refused("PDF 的文字层编码缺失，读出的是乱码。请用原始的 Word 文件上传，或先做文字识别。")


def _has_picture(page: Any) -> bool:
    resources = page.get("/Resources")
    objects = resources.get_object().get("/XObject") if resources else None
    found = objects.get_object().values() if objects else []
    return any(one.get_object().get("/Subtype") == "/Image" for one in found)


def _runs_by_itself(reader: Any) -> bool:
    try:
        root = reader.trailer["/Root"].get_object()
        action = root.get("/OpenAction")
        names = root.get("/Names")
        started = action is not None and "/JS" in str(action.get_object())
        return started or (names is not None and "/JavaScript" in names.get_object())
    except Exception:  # only looked at for a warning
        return False


def _title(reader: Any) -> str:
    try:
        return str(reader.metadata.title or "") if reader.metadata else ""
    except Exception:  # broken metadata do not make the text unreadable
        return ""


def _spot(matrix: Any) -> tuple[int, int]:
    return round(float(matrix[4])), round(float(matrix[5]))


def _listed(pages: list[int]) -> str:
    def parts() -> Iterator[str]:
        start = previous = pages[0]
        for page in [*pages[1:], 10**9]:
            if page != previous + 1:
                yield str(start) if start == previous else f"{start}—{previous}"
                start = page
            previous = page

    return "、".join(list(parts())[:10])
