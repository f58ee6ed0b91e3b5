"""Ranking over a library in memory, by keywords alone."""

from datetime import date

import pytest

from knowledge.asking import read_question
from knowledge.library import Library
from knowledge.retrieval import Finder
from storage.documents.queries import PassageFacts
from storage.documents.rules import Kind
from tests.benchmarks.public_sets import document_facts

TEXT = "值守人员应当如实登记来访车辆。"


def ranked(*kinds: tuple[Kind, str]) -> list[str]:
    """Titles in rank order of documents that say the same."""
    documents = [document_facts(n, f"{n}.txt", t, k) for n, (k, t) in enumerate(kinds, start=1)]
    passages = [PassageFacts(d.id, d.id, d.id, d.id, "", TEXT, "", False) for d in documents]
    library = Library(documents, passages, 1)
    asked, _ = read_question("值守人员要登记来访车辆吗", date(2026, 1, 1))
    return [documents[n].title for n, _ in Finder(library, None).rank(asked, library.whole(), 9)]


@pytest.mark.parametrize(
    ("lower", "higher"),
    [
        ((Kind.NORMATIVE, "值守管理办法"), (Kind.LAW, "车辆登记之法")),
        ((Kind.NORMATIVE, "值守管理规定（试行）"), (Kind.REGULATION, "车辆登记条例")),
        ((Kind.REGULATION, "值守登记条例"), (Kind.LAW, "车辆登记之法")),
    ],
)
def test_a_rule_yields_to_the_one_above_it(lower, higher):
    assert ranked(lower, higher) == [higher[1], lower[1]]


def test_what_is_no_state_rule_yields_to_nothing():
    kinds = ((Kind.SPEECH, "值守讲话"), (Kind.PARTY_RULE, "值守规定"), (Kind.NORMATIVE, "值守意见"))
    assert ranked(*kinds) == [title for _, title in kinds]
