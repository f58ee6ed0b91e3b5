"""Photographs and scanned pages through rapidocr (the one file naming it), an optional extra that works offline."""

import importlib.util
import io
from collections.abc import Iterator
from typing import Any

from knowledge.reading.document import Block, Extract, Limits
from knowledge.reading.layout import Fragment, page_blocks
from storage.errors import Refused

_PIXELS = 80_000_000
_LONGEST_SIDE = 4_000
_LEAST_SCORE = 0.5


def installed() -> bool:
    """Whether pictures can be recognised here."""
    return importlib.util.find_spec("rapidocr") is not None


def recognise(data: bytes, limits: Limits) -> Extract:
    """The text of a picture, or of the pictures on a PDF's pages; always with the doubt that it may be wrong.

    Raises:
        Refused: too many pages, a picture too large, or nothing recognised.
    """
    from rapidocr import RapidOCR

    engine: Any = RapidOCR()
    scanned = b"%PDF-" in data[:1024]
    pages = _pages(data, limits) if scanned else iter([[data]])
    blocks: list[Block] = []
    for number, pictures in enumerate(pages, 1):
        for picture in pictures:
            blocks.extend(page_blocks(_fragments(engine, _opened(picture)), number if scanned else 0))
    if not any(block.text.strip() for block in blocks):
        raise Refused("图片中没有识别出文字，无可用文本。请上传更清晰的图片，或录入成文字后上传。")
    doubts = ["文字由图片识别得到，可能有错，须对照原件核对"]
    return Extract("pdf" if scanned else "image", blocks, doubts=doubts)


def _pages(data: bytes, limits: Limits) -> Iterator[list[bytes]]:
    """The pictures of each page; recognising takes seconds a page, so few pages are taken."""
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(data), strict=False)
    most = min(limits.pages, limits.converter_seconds // 2)
    if len(reader.pages) > most:
        raise Refused(f"扫描件页数过多（{len(reader.pages)} 页，上限 {most} 页）。请拆分，或先识别成文字后上传。")
    for page in reader.pages:
        yield [picture.data for picture in page.images]


def _opened(picture: bytes) -> Any:
    import numpy
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = _PIXELS
    try:
        image = Image.open(io.BytesIO(picture))
        if image.width * image.height > _PIXELS:
            raise Image.DecompressionBombError
        upright = ImageOps.exif_transpose(image).convert("RGB")
    except Image.DecompressionBombError:
        raise Refused("图片尺寸过大。请缩小后重新上传。") from None
    except (OSError, ValueError, SyntaxError):
        raise Refused("图片不完整或格式无法识别。请另存为 JPG 或 PNG 后重新上传。") from None
    upright.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
    return numpy.asarray(upright)[:, :, ::-1]


def _fragments(engine: Any, picture: Any) -> list[Fragment]:
    found = engine(picture)
    if not found.txts:
        return []
    return [
        Fragment(text, float(box[0][0]), float(box[3][1]), float(box[3][1] - box[0][1]), float(box[1][0] - box[0][0]))
        for text, score, box in zip(found.txts, found.scores, found.boxes, strict=True)
        if score >= _LEAST_SCORE
    ]
