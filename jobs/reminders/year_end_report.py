"""年底报告: progress of the cadres of one class is reported by the end of the year (T5)."""

from jobs.reminders.obligations import ObligationRule
from jobs.reminders.rounds_of_the_year import rounds_of_the_year

RULE = ObligationRule("year_end_report", rounds_of_the_year, daily=True)
