"""The register's writes: versions, states, audiences, audit lines, and who may make them."""

from datetime import UTC, datetime

import pytest
from sqlmodel import select

from storage.audit import AuditLine
from storage.documents.model_calls import spend_model_call
from storage.documents.queries import active_passages, document_named, documents_for, register_for, revision, text_of
from storage.documents.registering import NewText, Outcome, register
from storage.documents.rules import PUBLIC, Audience, Kind, Standing, read_audience
from storage.documents.upkeep import Details, NewPassage, reinstate, release, set_audience, set_details, withdraw
from storage.errors import NotFound, NotPermitted
from storage.people.rules import Actor, Grant, Role

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
STAFF = Actor(7, "Z7", "组织科", (Grant(Role.ORGANISATION, 1, "/1/"),))
OFFICIAL = Actor(8, "G8", "干部")


def add(database, text="正文一。", digest="a", suspicion="", audience="公开", actor=None, **details):
    new = NewText(digest, "txt", text, [NewPassage(1, "", text)])
    described = Details(**({"title": "某办法", "kind": Kind.NORMATIVE} | details))
    with database.transaction() as session:
        return register(
            session,
            name="某办法.txt",
            new=new,
            details=described,
            audience=read_audience(audience),
            suspicion=suspicion,
            actor=actor,
            now=NOW,
        )


def texts(database):
    with database.reading() as session:
        return [passage.text for passage in active_passages(session)]


def test_added_unchanged_new_version(database):
    assert add(database).outcome is Outcome.ADDED
    assert add(database).outcome is Outcome.UNCHANGED
    again = add(database, "正文二。", "b")
    assert (again.outcome, again.version) == (Outcome.NEW_VERSION, 2)
    assert texts(database) == ["正文二。"]
    with database.reading() as session:
        assert text_of(session, document_id=again.document_id, version=1) == "正文一。"


def test_every_change_moves_the_revision_and_leaves_an_audit_line(database):
    with database.reading() as session:
        assert revision(session) == 0
    fact = add(database)
    with database.transaction() as session:
        withdraw(session, document_id=fact.document_id, reason="过时", actor=None, now=NOW)
    with database.reading() as session:
        assert revision(session) == 2
        actions = [line.action for line in session.exec(select(AuditLine).order_by(AuditLine.id))]
    assert actions == ["add_document", "set_document_state"]


def test_repeating_changes_nothing(database):
    add(database)
    with database.reading() as session:
        before = revision(session)
    add(database)
    with database.reading() as session:
        assert revision(session) == before


def test_a_suspicious_new_version_waits_while_the_old_one_answers(database):
    fact = add(database)
    held = add(database, "可疑。", "b", suspicion="夹带指令")
    assert (held.outcome, held.reason) == (Outcome.HELD, "夹带指令")
    assert texts(database) == ["正文一。"]
    assert add(database, "可疑。", "b", suspicion="夹带指令").outcome is Outcome.HELD
    with database.transaction() as session:
        passages = [NewPassage(1, "", "可疑。")]
        assert release(session, document_id=fact.document_id, passages=passages, actor=None, now=NOW) == 2
    assert texts(database) == ["可疑。"]
    assert add(database, "可疑。", "b", suspicion="夹带指令").outcome is Outcome.UNCHANGED


def test_a_withdrawn_document_stays_withdrawn_when_ingested_again(database):
    fact = add(database)
    with database.transaction() as session:
        withdraw(session, document_id=fact.document_id, reason="过时", actor=None, now=NOW)
    assert texts(database) == []
    assert add(database, "新正文。", "c").outcome is Outcome.HELD
    assert texts(database) == []
    with database.transaction() as session:
        reinstate(session, document_id=fact.document_id, reason="仍然有效", actor=None, now=NOW)
    assert texts(database) == ["正文一。"]


def test_only_staff_keep_the_register(database):
    with pytest.raises(NotPermitted):
        add(database, actor=OFFICIAL)
    add(database)
    with database.reading() as session:
        assert register_for(session, actor=OFFICIAL) == ()
        assert [document.name for document in register_for(session, actor=STAFF)] == ["某办法.txt"]


def test_details_and_audience_are_corrected_and_filter(database):
    fact = add(database)
    details = Details(title="某办法（试行）", kind=Kind.PARTY_RULE, kind_confirmed=True, standing=Standing.IN_FORCE)
    with database.transaction() as session:
        set_details(session, document_id=fact.document_id, details=details, actor=None, now=NOW)
        set_audience(session, document_id=fact.document_id, audience=read_audience("内部"), actor=None, now=NOW)
    with database.reading() as session:
        found = document_named(session, name="某办法.txt")
        assert found is not None
        assert (found.title, found.kind, found.audience) == ("某办法（试行）", "党内法规", "内部")
        assert documents_for(session, audience=PUBLIC) == ()
        assert len(documents_for(session, audience=Audience(internal=True))) == 1


def test_an_unknown_unit_is_named(database):
    with pytest.raises(NotFound, match="没有编号"):
        add(database, audience="单位:不存在")


def test_the_budget_of_model_calls_ends(database):
    with database.transaction() as session:
        assert [spend_model_call(session, day=NOW.date(), limit=2) for _ in range(3)] == [True, True, False]
