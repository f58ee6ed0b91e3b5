"""What the pages ask of the storage, on both engines: sessions, threads, accounts, files, and lists behind figures."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session

from storage.attachments.access import attachment_for
from storage.attachments.actions import register_attachment
from storage.attachments.folder import KeptFile
from storage.conversations.actions import store_message
from storage.conversations.threads import Heard, Said, due_on_page, full_thread, has_due_on_page, labels_of, thread_mark
from storage.database import Database
from storage.errors import NotFound
from storage.findings.lists import FindingKind, finding_lines
from storage.outbox.actions import mark_sent, put
from storage.outbox.body import Body, Choice
from storage.outbox.rules import MessageKind
from storage.people.accounts import accounts_for, give_code, release_person, revoke_codes
from storage.people.actions import bind_account, open_accounts, redeem_code
from storage.people.sessions import close_session, live_session, open_session
from storage.talks.lists import Part, owed_lines, talk_lines
from storage.talks.statistics import statistics
from tests.cast import HIRED, Cast, city_book
from tests.moments import day, moment
from tests.workbooks import Book

NOW = moment("2025-08-14 10:00")
TODAY = day("2025-08-14")


def test_a_session_lives_until_it_is_closed_or_over(database: Database, cast: Cast) -> None:
    with database.transaction() as session:
        opened = open_session(session, person_id=cast["leader"], now=NOW)
    with database.reading() as session:
        live = live_session(session, opened.token, now=NOW)
        assert live is not None
        assert live.person_id == cast["leader"]
        assert live_session(session, opened.token, now=opened.expires_at) is None
        assert live_session(session, "", now=NOW) is None
        assert live_session(session, opened.token + "x", now=NOW) is None
    with database.transaction() as session:
        close_session(session, opened.token, now=NOW)
        assert live_session(session, opened.token, now=NOW) is None


def _put(session: Session, cast: Cast, key: str, role: str = "leader", channel: str = "", at: int = 0) -> None:
    put(
        session,
        key=key,
        body=Body(key),
        kind=MessageKind.NOTICE,
        now=NOW + timedelta(minutes=at),
        person_id=cast[role],
        channel=channel,
    )


def test_a_page_takes_its_own_messages_and_those_for_any_address(database: Database, cast: Cast) -> None:
    with database.transaction() as session:
        for number, channel in enumerate(("", "web", "telegram")):
            _put(session, cast, f"m{number}", channel=channel)
        _put(session, cast, "later", at=5)
        _put(session, cast, "theirs", role="subject")
        due = due_on_page(session, cast["leader"], now=NOW)
        assert len(due) == 2
        for message in due:
            mark_sent(session, message.id, channel="web", account="1", provider_id="p", now=NOW)
        assert not has_due_on_page(session, cast["leader"], now=NOW)


def test_a_thread_holds_what_was_said_on_every_channel_and_its_answers_in_order(database: Database, cast: Cast) -> None:
    with database.transaction() as session:
        before = thread_mark(session, cast["leader"], now=NOW)
        for number in (1, 2):
            store_message(
                session,
                channel="telegram" if number == 1 else "web",
                external_id=str(number),
                account="a",
                person_id=cast["leader"],
                body="{}",
                now=NOW,
            )
        session.flush()
        ids = [line.id for line in full_thread(session, cast["leader"], now=NOW, limit=9).lines]
        for said in reversed(ids):
            _put(session, cast, f"reply:{said}:0")
        assert thread_mark(session, cast["leader"], now=NOW) != before
        thread = full_thread(session, cast["leader"], now=NOW, limit=9)
        kinds = [type(line) for line in thread.lines]
        assert kinds == [Said, Heard, Said, Heard]
        assert [line.body.text for line in thread.lines if isinstance(line, Heard)] == [f"reply:{n}:0" for n in ids]
        assert full_thread(session, cast["leader"], now=NOW, limit=3).has_more
        assert full_thread(session, cast["subject"], now=NOW, limit=3).lines == ()


def test_what_buttons_of_earlier_messages_say_is_found_for_their_reader_only(database: Database, cast: Cast) -> None:
    with database.transaction() as session:
        for number, label in enumerate(("旧", "新")):
            put(
                session, key=f"k{number}", body=Body("提醒", (Choice("why:1", label), Choice("why:12", "别的"))),
                kind=MessageKind.NOTICE, now=NOW, person_id=cast["leader"],
            )  # fmt: skip
        session.flush()
        assert labels_of(session, cast["leader"], {"why:1", "why:%", "gone"}) == {"why:1": "新"}
        assert labels_of(session, cast["subject"], {"why:1"}) == {}
        assert labels_of(session, cast["leader"], set()) == {}


def test_an_administrator_keeps_accounts_of_the_subtree_only(database: Database, cast: Cast) -> None:
    keeper, staff = cast.actor(database, "administrator"), cast.actor(database, "organisation")
    with database.transaction() as session:
        issued = give_code(session, person_id=cast["subject"], actor=keeper, today=TODAY, now=NOW)
        total, found = accounts_for(session, keeper, today=TODAY, now=NOW, wall=NOW, search="吴敏")
        assert (total, found[0].code, found[0].code_until) == (1, "B1", issued.expires_at)
        assert accounts_for(session, keeper, today=TODAY, now=NOW, wall=NOW, search="陈外") == (0, [])
        assert accounts_for(session, staff, today=TODAY, now=NOW, wall=NOW) == (0, [])
        for actor, person in ((keeper, cast["outsider"]), (staff, cast["subject"]), (keeper, 10**6)):
            with pytest.raises(NotFound):
                give_code(session, person_id=person, actor=actor, today=TODAY, now=NOW)
        revoke_codes(session, person_id=cast["subject"], actor=keeper, today=TODAY, now=NOW)
        assert redeem_code(session, text=issued.code, account="web:1", now=NOW) is None


def test_releasing_a_person_closes_everything(database: Database, cast: Cast) -> None:
    keeper = cast.actor(database, "administrator")
    with database.transaction() as session:
        bind_account(session, person_id=cast["subject"], channel="telegram", external_id="7", now=NOW)
        opened = open_session(session, person_id=cast["subject"], now=NOW)
        release_person(session, person_id=cast["subject"], actor=keeper, today=TODAY, now=NOW, wall=NOW)
        assert open_accounts(session, cast["subject"]) == []
        assert live_session(session, opened.token, now=NOW) is None


def test_a_file_belongs_to_its_owner_alone_until_it_is_evidence(database: Database, cast: Cast) -> None:
    digest = "cd" * 32
    with database.transaction() as session:
        file = KeptFile(digest, "佐证.pdf", "application/pdf", 3)
        register_attachment(session, file, owner_id=cast["responsible"], now=NOW)
    with database.reading() as session:
        assert attachment_for(session, cast.actor(database, "responsible"), digest).name == "佐证.pdf"
        for role in ("leader", "organisation", "administrator", "outsider"):
            with pytest.raises(NotFound):
                attachment_for(session, cast.actor(database, role), digest)


@pytest.fixture
def talked(database: Database, hired: Callable[[Database], Cast], tmp_path: Path) -> Cast:
    """The cast, one of whom was talked to, with findings."""
    cast = hired(database)
    book: Book = (
        city_book()
        .talk("T1", "D1", "B1", "Q", "2025-07-10")
        .talk("T2", "D1", "B1", "Q", "2025-07-20", 类型="任职谈话")
        .finding("F1", "T1", 举措="改", 时限="2025-08-01", 责任人编号="B3")
        .finding("F2", "T1", 举措="改", 时限="2025-08-01", 责任人编号="B3", 完成日期="2025-08-02")
        .finding("F3", "T2", 举措="改", 时限="2025-12-01", 责任人编号="B3")
    )
    report = book.into(database, tmp_path, HIRED)
    assert not report.problems
    return cast


def test_lists_are_as_long_as_the_statistics_say(database: Database, talked: Cast) -> None:
    actor = talked.actor(database, "organisation")
    with database.reading() as session:
        owed = owed_lines(session, actor, year=2025, today=TODAY)
        talks = talk_lines(session, actor, year=2025)
        findings = finding_lines(session, actor, year=2025, today=TODAY)
        figures = statistics(session, day("2025-01-01"), day("2025-12-31"), actor.staff_paths)
    assert len(owed) == figures["coverage"]["required"] == 2
    assert [line.code for line in owed if line.talked_on] == ["D1"]
    assert len(talks) == figures["total"] == 1
    count = {kind: sum(line.is_kind(kind, 2025) for line in findings) for kind in FindingKind}
    assert (count[FindingKind.FROM_TALKS], count[FindingKind.CLOSED]) == (2, 1)
    assert figures["findings"] == {"total": 2, "closed": 1, "percent": 50.0}
    assert (count[FindingKind.LATE], count[FindingKind.ELSEWHERE]) == (1, 1)
    here = Part(next(line.place.path for line in owed if line.place.level == "county"))
    assert [line.code for line in owed if here.holds(line.place)] == ["D1"]


def test_a_duty_past_its_deadline_is_overdue(database: Database, talked: Cast) -> None:
    actor = talked.actor(database, "discipline")
    with database.reading() as session:
        before = owed_lines(session, actor, year=2025, today=day("2025-08-20"))
        after = owed_lines(session, actor, year=2025, today=day("2025-08-21"))
    assert [line.code for line in before if line.overdue_since] == []
    assert [line.code for line in after if line.overdue_since] == ["B1"]


def test_lists_hold_nothing_about_the_person_who_looks_and_nothing_for_others(database: Database, talked: Cast) -> None:
    with database.reading() as session:
        for role in ("outsider", "leader", "township_head"):
            actor = talked.actor(database, role)
            assert owed_lines(session, actor, year=2025, today=TODAY) == []
            assert talk_lines(session, actor, year=2025) == []
            assert finding_lines(session, actor, year=2025, today=TODAY) == []
        outside = talked.actor(database, "outside_staff")
        assert owed_lines(session, outside, year=2025, today=TODAY) == []
