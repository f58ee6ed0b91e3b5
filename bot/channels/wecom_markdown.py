"""Our plain texts as WeCom's markdown: a heading in bold, sources in grey, lists as they are. Pure.

What somebody wrote must not turn into markup: an invisible space is put behind every character that could.
"""

import re

SPACE = "\u200b"
LONGEST_HEADING = 40
SOURCE = re.compile(r"(?:依据|出处|来源|摘自|文件)[：:]|——|《[^》]{2,60}》")
MARKUP = re.compile(r"[*`~_<\]]")
AT_LINE_START = re.compile(r"(?m)^(\s*)([#>+-])")


def as_markdown(text: str) -> str:
    """`text` with its first line bold, where more follows, and lines that name a source in grey."""
    lines = [_plain(line) for line in text.split("\n")]
    given = text.split("\n")
    for number, line in enumerate(given):
        if number and SOURCE.match(line.strip()):
            lines[number] = f'<font color="comment">{lines[number]}</font>'
    heading = given[0].strip()
    if any(line.strip() for line in given[1:]) and 0 < len(heading) <= LONGEST_HEADING and heading[0] != "(":
        lines[0] = f"**{lines[0].strip()}**"
    return "\n".join(lines)


def _plain(line: str) -> str:
    return AT_LINE_START.sub(rf"\1{SPACE}\2", MARKUP.sub(lambda found: found[0] + SPACE, line))
