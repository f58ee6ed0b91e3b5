"""Writers of one process take turns: first come, first served."""

import sqlite3
import threading

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from storage.channels.actions import set_state
from storage.database import Database
from storage.faults import may_pass
from storage.turns import MOST_IN_A_ROW, Turns


def test_first_come_first_served_and_one_at_a_time() -> None:
    turns, order, inside = Turns(), [], []
    waiting = []

    def wait(number: int) -> None:
        with turns.taken():
            inside.append(number)
            assert len(inside) == 1
            order.append(number)
            inside.remove(number)

    with turns.taken():
        for number in range(20):
            thread = threading.Thread(target=wait, args=(number,))
            thread.start()
            waiting.append(thread)
            while turns.waiting <= number:
                pass  # the next one comes when this one stands in line
    for thread in waiting:
        thread.join(10)
    assert order == list(range(20))


def test_whoever_holds_the_turn_may_ask_again_and_an_error_gives_it_back() -> None:
    turns = Turns()
    with pytest.raises(ValueError), turns.taken(), turns.taken():
        raise ValueError
    taken = threading.Event()

    def take() -> None:
        with turns.taken():
            taken.set()

    threading.Thread(target=take).start()
    assert taken.wait(10)


def test_long_ones_let_short_ones_go_ahead_but_not_for_ever() -> None:
    turns, order = Turns(), []
    threads = []

    def wait(name: str, patient: bool) -> None:
        with turns.taken(patient=patient):
            order.append(name)

    with turns.taken():
        for number, name in enumerate(["long", *(f"short {n}" for n in range(MOST_IN_A_ROW + 3))]):
            thread = threading.Thread(target=wait, args=(name, name == "long"))
            thread.start()
            threads.append(thread)
            while turns.waiting <= number:
                pass
    for thread in threads:
        thread.join(10)
    assert order.index("long") == MOST_IN_A_ROW


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
