"""Tables as sentences: each row with its headings, so that no figure is cut from what it means."""

import itertools
from collections.abc import Iterator, Sequence

from knowledge.reading.document import Block

_HEADING_CHARACTERS = 40


def row_sentences(rows: Sequence[Sequence[str]], *, page: int = 0) -> Iterator[Block]:
    """Each row as one line "表头：值；表头：值". Rows must already have their merged cells filled in.

    A row with one value over the whole width is a caption; without a row of headings the values stand alone.
    """
    rest = [list(row) for row in rows if any(cell.strip() for cell in row)]
    while rest and len(_distinct(rest[0])) == 1 and (len(rest) > 1 or len(rest[0]) == 1):
        yield Block(_distinct(rest.pop(0))[0], "heading" if len(rest) else "text", page)
    if _is_form(rest):
        yield from (Block("；".join(_pairs(row)), "whole", page) for row in rest)
        return
    height = heading_rows(rest)
    names = _names(rest[:height])
    for row in rest[height:]:
        if sentence := _sentence(names, row):
            yield Block(sentence, "whole", page)
    if height == len(rest) and rest:  # nothing under the headings: they are the content
        yield from (Block("；".join(_distinct(row)), "whole", page) for row in rest)


def _is_form(rows: Sequence[Sequence[str]]) -> bool:
    """A form: names and values side by side, each name with its colon ("文号：" | "某发〔2026〕1号")."""
    names = [cell.strip() for row in rows for cell in row[::2] if cell.strip()]
    return bool(names) and all(len(row) % 2 == 0 for row in rows) and all(name.endswith(("：", ":")) for name in names)


def _pairs(row: Sequence[str]) -> list[str]:
    cells = [" ".join(cell.split()) for cell in row]
    return [name + value for name, value in zip(cells[::2], cells[1::2], strict=True) if value]


def heading_rows(rows: Sequence[Sequence[str]]) -> int:
    """How many rows at the top are headings: 0, 1, or more where a heading is spread over sub-headings."""
    if len(rows) < 2 or not _could_head(rows[0]):
        return 0
    height = 1
    while height < min(3, len(rows) - 1) and _spread(rows[height - 1]) and _could_head(rows[height]):
        height += 1
    return height


def _could_head(row: Sequence[str]) -> bool:
    cells = [cell.strip() for cell in row]
    filled = [cell for cell in cells if cell]
    return (
        len(filled) >= max(2, 0.5 * len(cells))
        and all(len(cell) <= _HEADING_CHARACTERS for cell in filled)
        and not any(_is_value(cell) for cell in filled)
    )


def _is_value(cell: str) -> bool:
    return cell.replace(".", "").replace("-", "").replace("%", "").replace(",", "").isdigit() and not (
        len(cell) == 4 and cell.startswith(("19", "20"))  # years do head columns
    )


def _spread(row: Sequence[str]) -> bool:
    """A heading repeated in neighbouring cells, which is what a merged cell looks like once it is filled in."""
    return any(left and left == right for left, right in itertools.pairwise(row))


def _names(rows: Sequence[Sequence[str]]) -> list[str]:
    width = max((len(row) for row in rows), default=0)
    return ["·".join(_distinct([row[place] for row in rows if place < len(row)])) for place in range(width)]


def _sentence(names: Sequence[str], row: Sequence[str]) -> str:
    if len(row) > 1 and len({cell.strip() for cell in row}) == 1 and len(row[0].strip()) > 3:
        return _distinct(row)[0]  # one value over the whole width: a caption inside the table
    parts: list[str] = []
    for place, cell in enumerate(row):
        value = " ".join(cell.split())
        name = names[place] if place < len(names) else ""
        part = f"{name}：{value}" if name else value
        if value and part not in parts[-1:]:
            parts.append(part)
    return "；".join(parts)


def _distinct(row: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(value for cell in row if (value := " ".join(cell.split()))))
