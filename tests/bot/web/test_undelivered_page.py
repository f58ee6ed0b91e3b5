"""The page of what could not be delivered, in a real browser."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import select

from storage.outbox.actions import put
from storage.outbox.body import Body
from storage.outbox.rules import MessageKind, MessageStatus
from storage.outbox.tables import OutgoingMessage
from storage.people.actions import bind_account
from storage.people.tables import Person
from tests.bot.web.conftest import DESKTOP
from tests.bot.web.site import Site
from tests.moments import moment

pytestmark = pytest.mark.browser


def test_staff_send_again_what_was_given_up(signed_in: Callable[..., Any], site: Site) -> None:
    now = moment("2025-08-01 10:00")
    with site.database.transaction() as session:
        person = session.exec(select(Person).where(Person.code == "B1")).one()
        put(session, key="dead", body=Body("提醒"), kind=MessageKind.REMINDER, now=now, person_id=person.id)
        row = session.exec(select(OutgoingMessage).where(OutgoingMessage.key == "dead")).one()
        row.status, row.reason = MessageStatus.DEAD, "账号已注销"
        bind_account(session, person_id=person.id or 0, channel="telegram", external_id="1", now=now)
    page = signed_in("A3", DESKTOP)
    page.goto(f"{site.url}/staff/undelivered")
    page.get_by_role("cell", name="账号已注销").wait_for()
    page.get_by_role("button", name="重发给吴敏").click()
    page.get_by_text("没有未送达的消息").wait_for()
    with site.database.reading() as session:
        assert session.exec(select(OutgoingMessage.status).where(OutgoingMessage.key == "dead")).one() == "waiting"


def test_others_do_not_open_it(signed_in: Callable[..., Any], site: Site) -> None:
    page = signed_in("B1", DESKTOP)
    assert page.goto(f"{site.url}/staff/undelivered").status == 404
