"""What a text says of itself: title, kind, dates, number. Guesses, shown as such until a person confirms them."""

import re
from datetime import date

from knowledge.characters import squeezed
from knowledge.manifest import Vouched
from storage.documents.actions import Details
from storage.documents.rules import Kind, first_day

HEAD = 600
TITLE_LENGTH = 60
OPENING_LENGTH = 24
ARTICLE = re.compile(r"^\s*第[一二三四五六七八九十百]+条", re.MULTILINE)
NUMBER = re.compile(r"[\u4e00-\u9fff]{1,8}〔\d{4}〕第?\d+号")
DAY = re.compile(r"((?:19|20)\d{2})年(\d{1,2})月(?:(\d{1,2})日)?")
STARTS = re.compile(r"自((?:19|20)\d{2})年(\d{1,2})月(\d{1,2})日起(?:施行|执行|实施)")
TRIAL = re.compile(r"[（(]试行[）)]")
ADDRESS = re.compile(r"^(?:各位[^\n]{0,12})?[^\n]{0,6}同志们[：:]", re.MULTILINE)
REPORTED = re.compile(r"来源[:：]|记者|新华社|本报讯|责编")
CLAIMS_REVISION = re.compile(r"修订|修正|新版|最新")
ISSUED = re.compile(r"印发|发布|公布|通过|批准|来源")
UNOFFICIAL = re.compile(r"无发布机关|无文号|内部流传|流传稿|网传")


def describe(text: str, stem: str, vouched: Vouched | None) -> Details:
    """What the register takes down: the manifest's word where there is one, else what the text lets guess."""
    if vouched is None:
        return Details(
            title=guessed_title(text, stem),
            kind=guessed_kind(text),
            issued=guessed_issue(text),
            number=_found(NUMBER, text[:HEAD]),
            in_force_from=_starts(text),
            trial=bool(TRIAL.search(guessed_title(text, stem))),
        )
    return Details(
        title=vouched.title,
        kind=vouched.kind or guessed_kind(text),
        kind_confirmed=vouched.kind is not None,
        issuer=vouched.issuer,
        number=vouched.number or _found(NUMBER, text[:HEAD]),
        issued=vouched.issued,
        in_force_from=first_day(vouched.in_force_from) or _starts(text),
        in_force_until=first_day(vouched.in_force_until),
        trial=bool(TRIAL.search(vouched.title)),
        standing=vouched.standing,
        superseded_by=vouched.superseded_by,
        note=vouched.note,
    )


def guessed_title(text: str, stem: str) -> str:
    """The first line that looks like a title; the file's name where none does."""
    for line in [line.strip() for line in text.splitlines() if line.strip()][:6]:
        found = re.sub(r"^(?:原标题|标题)[:：]", "", line)
        is_mark = re.match(r"[（(]?\d{4}年|来源|发布时间|_", found) or ">>" in found
        if not is_mark and 5 <= len(found) <= TITLE_LENGTH and found[-1] not in "。！？；：:，,":
            return found
        if found[-1:] == "。":
            break
    return opening_words(text) or stem


def opening_words(text: str) -> str:
    """The first words of a text that has no title, marked as such by …"""
    for line in [line.strip() for line in text.splitlines()]:
        if len(line) > 20:
            return re.split(r"[。；！？]", line)[0][:OPENING_LENGTH] + "…"
    return ""


def guessed_kind(text: str) -> Kind:
    """Articles make a rule, 同志们 a speech, a reporter a report, questions an interview; the rest explains."""
    head = text[:HEAD]
    if len(ARTICLE.findall(text)) >= 3:
        first = head[:120]
        return Kind.LAW if re.search(r"中华人民共和国\S{1,20}法", first) else Kind.NORMATIVE
    if ADDRESS.search(head):
        return Kind.SPEECH
    if len(re.findall(r"^\s*问[:：]", text, re.MULTILINE)) >= 2:
        return Kind.FAQ
    return Kind.REPORT if REPORTED.search(head) else Kind.COMMENTARY


def guessed_issue(text: str) -> str:
    """A day near the top of the text that says when it was issued, as YYYY-MM-DD; '' where none does."""
    for line in text[:HEAD].splitlines():
        found = DAY.search(line)
        if found and len(line) <= 80 and (ISSUED.search(line) or squeezed(line).startswith(found[0])):
            return "-".join(part.zfill(2) for part in found.groups() if part)
    return ""


def doubt(text: str, details: Details, vouched: Vouched | None) -> str:
    """Why an unvouched text must be looked at before it answers: '' or the reason, in Chinese."""
    if vouched is not None or details.kind not in (Kind.NORMATIVE, Kind.LAW):
        return ""
    head = text[:HEAD]
    signed = NUMBER.search(head) or re.search(r"(?:印发|发布|公布|通过|批准)", head)
    if UNOFFICIAL.search(head):
        return "文中自称没有发布机关或文号，须由工作人员核实后启用"
    if CLAIMS_REVISION.search(details.title) and not signed:
        return "自称修订版本，但没有发布机关、文号和日期，须由工作人员核实后启用"
    return ""


def _starts(text: str) -> date | None:
    found = STARTS.findall(text)
    return first_day("-".join(found[-1])) if found else None


def _found(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[0] if found else ""
