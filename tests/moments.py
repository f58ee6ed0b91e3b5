"""Days and instants, short enough to be read in a test."""

from datetime import date, datetime

from storage.instants import SHANGHAI


def day(text: str) -> date:
    """2025-08-13."""
    return date.fromisoformat(text)


def moment(text: str) -> datetime:
    """An aware instant, Shanghai time: "2025-08-13 09:00", or a day alone for its midnight."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


class SetClock:
    """A clock that shows what the test has set; call it to read it."""

    def __init__(self, text: str) -> None:
        self.now = moment(text)

    def __call__(self) -> datetime:
        return self.now

    def set(self, text: str) -> datetime:
        """Put the clock at an instant, earlier or later."""
        self.now = moment(text)
        return self.now
