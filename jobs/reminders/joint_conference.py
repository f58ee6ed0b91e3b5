"""联席会议: every unit of the levels named holds a joint conference each half-year (L3)."""

from jobs.reminders.obligations import ObligationRule
from jobs.reminders.rounds_of_the_year import rounds_of_the_year

RULE = ObligationRule("joint_conference", rounds_of_the_year, daily=True)
