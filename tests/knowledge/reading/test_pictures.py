"""Photographs and scanned pages with the recogniser of the `ocr` extra; the refusal without it: test_converters."""

import io
import resource
import time
from pathlib import Path

import pytest

from knowledge.reading import read_document
from knowledge.reading.pictures import installed

FONT = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
LINES = ("云溪县谈话安排办法", "第一条 为做好谈话安排，制定本办法。", "第二条 谈话每年不少于2次，安排在会前。")
needs_recogniser = pytest.mark.skipif(
    not (installed() and FONT.exists()), reason='no recogniser here: pip install "tanhua[ocr]", fonts-noto-cjk'
)


def photograph(kind: str) -> bytes:
    """A page of our own words as a picture, or as a scanned PDF."""
    from PIL import Image, ImageDraw, ImageFont

    page, font = Image.new("RGB", (1240, 700), "white"), ImageFont.truetype(str(FONT), 44)
    draw = ImageDraw.Draw(page)
    for number, line in enumerate(LINES):
        draw.text((80, 80 + 110 * number), line, fill="black", font=font)
    out = io.BytesIO()
    page.save(out, kind)
    return out.getvalue()


@needs_recogniser
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "PDF"])
def test_a_photograph_and_a_scanned_page_are_read_and_doubted(kind: str) -> None:
    began = time.monotonic()
    read = read_document(photograph(kind), f"扫描件.{kind.lower()}")
    assert "谈话每年不少于2次" in read.text
    assert any("图片识别" in one for one in read.suspicions), "a person looks at it first"
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{kind}: {time.monotonic() - began:.1f} s, at most {peak:.0f} MB")
