"""Long text in pieces a channel takes: cut at ends of sentences, numbered (1/3). Pure."""

from collections.abc import Callable, Sequence

from storage.outbox.body import Choice

SENTENCE_ENDS = "\n。！？；!?;"
PAUSES = "，、：,: "
NUMBER_ROOM = 12  # "(123/123)" and a line end


def utf16_units(text: str) -> int:
    """Length as Telegram counts it."""
    return len(text.encode("utf-16-le")) // 2


def utf8_bytes(text: str) -> int:
    """Length as WeCom counts it."""
    return len(text.encode())


def split_text(text: str, limit: int, measure: Callable[[str], int]) -> list[str]:
    """`text` in pieces of at most `limit` by `measure`, each with its number; one piece stays as it is."""
    if measure(text) <= limit:
        return [text]
    pieces: list[str] = []
    rest = text.strip()
    while rest:
        cut = _cut(rest, limit - NUMBER_ROOM, measure)
        pieces.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    pieces = [piece for piece in pieces if piece]
    return [f"({number}/{len(pieces)})\n{piece}" for number, piece in enumerate(pieces, start=1)]


def _cut(text: str, limit: int, measure: Callable[[str], int]) -> int:
    """How many characters the next piece takes."""
    longest = _longest(text, limit, measure)
    if longest == len(text):
        return longest
    for marks in (SENTENCE_ENDS, PAUSES):
        end = max(text.rfind(mark, longest // 3, longest) for mark in marks)
        if end >= 0:
            return end + 1
    return longest


def _longest(text: str, limit: int, measure: Callable[[str], int]) -> int:
    """The longest beginning within the limit, by halving."""
    low, high = 1, min(len(text), limit)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if measure(text[:middle]) <= limit else (low, middle - 1)
    return low


def numbered(text: str, choices: Sequence[Choice]) -> str:
    """The text with its choices as a list whose numbers can be typed."""
    lines = [f"{number}. {choice.label}" for number, choice in enumerate(choices, start=1)]
    return "\n".join(filter(None, (text, *lines, "请回复序号。")))
