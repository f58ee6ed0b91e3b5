"""What the register takes down of a file: the manifest's word, else what the text suggests, marked as unconfirmed."""

import re
from datetime import date

from knowledge.manifest import Vouched
from knowledge.reading import ReadDocument
from storage.documents.rules import BINDING, Kind, first_day
from storage.documents.upkeep import Details

HEAD = 600
OPENING_LENGTH = 24
STARTS = re.compile(r"自((?:19|20)\d{2})年(\d{1,2})月(\d{1,2})日起(?:施行|执行|实施)")
TRIAL = re.compile(r"[（(]试行[）)]")
CLAIMS_REVISION = re.compile(r"修订|修正|新版|最新")
SIGNED = re.compile(r"印发|发布|公布|通过|批准|〔\d{4}〕")


def describe(read: ReadDocument, stem: str, vouched: Vouched | None) -> Details:
    """The details of a file: `vouched` where a manifest has a line for it, the text's own suggestion otherwise."""
    said = read.suggestion
    guessed = Kind(said.kind) if said.kind in set(Kind) else Kind.COMMENTARY
    if vouched is None:
        title = said.title if said.title and said.title != stem else opening_words(read.text) or stem
        return Details(
            title=title,
            kind=guessed,
            issuer=said.issuer or "",
            number=said.number or "",
            issued=said.issued_on.isoformat() if said.issued_on else "",
            in_force_from=starting_day(read.text),
            trial=said.trial,
        )
    return Details(
        title=vouched.title,
        kind=vouched.kind or guessed,
        kind_confirmed=vouched.kind is not None,
        issuer=vouched.issuer or said.issuer or "",
        number=vouched.number or said.number or "",
        issued=vouched.issued,
        in_force_from=first_day(vouched.in_force_from) or starting_day(read.text),
        in_force_until=first_day(vouched.in_force_until),
        trial=bool(TRIAL.search(vouched.title)),
        standing=vouched.standing,
        superseded_by=vouched.superseded_by,
        note=vouched.note,
    )


def doubt(read: ReadDocument, details: Details, vouched: Vouched | None) -> str:
    """Why a rule nobody vouched for must be looked at before it answers: '' or the reason, in Chinese."""
    if vouched is not None or details.kind not in BINDING:
        return ""
    if CLAIMS_REVISION.search(details.title) and not SIGNED.search(read.text[:HEAD]):
        return "自称修订版本，但没有发布机关、文号和日期，须由工作人员核实后启用"
    return ""


def opening_words(text: str) -> str:
    """The first words of a text that has no title, marked as such by …"""
    for line in [line.strip() for line in text.splitlines()]:
        if len(line) > OPENING_LENGTH:
            return re.split(r"[。；！？]", line)[0][:OPENING_LENGTH] + "…"
    return ""


def starting_day(text: str) -> date | None:
    """The day the text itself says it takes effect: 自…起施行, the last such clause."""
    found = STARTS.findall(text)
    return first_day("-".join(found[-1])) if found else None
