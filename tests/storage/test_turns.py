"""Writers of one process take turns: first come, first served."""

import sqlite3
import threading

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from storage.channels.actions import set_state
from storage.database import Database
from storage.faults import may_pass
from storage.turns import Turns


def test_first_come_first_served_and_one_at_a_time() -> None:
    turns, order, inside = Turns(), [], []
    waiting = []

    def wait(number: int) -> None:
        with turns:
            inside.append(number)
            assert len(inside) == 1
            order.append(number)
            inside.remove(number)

    with turns:
        for number in range(20):
            thread = threading.Thread(target=wait, args=(number,))
            thread.start()
            waiting.append(thread)
            while len(turns._line) <= number:
                pass  # the next one comes when this one stands in line
    for thread in waiting:
        thread.join(10)
    assert order == list(range(20))


def test_whoever_holds_the_turn_may_ask_again_and_an_error_gives_it_back() -> None:
    turns = Turns()
    with pytest.raises(ValueError), turns, turns:
        raise ValueError
    taken = threading.Event()

    def take() -> None:
        with turns:
            taken.set()

    threading.Thread(target=take).start()
    assert taken.wait(10)


def test_many_writers_lose_nothing(database: Database) -> None:
    def write(writer: int) -> None:
        for number in range(20):
            with database.transaction() as session:
                set_state(session, "x", f"{writer}:{number}", "v")

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with database.reading() as session:
        assert session.connection().execute(text("SELECT count(*) FROM channelstate")).scalar() == 160


def test_bad_moments_pass_and_other_errors_do_not(sqlite_database: Database) -> None:
    busy = sqlite3.OperationalError("database is locked")
    busy.sqlite_errorcode = sqlite3.SQLITE_BUSY
    assert may_pass(OperationalError("", {}, busy))
    assert not may_pass(OperationalError("", {}, sqlite3.OperationalError("no such table: x")))
    assert not may_pass(ValueError())
