"""综合调研: every unit of the levels named holds one full survey of its teams a year (P11)."""

from jobs.reminders.obligations import ObligationRule
from jobs.reminders.rounds_of_the_year import rounds_of_the_year

RULE = ObligationRule("yearly_survey", rounds_of_the_year, daily=True)
