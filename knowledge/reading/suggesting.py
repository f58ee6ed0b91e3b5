"""What a document seems to be: title, issuer, number, kind, date. Guesses for a person to confirm, never facts."""

import re
from collections.abc import Sequence
from datetime import date

from knowledge.reading.document import Suggestion

_DIGITS = {character: number for number, character in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0, "Ｏ": 0}
_DATE = re.compile(r"(\d{4})\s*[年\-/.]\s*(\d{1,2})\s*[月\-/.]\s*(\d{1,2})\s*日?")
_CHINESE_DATE = re.compile(
    r"([一二][〇零○一二三四五六七八九]{3})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})日"
)
_FORCE = re.compile(r"\s*[^，。；\s]{0,6}(?:起)?(?:施行|生效|实施)")
_NUMBER = re.compile(
    r"(?:[\u4e00-\u9fff]{1,12}[〔\[【（(]\s*(?:19|20)\d{2}\s*[〕\]】）)]\s*第?\s*\d{1,4}\s*号)|(?:(?:国务院|主席|部|委|中华人民共和国[\u4e00-\u9fff]{2,10})令第?\s*\d{1,4}\s*号)"
)
_BODY = (
    r"(?:中共中央办公厅|国务院办公厅|中共中央|国务院|中央军委|中央纪委国家监委|中央纪委|国家监委|中央组织部|中央办公厅|中央编办|全国人民代表大会(?:常务委员会)?"
    r"|[\u4e00-\u9fff]{2,12}(?:省委|市委|县委|区委|州委|旗委|党委|党组|工委|纪委监委|纪委|监委|人民政府|办公厅|办公室|委员会|组织部|宣传部|统战部|编办|监察厅|监察局|厅|局|署))"
)
_ISSUING = re.compile(
    rf"({_BODY}(?:[、，和\s]{{1,2}}{_BODY}){{0,3}})(?:\d|第|[\u4e00-\u9fff]{{0,14}})?(?:联合)?(?:印发|发布|公布|制定|令|颁布|通过|批准|下发)"
)
_SIGNED = re.compile(rf"(?:{_BODY}[、，\s]{{0,2}}){{1,4}}")
_BEFORE_ITEM = re.compile(r"第[一二三四五六七八九十]+(?:编|章|条)|总[\s　]*[纲则]|一、|目[\s　]*录")
_TITLE_END = re.compile(
    r"(?:条例|规定|办法|细则|准则|规则|章程|规范|意见|通知|决定|决议|方案|规程|法|讲话|公报|报告|函|批复|纪要|答记者问|问答|解读)(?:[（(].{1,12}[）)])?$"
)


def suggest(text: str, headings: Sequence[int], file_title: str, name: str) -> Suggestion:
    """Read the head and the foot of a clean text; `file_title` and `name` are used where the text has no title."""
    lines = [line.strip() for line in text.split("\n", 80)[:80] if line.strip()]
    title = _title(lines, headings, file_title, name)
    head = _head(lines)
    foot = [line.strip() for line in text[-600:].split("\n") if line.strip()][-4:]
    return Suggestion(
        title=title,
        issuer=_issuer(head, foot, title),
        number=_number([*lines[:12], *foot]),
        kind=_kind(title or "", lines, text),
        issued_on=_issued_on(head, foot),
        trial=bool(re.search(r"[（(〔]\s*(?:试\s*行|暂\s*行)\s*[）)〕]|暂行(?:规定|办法|条例|细则)$", title or "")),
    )


def _title(lines: Sequence[str], headings: Sequence[int], file_title: str, name: str) -> str | None:
    """The first line, or the line of the head that ends as titles do; else the file's own title, else its name."""
    for line in lines[:8]:
        if (
            len(line) <= 100
            and _TITLE_END.search(re.sub(r"[（(].{1,20}[）)]$", "", line))
            and not line.endswith("文件")
        ):
            return re.sub(r"[（(](?:\d{4}年).{0,8}[）)]$", "", line).strip()
    if lines and 0 in headings:
        return lines[0][:120]
    stem = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", name)
    chosen = re.split(r"[-_|—–]{1,2}(?=[^-_|—–]{2,20}$)", file_title)[0].strip() or stem
    return chosen[:120] or None


def _head(lines: Sequence[str]) -> list[str]:
    """The lines on where the document is from: after the title, before the first article, section or long paragraph."""
    head: list[str] = []
    for place, line in enumerate(lines[:12]):
        if _BEFORE_ITEM.match(line) or (place > 0 and len(line) > 160):
            break
        head.append(line)
    return head


