"""The sentences answers are shown with, in plain official Chinese."""

from collections.abc import Sequence

from knowledge.quoting import Quote
from knowledge.retrieval import Hit
from storage.documents.rules import BINDING, Standing

STANDINGS = {Standing.IN_FORCE: "现行", Standing.UNKNOWN: "效力未核实"}
TITLE_SHOWN = 30


def quoted_text(quotes: Sequence[Quote]) -> str:
    """The quotes with their sources behind them, one source after the other."""
    parts: list[str] = []
    for number, quote in enumerate(quotes):
        parts.append(quote.text)
        following = quotes[number + 1] if number + 1 < len(quotes) else None
        if following is None or source(following.hit) != source(quote.hit):
            parts.append(f"——{source(quote.hit)}")
    return "\n".join(parts)


def source(hit: Hit) -> str:
    """Title, heading and standing of a hit, such as 《…条例》第二章 › 第八条（现行）."""
    heading = hit.passage.heading.split(" › ")[-1][:24]
    return f"《{shortened(hit.document.title)}》{heading}（{standing_text(hit)}）"


def standing_text(hit: Hit) -> str:
    """现行, 试行, 已被…取代, 效力未核实, or 讲话，非规定."""
    document = hit.document
    if hit.standing == Standing.SUPERSEDED:
        successor = document.superseded_by.rsplit(".", 1)[0]
        return f"已被《{successor}》取代" if successor else "已被取代，新版未收入"
    if document.kind not in BINDING:
        return f"{document.kind}，非规定"
    return "，".join([STANDINGS.get(Standing(hit.standing), "效力未核实"), *(["试行"] if document.trial else [])])


def shortened(title: str) -> str:
    """A title short enough to be read in a chat."""
    return title if len(title) <= TITLE_SHOWN else title[: TITLE_SHOWN - 1] + "…"


def no_basis_text(hits: Sequence[Hit]) -> str:
    """What is said where the documents hold no answer, with the nearest clauses."""
    head = "已登记的文件里没有直接规定。"
    if not hits:
        return head + "可转请工作人员答复。"
    rows = [f"· {source(hit)}：{hit.passage.text[:60].strip()}…" for hit in hits]
    return "\n".join([head + "最接近的是：", *rows, "如需明确答复，可转请工作人员。"])
