"""Understanding of typed Chinese replies without any language model: numbers, dates, states, obstacles, commands."""

from bot.understanding.dates import DateReading, read_date
from bot.understanding.numbers import read_percent
from bot.understanding.percent_reading import PercentReading
from bot.understanding.reading import read_reply
from bot.understanding.replies import Expecting, Reading

__all__ = ["DateReading", "Expecting", "PercentReading", "Reading", "read_date", "read_percent", "read_reply"]
