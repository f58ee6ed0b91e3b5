"""One file per reminder rule; RULES is the explicit list that planning runs."""

from jobs.reminders import annual_talk

RULES = (annual_talk,)
