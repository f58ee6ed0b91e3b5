"""The sentences answers are shown with, in plain official Chinese: the point first, then its source."""

import re
from collections.abc import Sequence

from knowledge.asking import Asked
from knowledge.differing import differing
from knowledge.permission import settled
from knowledge.quoting import Quote
from knowledge.retrieval import Hit
from storage.documents.queries import DocumentFacts
from storage.documents.rules import BINDING, Standing

STANDINGS = {Standing.IN_FORCE: "现行", Standing.UNKNOWN: "效力未核实"}
TITLE_SHOWN = 30
NOTE_SHOWN = 60
RELATIVE = (("今年", 0), ("去年", -1), ("明年", 1))
QUOTED = re.compile(r"[“\"《]([^”\"》]{2,24})[”\"》]")


def quoted_text(asked: Asked, quotes: Sequence[Quote]) -> str:
    """The quotes with their sources behind them, one source after the other, and what a reader must know beside."""
    apart = differing(quotes)
    parts: list[str] = [] if apart else [conclusion(asked, quotes)]
    for number, quote in enumerate(quotes):
        parts.append(quote.text)
        following = quotes[number + 1] if number + 1 < len(quotes) else None
        if following is None or source(following.hit) != source(quote.hit):
            parts.append(f"——{source(quote.hit)}")
    if apart:
        titles = [shortened(quote.hit.document.title) for quote in apart]
        parts.append(
            f"注：《{titles[0]}》与《{titles[1]}》的规定不一致，原文分列如上，未作合并；请按适用于本单位的文件办理。"
        )
    parts += notes(quotes)
    return "\n".join(part for part in parts if part)


def conclusion(asked: Asked, quotes: Sequence[Quote]) -> str:
    """不可以 or 可以 where a permission is asked for and the first quote says so of the same act; else ''."""
    if not quotes:
        return ""
    first = quotes[0]
    verdict = settled(asked.text, first.text, first.hit.document.title + first.hit.passage.heading)
    return verdict and f"{verdict}。原文："


def notes(quotes: Sequence[Quote]) -> list[str]:
    """What 今年 means in a dated text, and what the register notes about the documents quoted."""
    said: list[str] = []
    for quote in quotes:
        document = quote.hit.document
        if document.issued_on:
            for word, shift in RELATIVE:
                if word in quote.text:
                    year = document.issued_on.year + shift
                    said.append(f"注：文中“{word}”指{year}年（文件日期{document.issued}）。")
        if document.note and document.kind in BINDING:
            said.append(f"注：《{shortened(document.title)}》{document.note[:NOTE_SHOWN]}。")
    return list(dict.fromkeys(said))


def source(hit: Hit) -> str:
    """Title, heading and standing of a hit, such as 《…条例》第八条（现行）."""
    return source_of(hit.document, hit.passage.heading, hit.standing)


def source_of(document: DocumentFacts, heading: str, standing: str) -> str:
    """Title, heading and standing of a place in a document."""
    return f"《{shortened(document.title)}》{heading.split(' › ')[-1][:24]}（{standing_text(document, standing)}）"


def standing_text(document: DocumentFacts, standing: str) -> str:
    """现行, 试行, 已被…取代, 效力未核实, or 讲话，非规定."""
    if standing == Standing.SUPERSEDED:
        successor = document.superseded_by.rsplit(".", 1)[0]
        return f"已被《{successor}》取代" if successor else "已被取代，新版未收入"
    if document.kind not in BINDING:
        return f"{document.kind}，非规定"
    return "，".join([STANDINGS.get(Standing(standing), "效力未核实"), *(["试行"] if document.trial else [])])


def shortened(title: str) -> str:
    """A title short enough to be read in a chat."""
    return title if len(title) <= TITLE_SHOWN else title[: TITLE_SHOWN - 1] + "…"


def no_basis_text(asked: Asked, nearest: Sequence[Quote]) -> str:
    """What is said where the documents hold no answer: so much, what is only mentioned, and the nearest clauses."""
    head = "已登记的文件里没有直接规定。"
    mentioned = [
        name for name in QUOTED.findall(asked.text) if any(name in quote.hit.passage.text for quote in nearest)
    ]
    if mentioned:
        head = f"已登记的文件提到“{mentioned[0]}”，但没有给出所问的内容。"
    if not nearest:
        return head + "可转请工作人员答复。"
    rows = [f"· {quote.text}\n  ——{source(quote.hit)}" for quote in nearest]
    return "\n".join([head + "没有直接规定，最接近的是：" if mentioned else head + "最接近的是：", *rows, CLOSING])


def unexplained_text(phrase: str, used: Sequence[Quote]) -> str:
    """What is said of a phrase that documents use and none explains."""
    rows = [f"· {quote.text}\n  ——{source(quote.hit)}" for quote in used]
    return "\n".join([f"已登记的文件用到“{phrase}”，但没有给出定义。用到它的地方有：", *rows, CLOSING])


CLOSING = "如需明确答复，可转请工作人员。"