def _issuer(head: Sequence[str], foot: Sequence[str], title: str | None) -> str | None:
    """Who the notes at the head name last, else who signed, else whose name the title begins with."""
    found = [match[1] for line in head[1:] for match in _ISSUING.finditer(line)]
    if found:
        return _tidy(found[-1])
    for line in reversed(foot):
        if len(line) <= 60 and _SIGNED.fullmatch(line):
            return _tidy(line)
    begins = re.match(rf"({_BODY})(?=关于|印发|令|办公[厅室]关于)", title or "")
    if begins:
        return begins[1]
    source = next(
        (match for line in head for match in [re.search(r"来源[：:]\s*([^\s_）)]{2,30})", line)] if match), None
    )
    return source[1] if source else None


def _tidy(names: str) -> str:
    """Bodies parted by "、", without the date or the number of the session that stood before a name."""
    assembly = re.search(r"全国人民代表大会(?:常务委员会)?", names)
    if assembly:
        return assembly[0]
    return re.sub(r"[，\s]+", "、", re.sub(r"^.*日(?=..)", "", names).strip(" 、，"))


def _number(lines: Sequence[str]) -> str | None:
    """The document's own number, which stands alone, in a short line or after the word; others are references."""
    for line in lines:
        found = _NUMBER.search(line)
        if not found or "《" in line or "根据" in line or "按照" in line:
            continue
        named = re.search(r"(?:编号|文号|发文字号|字号)[：:]?", line[: found.end()])
        if named or len(line) <= 40:
            number = re.sub(r"\s+", "", found[0])
            return re.sub(r"^.*(?:编号|文号|字号)[：:]?", "", number)
    return None


def _kind(title: str, lines: Sequence[str], text: str) -> str | None:
    """One of the register's kinds, or None."""
    opening = "".join(lines[:6])[:600]
    if re.search(r"答记者问|负责人就.{0,60}答|解读|一图读懂|释义", title):
        return "解读"
    if re.search(r"常见问题|问答|百问|答疑", title):
        return "常见问答"
    if re.search(r"召开|会见|出席|强调\s", title) or re.search(r"新华社.{0,12}电|本报讯", opening):
        return "报道"
    if re.search(r"讲话$|讲话[（(]|致辞|发言(?:稿|提纲)?$", title) or re.match(
        r"(?:各位|同志们|尊敬的)", lines[0] if lines else ""
    ):
        return "讲话"
    if re.match(r"中华人民共和国.{1,30}法(?:[（(]|$)", title) or (
        "全国人民代表大会" in opening and title.endswith("法")
    ):
        return "法律"
    if re.search(r"条例|规定|办法|细则|准则|规则|章程", title):
        return _rule_kind(title, opening, text)
    if re.search(r"意见|通知|决定|方案|批复|函$|纲要|规划", title):
        return "规范性文件"
    if re.search(r"告诉记者|记者(?:了解|获悉|采访|从)|据悉", text):
        return "报道"
    return "解读" if len(text) > 600 and not re.search(r"^第[一二三四五]条", text, re.MULTILINE) else None


def _rule_kind(title: str, opening: str, text: str) -> str:
    if re.search(r"国务院(?:第|令|公布|发布)|国务院令", opening) and "中共中央" not in opening:
        return "行政法规"
    if title.startswith("关于"):
        return "规范性文件"
    if re.search(r"中国共产党|党(?:员|内|组|委|章|史|政)", title) or re.search(r"中共|中央(?:组织部|纪委)", opening):
        return "党内法规"
    if len(re.findall(r"中国共产党|中共中央|党组织|党内法规|党章|党的|党组|党员|党委", text[:1_500])) >= 6:
        return "党内法规"
    return "行政法规" if title.endswith("条例") else "规范性文件"


def _issued_on(head: Sequence[str], foot: Sequence[str]) -> date | None:
    """The latest date in the notes at the head that is not one of coming into force, else the date of signature."""
    issued: list[date] = []
    in_force: list[date] = []
    for line in head:
        for found in _DATE.finditer(line):
            day = _day(*found.groups())
            if day:
                (in_force if _FORCE.match(line, found.end()) else issued).append(day)
    if issued or in_force:
        return max(issued or in_force)
    for line in reversed(foot):
        if len(line) <= 24 and not re.search(r"施行|生效|实施", line) and (day := _written_day(line)):
            return day
    return None


def _written_day(line: str) -> date | None:
    found = _DATE.search(line)
    if found:
        return _day(*found.groups())
    words = _CHINESE_DATE.search(line)
    if not words:
        return None
    year = "".join(str(_DIGITS[character]) for character in words[1])
    return _day(year, _count(words[2]), _count(words[3]))


def _count(words: str) -> str:
    """一 to 三十一 as figures."""
    tens, ten, ones = words.partition("十")
    return str((_DIGITS.get(tens, 1) if ten else 0) * 10 + _DIGITS.get(ones if ten else tens, 0))


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
