"""The demonstration's clock: moved on by a week, every reminder comes on its own day."""

from pathlib import Path

from sqlmodel import col, select

from bot.app import open_app
from bot.sample.setting_up import set_up_sample
from bot.service import Service
from bot.settings import Settings
from storage.instants import shanghai_date
from storage.outbox.tables import OutgoingMessage
from tests.moments import day, moment


def test_reminders_of_a_week_come_day_by_day_and_none_is_late(tmp_path: Path) -> None:
    start = moment("2026-11-28 10:00")
    app = open_app(Settings(_env_file=None, data=tmp_path, now=start))
    try:
        set_up_sample(app, now=start)
        with app.database.reading() as session:
            known = set(session.exec(select(OutgoingMessage.id)))
        Service(app, demo=True).move_clock(7)
        with app.database.reading() as session:
            new = session.exec(
                select(OutgoingMessage.created_at, OutgoingMessage.body).where(col(OutgoingMessage.id).not_in(known))
            ).all()
    finally:
        app.database.close()
    assert {day("2026-11-30"), day("2026-12-02"), day("2026-12-04")} <= {shanghai_date(at) for at, _ in new}
    assert not [body for _, body in new if "现补发" in body]
