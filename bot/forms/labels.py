"""How findings, measures, talks and people are named on buttons: short enough to be read on a phone."""

from collections.abc import Iterable
from datetime import date

from bot.form_fields import Option, Situation
from storage.findings.queries import FindingView, MeasureView
from storage.instants import shanghai_date, spoken_date, spoken_deadline
from storage.people.queries import names_of
from storage.people.rules import Actor
from storage.talks.queries import DutyView, TalkView

LABEL_LENGTH = 20
MYSELF = ("我", "本人", "我本人", "我自己", "自己", "我来")


def short(text: str, length: int = LABEL_LENGTH) -> str:
    """The text cut to `length` characters."""
    return text if len(text) <= length else text[: length - 1] + "…"


def finding_label(finding: FindingView, actor: Actor) -> str:
    """A finding on a button: whose it is where it is not the reader's own, and the problem."""
    whose = "" if actor.person_id in finding.responsible else f"【{finding.person or finding.unit}】"
    return f"{whose}{short(finding.problem)}"


def measure_label(finding: FindingView, measure: MeasureView, actor: Actor, today: date) -> str:
    """A measure on a button: the problem, the measure and its deadline."""
    due = f"（{spoken_deadline(measure.due_on, today)}）" if measure.due_on else ""
    return f"{finding_label(finding, actor)}：{short(measure.text)}{due}"


def talk_label(talk: TalkView, today: date) -> str:
    """A talk on a button: with whom and when."""
    when = talk.held_on or (shanghai_date(talk.planned_at) if talk.planned_at else None)
    return f"{'、'.join(talk.subjects[:3])} {spoken_date(when, today) if when else ''}".strip()


def duty_label(duty: DutyView, today: date) -> str:
    """A yearly duty on a button: who, where, by when."""
    return f"{subject_label(duty)}最迟 {spoken_deadline(duty.deadline_on, today)}"


def subject_label(duty: DutyView) -> str:
    """Whom a yearly duty is about: who and where."""
    return f"{duty.subject}（{duty.unit}{duty.title}）"


def people_options(at: Situation, persons: Iterable[int]) -> list[Option]:
    """People by name, in the order given; two of one name are told apart by their number in the list."""
    ids = list(dict.fromkeys(persons))
    names = names_of(at.session, ids)
    seen: dict[str, int] = {}
    options = []
    for person in ids:
        name = names[person]
        seen[name] = seen.get(name, 0) + 1
        myself = MYSELF if person == at.actor.person_id else ()
        options.append(Option(person, name if seen[name] == 1 else f"{name}（{seen[name]}）", myself))
    return options
