"""parse_mode of the Bot API (section "Formatting options"): text with marks in, plain text and entities out."""

from __future__ import annotations

import html
import re
from typing import Any

from .telegram_arguments import ApiError, bad_request, utf16_length

Entity = dict[str, Any]

_HTML_TYPES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
    "tg-emoji": "custom_emoji",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
_HTML_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_START_TAG = re.compile(r"<([a-zA-Z-]*)((?:\s+[a-zA-Z-]+(?:=(?:\"[^\"]*\"|'[^']*'|[^\s>]+))?)*)\s*>")
_TAG_NAME = re.compile(r"<([a-zA-Z-]*)")
_RESERVED = set("_*[]()~`>#+-=|{}.!")
_MARKS = {"*": "bold", "_": "italic", "__": "underline", "~": "strikethrough", "||": "spoiler"}


def parse_marks(text: str, parse_mode: str) -> tuple[str, list[Entity]]:
    """Plain text and entities of `text`; 400 "can't parse entities" when the marks do not fit."""
    mode = parse_mode.lower()
    if mode in ("", "none"):
        return text, []
    if mode == "html":
        return _parse_html(text)
    if mode == "markdownv2":
        return _parse_markdown_v2(text)
    if mode == "markdown":
        return _parse_markdown_v1(text)
    raise bad_request("unsupported parse_mode")


def _wrong(reason: str) -> ApiError:
    return bad_request(f"can't parse entities: {reason}")


def _offset(text: str, position: int) -> int:
    return len(text[:position].encode())


def _parse_html(text: str) -> tuple[str, list[Entity]]:
    out = ""
    entities: list[Entity] = []
    opened: list[tuple[str, int, str]] = []
    position = 0
    while position < len(text):
        if text[position] == "&":
            match = re.match(r"&(#\d+|#x[0-9a-fA-F]+|[a-z]+);?", text[position:])
            if match and (match[1].startswith("#") or match[1] in _HTML_NAMED):
                out += _HTML_NAMED.get(match[1]) or html.unescape(f"&{match[1]};")
                position += match.end()
                continue
        if text[position] != "<":
            out += text[position]
            position += 1
            continue
        match = re.match(r"</([a-zA-Z-]*)\s*>", text[position:])
        if match:
            _close_html(match[1].lower(), _offset(text, position), opened, entities, utf16_length(out))
        else:
            match = _START_TAG.match(text[position:])
            named = match or _TAG_NAME.match(text[position:])
            name = named[1].lower() if named else ""
            if name not in _HTML_TYPES:
                raise _wrong(f'Unsupported start tag "{name}" at byte offset {_offset(text, position)}')
            if match is None:
                raise _wrong(f"Unclosed start tag at byte offset {_offset(text, position)}")
            opened.append((name, utf16_length(out), match[2]))
        position += match.end()
    if opened:
        raise _wrong(f'Can\'t find end tag corresponding to start tag "{opened[-1][0]}"')
    return out, sorted(entities, key=lambda entity: (entity["offset"], -entity["length"]))


def _close_html(name: str, at: int, opened: list[tuple[str, int, str]], entities: list[Entity], end: int) -> None:
    if not opened:
        raise _wrong(f"Unexpected end tag at byte offset {at}")
    start_name, start, attributes = opened.pop()
    if name not in ("", start_name):
        raise _wrong(f'Unmatched end tag at byte offset {at}, expected "</{start_name}>", found "</{name}>"')
    entity: Entity = {"type": _HTML_TYPES[start_name], "offset": start, "length": end - start}
    if start_name == "a":
        link = re.search(r"href=(?:\"([^\"]*)\"|'([^']*)'|(\S+))", attributes)
        if link is None:
            return
        entity["url"] = html.unescape(next(part for part in link.groups() if part is not None))
    if start_name == "span" and "tg-spoiler" not in attributes:
        raise _wrong(f'Tag "span" must have class "tg-spoiler" at byte offset {at}')
    if end > start:
        entities.append(entity)


def _parse_markdown_v2(text: str) -> tuple[str, list[Entity]]:
    out = ""
    entities: list[Entity] = []
    opened: list[tuple[str, int, int]] = []
    position = 0
    while position < len(text):
        character = text[position]
        if character == "\\" and position + 1 < len(text) and ord(text[position + 1]) < 127:
            out += text[position + 1]
            position += 2
            continue
        if character == "`":
            fence = "```" if text.startswith("```", position) else "`"
            end = text.find(fence, position + len(fence))
            if end < 0:
                kind = "Pre" if fence == "```" else "Code"
                raise _wrong(f"Can't find end of {kind} entity at byte offset {_offset(text, position)}")
            inside = re.sub(r"\\(.)", r"\1", text[position + len(fence) : end])
            kind = "pre" if fence == "```" else "code"
            entities.append({"type": kind, "offset": utf16_length(out), "length": utf16_length(inside)})
            out += inside
            position = end + len(fence)
            continue
        link = re.match(r"\]\(((?:\\.|[^)\\])*)\)", text[position:])
        if link and opened and opened[-1][0] == "[":
            _, start, _ = opened.pop()
            entities.append({"type": "text_link", "offset": start, "length": utf16_length(out) - start, "url": link[1]})
            position += link.end()
            continue
        mark = next((mark for mark in ("__", "||", "*", "_", "~", "[") if text.startswith(mark, position)), None)
        if mark is None and character in _RESERVED and not (character == ">" and out[-1:] in ("", "\n")):
            raise _wrong(f"Character '{character}' is reserved and must be escaped with the preceding '\\'")
        if mark is None:
            out += character if character != ">" else ""
            position += 1
            continue
        if opened and opened[-1][0] == mark and mark != "[":
            _, start, _ = opened.pop()
            entities.append({"type": _MARKS[mark], "offset": start, "length": utf16_length(out) - start})
        else:
            opened.append((mark, utf16_length(out), position))
        position += len(mark)
    if opened:
        kind = _MARKS.get(opened[-1][0], "text_link").capitalize()
        raise _wrong(f"Can't find end of {kind} entity at byte offset {_offset(text, opened[-1][2])}")
    return out, sorted(entities, key=lambda entity: (entity["offset"], -entity["length"]))


def _parse_markdown_v1(text: str) -> tuple[str, list[Entity]]:
    out = ""
    entities: list[Entity] = []
    position = 0
    while position < len(text):
        character = text[position]
        if character == "\\" and text[position + 1 : position + 2] in tuple("_*`["):
            out += text[position + 1]
            position += 2
            continue
        mark = next((mark for mark in ("```", "*", "_", "`") if text.startswith(mark, position)), None)
        link = re.match(r"\[([^\]]*)\]\(([^)]*)\)", text[position:])
        if mark is None and link is None:
            out += character
            position += 1
            continue
        inside, kind, length = (link[1], "text_link", link.end()) if link else ("", "", 0)
        if mark is not None:
            end = text.find(mark, position + len(mark))
            if end < 0:
                at = _offset(text, position)
                raise _wrong(f"Can't find end of the entity starting at byte offset {at}")
            inside, length = text[position + len(mark) : end], end + len(mark) - position
            kind = {"```": "pre", "*": "bold", "_": "italic", "`": "code"}[mark]
        entity: Entity = {"type": kind, "offset": utf16_length(out), "length": utf16_length(inside)}
        if link:
            entity["url"] = link[2]
        entities.append(entity)
        out += inside
        position += length
    return out, entities
