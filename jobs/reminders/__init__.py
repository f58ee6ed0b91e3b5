"""One file per reminder rule; RULES is the explicit list that planning runs."""

from jobs.reminders import annual_talk, unfinished_form

RULES = (annual_talk, unfinished_form)
