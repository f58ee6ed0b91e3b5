"""The values that reading passes on: limits, blocks of text, and the document that was read."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from storage.errors import Refused


class Classified(Refused):
    """文件带有密级标志，本系统不处理涉密材料，未作保存。请按保密规定处理原件。"""


@dataclass(frozen=True)
class Limits:
    """What one file may cost. Sizes in bytes unless the name says otherwise, times in seconds of the processor."""

    file_bytes: int = 20 * 1024 * 1024
    text_characters: int = 3_000_000
    paragraph_characters: int = 20_000
    archive_entries: int = 2_000
    unpacked_bytes: int = 96 * 1024 * 1024
    unpacked_ratio: int = 100
    pages: int = 2_000
    rows: int = 50_000
    seconds: int = 60
    memory: int = 1024 * 1024 * 1024
    #: LibreOffice and the recogniser map far more address space than they use.
    converter_seconds: int = 120
    converter_memory: int = 6 * 1024 * 1024 * 1024


def too_long(limits: Limits) -> Refused:
    """The refusal of a text beyond `limits.text_characters`."""
    return Refused(f"文字过多，超过上限 {limits.text_characters // 10_000} 万字。请拆分成几个文件后分别上传。")


#: The limits that hold where nobody says otherwise.
STANDARD = Limits()

#: text: a line as the file has it · heading: marked as one by the file · whole: complete as it stands, never joined to
#: its neighbours (a table row, a docx paragraph) · aside: header, footer or hidden text, looked at but not kept.
Role = Literal["text", "heading", "whole", "aside"]


@dataclass(frozen=True)
class Block:
    """One line or paragraph as a format's reader found it.

    `page` counts from 1, 0 where the format has no pages; `indented` is True or False where the page shows it, None
    where it cannot be known.
    """

    text: str
    role: Role = "text"
    page: int = 0
    indented: bool | None = None


@dataclass(frozen=True)
class Extract:
    """What a format's reader hands over, before cleaning.

    `title` is the one the file itself names (a page's <title>), `doubts` are Chinese reasons for a person to look.
    """

    media: str
    blocks: Sequence[Block]
    title: str = ""
    doubts: Sequence[str] = ()


@dataclass(frozen=True)
class Suggestion:
    """What the text seems to say of itself. Only ever a suggestion: a person confirms it."""

    title: str | None = None
    issuer: str | None = None
    number: str | None = None
    kind: str | None = None
    issued_on: date | None = None
    trial: bool = False


@dataclass(frozen=True)
class ReadDocument:
    """A file as text: the file's own characters, one paragraph a line.

    `pages` holds (offset in text, page number) and `headings` the offsets of heading lines, both ascending.
    `suspicions` are Chinese reasons why a person must look before anything is answered from it.
    """

    text: str
    media: str
    pages: tuple[tuple[int, int], ...] = ()
    headings: tuple[int, ...] = ()
    suspicions: tuple[str, ...] = ()
    suggestion: Suggestion = field(default_factory=Suggestion)
