"""Files built byte by byte for the tests, good ones and hostile ones; all text is our own."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

NOTICE = "关于做好年度谈话安排的通知"
RULE = "谈话每年不少于一次，安排在民主生活会之前。"

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


def zipped(parts: Mapping[str, str | bytes], *, level: int = 9) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def word_paragraph(text: str, properties: str = "", run: str = "") -> str:
    shown = f'<w:t xml:space="preserve">{escape(text)}</w:t>'
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:rPr>{run}</w:rPr>{shown}</w:r></w:p>"


def word_table(rows: Sequence[Sequence[str]]) -> str:
    """Cells given as text, or as XML when they begin with "<w:tc"."""
    cells = [
        "".join(cell if cell.startswith("<w:tc") else f"<w:tc>{word_paragraph(cell)}</w:tc>" for cell in row)
        for row in rows
    ]
    return "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in cells) + "</w:tbl>"


def docx(body: str, *, before: str = "", parts: Mapping[str, str | bytes] | None = None) -> bytes:
    """A minimal Word document; `before` stands between the XML declaration and the root element."""
    extra = dict(parts or {})
    types = "".join(
        f'<Override PartName="/{name}" ContentType="{_WORD_TYPE}.{name.split("/")[-1].removesuffix(".xml")}+xml"/>'
        for name in extra
        if name.startswith("word/") and name.endswith(".xml")
    )
    links = "".join(
        f'<Relationship Id="r{place}" Type="{_RELATIONS}/{name.split("/")[-1].removesuffix(".xml")}"'
        f' Target="{name.removeprefix("word/")}"/>'
        for place, name in enumerate(extra)
        if name.startswith("word/") and name.endswith(".xml")
    )
    return zipped(
        {
            "[Content_Types].xml": f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
            f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
            f'ContentType="application/xml"/><Override PartName="/word/document.xml" '
            f'ContentType="{_WORD_TYPE}.document.main+xml"/>{types}</Types>',
            "_rels/.rels": f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
            f'Type="{_RELATIONS}/officeDocument" Target="word/document.xml"/></Relationships>',
            "word/_rels/document.xml.rels": f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{links}'
            "</Relationships>",
            "word/document.xml": f"{_HEAD}{before}<w:document {_W}><w:body>{body}</w:body></w:document>",
            **extra,
        }
    )


def numbering(*levels: tuple[str, str]) -> str:
    """numbering.xml with one list, "1"; each level as (format, text)."""
    inner = "".join(
        f'<w:lvl w:ilvl="{place}"><w:start w:val="1"/><w:numFmt w:val="{style}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for place, (style, text) in enumerate(levels)
    )
    return (
        f'{_HEAD}<w:numbering {_W}><w:abstractNum w:abstractNumId="0">{inner}</w:abstractNum>'
        f'<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
    )


def in_list(level: int) -> str:
    return f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="1"/></w:numPr>'


def ofd_text(text: str, x: float, y: float, size: float = 5.0, attributes: str = "", colour: str = "") -> str:
    return (
        f'<ofd:TextObject ID="1" Boundary="{x} {y} 150 {size}" Font="1" Size="{size}" {attributes}>{colour}'
        f'<ofd:TextCode X="0" Y="{size * 0.8}" DeltaX="g {max(1, len(text) - 1)} {size}">{escape(text)}</ofd:TextCode>'
        "</ofd:TextObject>"
    )


def ofd(pages: Sequence[str], *, before: str = "", places: Sequence[str] | None = None) -> bytes:
    """A minimal OFD package; each page is the XML of its layer."""
    root = 'xmlns:ofd="http://www.ofdspec.org/2016"'
    found = places or [f"Pages/Page_{number}/Content.xml" for number in range(len(pages))]
    listed = "".join(f'<ofd:Page ID="{number}" BaseLoc="{place}"/>' for number, place in enumerate(found))
    return zipped(
        {
            "OFD.xml": f"{_HEAD}{before}<ofd:OFD {root}><ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot>"
            "</ofd:DocBody></ofd:OFD>",
            "Doc_0/Document.xml": f"{_HEAD}<ofd:Document {root}><ofd:Pages>{listed}</ofd:Pages></ofd:Document>",
            **{
                f"Doc_0/Pages/Page_{number}/Content.xml": f"{_HEAD}<ofd:Page {root}><ofd:Content><ofd:Layer>{page}"
                "</ofd:Layer></ofd:Content></ofd:Page>"
                for number, page in enumerate(pages)
            },
        }
    )


def pdf_text(text: str, x: float, y: float, size: float = 16.0, state: str = "") -> bytes:
    """Operators that show a text at a place; `state` sets colour or drawing mode before."""
    return f"q {state} BT /F1 {size} Tf 1 0 0 1 {x} {y} Tm <{text.encode('utf-16-be').hex()}> Tj ET Q\n".encode()


def pdf(pages: Sequence[bytes], *, catalogue: str = "", image: bool = False, password: bool = False) -> bytes:
    """A PDF whose Chinese font is one every reader knows by name; `image` puts a grey picture on each page."""
    font, picture = 3, 5
    objects: dict[int, bytes] = {
        3: b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H "
        b"/DescendantFonts [4 0 R] >>",
        4: b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo << /Registry (Adobe) "
        b"/Ordering (GB1) /Supplement 2 >> /DW 1000 >>",
        5: _stream(
            zlib.compress(bytes([200]) * 10_000),
            "/Type /XObject /Subtype /Image /Width 100 /Height 100 /ColorSpace /DeviceGray /BitsPerComponent 8 "
            "/Filter /FlateDecode",
        ),
    }
    kids = []
    for content in pages:
        number = len(objects) + 3
        kids.append(f"{number} 0 R")
        shown = b"q 100 0 0 100 0 0 cm /Im0 Do Q\n" + content if image else content
        xobject = f"/XObject << /Im0 {picture} 0 R >>" if image else ""
        objects[number] = (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] "
            f"/Resources << /Font << /F1 {font} 0 R >> {xobject} >> /Contents {number + 1} 0 R >>"
        ).encode()
        objects[number + 1] = _stream(shown)
    objects[1] = f"<< /Type /Catalog /Pages 2 0 R {catalogue} >>".encode()
    objects[2] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>".encode()
    made = _pdf_file(objects)
    return _locked(made) if password else made


def _stream(data: bytes, entries: str = "") -> bytes:
    return f"<< {entries} /Length {len(data)} >>\nstream\n".encode() + data + b"\nendstream"


def _pdf_file(objects: Mapping[int, bytes]) -> bytes:
    file = b"%PDF-1.5\n"
    places = {}
    for number in sorted(objects):
        places[number] = len(file)
        file += b"%d 0 obj\n" % number + objects[number] + b"\nendobj\n"
    start = len(file)
    size = max(objects) + 1
    lines = [b"%010d 00000 n \n" % places[one] if one in places else b"0000000000 65535 f \n" for one in range(size)]
    file += b"xref\n0 %d\n" % size + b"".join(lines)
    return file + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, start)


def _locked(data: bytes) -> bytes:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter()
    writer.append(PdfReader(io.BytesIO(data)))
    writer.encrypt("open-me", algorithm="AES-256")
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def overlapping_zip(entries: int, unpacked: int) -> bytes:
    """Many entries of one directory that all point at the same packed stretch of bytes."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(bytes(unpacked)) + packer.flush()
    checksum = zlib.crc32(bytes(unpacked))
    local = (
        struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, 0, 8, 0, 33, checksum, len(packed), unpacked, 1, 0) + b"a" + packed
    )
    directory = b""
    names = ["[Content_Types].xml", "word/document.xml", *(f"word/x{number}.bin" for number in range(entries))]
    for name in names:
        directory += (
            struct.pack(
                "<IHHHHHHIIIHHHHHII",
                0x02014B50,
                20,
                20,
                0,
                8,
                0,
                33,
                checksum,
                len(packed),
                unpacked,
                len(name),
                0,
                0,
                0,
                0,
                0,
                0,
            )
            + name.encode()
        )
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, len(names), len(names), len(directory), len(local), 0)
    return local + directory + end
