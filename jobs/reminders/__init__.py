"""One file per reminder rule; RULES is the explicit list that planning runs."""

from jobs.reminders import (
    annual_talk,
    extension_waiting,
    joint_conference,
    lists_missing,
    long_in_post,
    look_back_due,
    newly_appointed,
    progress_silent,
    record_missing,
    rectification_due,
    review_waiting,
    special_report,
    talk_preparation,
    unfinished_form,
    year_end_report,
    yearly_survey,
)
from jobs.reminders.obligations import ObligationRule
from jobs.reminders.rounds import Rule

OBLIGATIONS: tuple[ObligationRule, ...] = (
    talk_preparation.RULE,
    record_missing.RULE,
    lists_missing.RULE,
    rectification_due.RULE,
    progress_silent.RULE,
    review_waiting.RULE,
    extension_waiting.RULE,
    look_back_due.RULE,
    newly_appointed.RULE,
    long_in_post.RULE,
    yearly_survey.RULE,
    joint_conference.RULE,
    special_report.RULE,
    year_end_report.RULE,
)
"""The rules kept level with their facts."""

RULES: tuple[Rule, ...] = (annual_talk, *OBLIGATIONS, unfinished_form)
