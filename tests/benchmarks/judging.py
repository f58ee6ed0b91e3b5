"""Scores of answers as the question sets define them: evidence, points, verbatim quotes, refusals, stale sources."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

EVIDENCE_LENGTH = 1_000
POINTS_LENGTH = 600
GRAM = 4
ENOUGH = 0.8
SPACE = re.compile(r"\s+")

Row = Mapping[str, Any]
Given = Mapping[str, Any]


def bare(text: str) -> str:
    """`text` without white space."""
    return SPACE.sub("", text)


def read_rows(path: Path) -> list[Row]:
    """The questions of a JSON-lines file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def read_texts(folders: Iterable[Path]) -> dict[str, str]:
    """The bare text of every .txt file below `folders`, by name."""
    return {file.name: bare(file.read_text("utf-8")) for folder in folders for file in folder.rglob("*.txt")}


@dataclass
class Tally:
    """Sums over one set. Shares are of the answerable questions unless said otherwise."""

    answerable: int = 0
    evidence: int = 0
    points: int = 0
    points_found: int = 0
    derived: int = 0
    derived_found: int = 0
    whole: int = 0
    declined_wrongly: int = 0
    unanswerable: int = 0
    declined_rightly: int = 0
    asides: int = 0
    asides_right: int = 0
    refusals: int = 0
    refusals_right: int = 0
    quotes: int = 0
    verbatim: int = 0
    dated: int = 0
    stale: int = 0
    milliseconds: list[float] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    def figures(self) -> dict[str, str]:
        """The table row."""
        times = sorted(self.milliseconds) or [0.0]
        return {
            "evidence@1000": share(self.evidence, self.answerable),
            "points@600": share(self.points_found, self.points),
            "derived": share(self.derived_found, self.derived),
            "all points": share(self.whole, self.answerable),
            "verbatim": share(self.verbatim, self.quotes),
            "declined right": share(self.declined_rightly, self.unanswerable),
            "declined wrong": share(self.declined_wrongly, self.answerable),
            "small talk etc.": share(self.asides_right, self.asides),
            "refused": share(self.refusals_right, self.refusals),
            "stale": share(self.stale, self.dated),
            "p50 ms": f"{times[len(times) // 2]:.1f}",
            "p95 ms": f"{times[int(len(times) * 0.95)]:.1f}",
        }


def share(part: int, whole: int) -> str:
    """'0.943 (50/53)'; '-' of nothing."""
    return f"{part / whole:.3f} ({part}/{whole})" if whole else "-"


def judge(rows: Sequence[Row], given: Mapping[str, Given], texts: Mapping[str, str]) -> Tally:
    """Judge one pipeline's output (`tanhua ask --json --retrieved` lines by id) over a question set."""
    tally = Tally()
    for row in rows:
        answer = given[row["id"]]
        tally.milliseconds.append(float(answer["ms"]))
        for citation in answer["citations"]:
            tally.quotes += 1
            tally.verbatim += bare(citation["quote"]) in texts.get(citation["document"], "")
        (_judge_answerable if row["answerable"] else _judge_other)(tally, row, answer)
    return tally


def _judge_answerable(tally: Tally, row: Row, answer: Given) -> None:
    tally.answerable += 1
    tally.declined_wrongly += answer["kind"] not in ("quoted", "composed")
    found = [
        holds(bare("".join(passage["text"] for passage in answer["retrieved"]))[:EVIDENCE_LENGTH], piece)
        for piece in row["evidence"]
    ]
    evidence = any(found) if row.get("evidence_mode") == "any" else all(found)
    derived = set(row.get("derived_points", ()))
    shown = bare(answer["text"][:POINTS_LENGTH])
    hits = {point: any(bare(choice) in shown for choice in point.split("|")) for point in row["answer_points"]}
    plain = [hit for point, hit in hits.items() if point not in derived]
    tally.evidence += evidence
    tally.points += len(plain)
    tally.points_found += sum(plain)
    tally.whole += all(plain)
    tally.derived += len(derived)
    tally.derived_found += sum(hit for point, hit in hits.items() if point in derived)
    if row.get("stale_docs"):
        tally.dated += 1
        cited = [citation["document"] for citation in answer["citations"]]
        tally.stale += bool(cited) and all(document in row["stale_docs"] for document in cited)
    if not evidence or not all(plain):
        tally.missed.append(row["id"])


def _judge_other(tally: Tally, row: Row, answer: Given) -> None:
    right = answer["kind"] == row["expect"] or (
        "answer" in row.get("expect_also", ()) and answer["kind"] in ("quoted", "composed")
    )
    if row["expect"] == "abstain":
        tally.unanswerable += 1
        tally.declined_rightly += right
    elif row["expect"] == "refuse":
        tally.refusals += 1
        tally.refusals_right += right
    else:
        tally.asides += 1
        tally.asides_right += right
    if not right:
        tally.missed.append(row["id"])


def holds(text: str, piece: str) -> bool:
    """Whether at least 80 % of the piece's character 4-grams stand in `text`."""
    plain = bare(piece)
    grams = [plain[start : start + GRAM] for start in range(max(1, len(plain) - GRAM + 1))]
    return sum(gram in text for gram in grams) / len(grams) >= ENOUGH
