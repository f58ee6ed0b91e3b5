"""专题报告: the talks are reported to the level above by the day the rulebook names (T4)."""

from jobs.reminders.obligations import ObligationRule
from jobs.reminders.rounds_of_the_year import rounds_of_the_year

RULE = ObligationRule("special_report", rounds_of_the_year, daily=True)
