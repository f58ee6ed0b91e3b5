"""One file in, one document out: `read_document`."""

from knowledge.reading.cleaning import clean
from knowledge.reading.confinement import Scanned, read_confined
from knowledge.reading.decoding import decode
from knowledge.reading.document import STANDARD, Classified, Extract, Limits, ReadDocument, too_long
from knowledge.reading.names import display_name, require_size
from knowledge.reading.plain import markdown_extract, plain_extract
from knowledge.reading.secrecy import is_classified
from knowledge.reading.sniffing import family, text_media
from knowledge.reading.suggesting import suggest
from knowledge.reading.suspicions import suspicions
from storage.errors import Refused


def read_document(data: bytes, name: str, *, limits: Limits = STANDARD) -> ReadDocument:
    """Read a file whose type is told by its content; `name` is only shown and used for a title where there is none.

    Plain text is read here; everything with a structure is read in a child process that is bounded in time and memory.

    Raises:
        Classified: the file carries a mark of 绝密, 机密 or 秘密; nothing of its text is in the message.
        Refused: it cannot be read; the Chinese message says why and which step would help.
    """
    require_size(data, limits)
    extract = _extract(data, limits)
    if is_classified(extract.blocks):
        raise Classified()
    if sum(len(block.text) for block in extract.blocks) > limits.text_characters:
        raise too_long(limits)
    cleaned = clean(extract.blocks, paragraph_characters=limits.paragraph_characters)
    if not any(one.isalnum() for one in cleaned.text):
        raise Refused("文件是空的，无可用文本。请核对原件后重新上传。")
    shown = display_name(name)
    media = "wps" if extract.media == "doc" and shown.lower().endswith(".wps") else extract.media
    reasons = [*extract.doubts, *suspicions(cleaned, extract.blocks)]
    return ReadDocument(
        text=cleaned.text,
        media=media,
        pages=cleaned.pages,
        headings=cleaned.headings,
        suspicions=tuple(dict.fromkeys(reasons)),
        suggestion=suggest(cleaned.text, cleaned.headings, extract.title, shown),
    )


def _extract(data: bytes, limits: Limits) -> Extract:
    kind = family(data)
    if kind == "text":
        return _text(data, limits)
    if kind == "image":
        return _recognised(data, limits)
    try:
        return read_confined(kind, data, limits, converting=kind == "word")
    except Scanned:
        return _recognised(data, limits)


def _text(data: bytes, limits: Limits) -> Extract:
    text = decode(data)
    if len(text) > limits.text_characters:
        raise too_long(limits)
    _require_text(text)
    media = text_media(text)
    if media == "html":
        return read_confined("html", text.encode("utf-8", "ignore"), limits)
    return markdown_extract(text) if media == "md" else plain_extract(text)


def _require_text(text: str) -> None:
    """Refuse bytes that happen to decode but are no text."""
    sample = text[:100_000]
    controls = sum(one < " " and one not in "\t\n\r\f\v" for one in sample)
    if controls > 0.02 * len(sample):
        raise Refused("文件内容不是文字，无法读取。请核对文件，用 WPS 或 Word 打开后另存为 .docx 重新上传。")


def _recognised(data: bytes, limits: Limits) -> Extract:
    from knowledge.reading.pictures import installed

    if not installed():
        raise Scanned()
    return read_confined("scan", data, limits, converting=True)
