"""What every rule but the yearly talk shares: keep obligations level with facts, put due stages, re-check.

A rule is a value: its name, its facts as a select, and the buttons of its reminder. Its texts are `<name>.text` and
`<name>.overdue`; its ladder is in the rulebook. Costs what is due and what has changed.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from jobs.reminders.hours import sending_time
from jobs.reminders.parties import Parties, parties_of
from jobs.reminders.rounds import Round
from jobs.reminders.unsent import Unsent, unsent_reminders, withdraw
from jobs.wording import say
from storage.calendar import WorkingDays, working_days
from storage.database import chunks
from storage.duties.actions import cancel, level
from storage.duties.rules import is_done_by_hand, moved_on
from storage.duties.tables import Obligation
from storage.findings.tables import Finding
from storage.instants import shanghai_date, spoken_date, spoken_deadline
from storage.outbox.actions import message_row, put_many
from storage.outbox.body import Body, Choice
from storage.outbox.rules import MessageKind
from storage.people.tables import Unit
from storage.rulebooks.queries import all_rulebooks, default_rulebook, rulebooks_in_force
from storage.rulebooks.rules import Ladder, Rulebook, Stage, due_stages, next_stage

BATCH = 1_000


@dataclass(frozen=True)
class ObligationRule:
    """One rule. `facts(today, ladders in force)` selects the columns of `jobs.reminders.facts`."""

    name: str
    facts: Callable[[date, Sequence[Ladder]], Any]
    verb: str = ""
    """`<verb>:<id>` of the first button; the id is the finding's, the talk's or the obligation's, as `about` says."""
    about: Callable[[Obligation], int] = lambda one: one.id or 0

    daily: bool = False
    """Whether its facts change with the day alone."""

    @property
    def NAME(self) -> str:  # noqa: N802 (rules that are modules have a constant)
        """The rule's name."""
        return self.name

    def level(self, session: Session, *, now: datetime) -> None:
        """Open, move and close obligations as the facts say."""
        today = shanghai_date(now)
        in_force = rulebooks_in_force(session, today)
        ladders = [book.duties[self.name] for book in in_force.all if self.name in book.duties]
        level(session, self.name, self.facts(today, ladders), in_force, now=now)

    def plan_some(self, session: Session, *, now: datetime, after: int = 0, limit: int = BATCH) -> Round:
        """Put the due stages of up to `limit` obligations into the outbox, in id order after `after`."""
        today = shanghai_date(now)
        due = session.scalars(
            select(Obligation)
            .where(
                Obligation.rule == self.name, col(Obligation.is_open).is_(True),
                col(Obligation.next_stage_on) <= today, col(Obligation.id) > after,
            )
            .order_by(col(Obligation.id))
            .limit(limit)
        ).all()  # fmt: skip
        if not due:
            return Round(0, None)
        desk = _Desk.of(session, self, due, now)
        rows = [row for one in due for row in desk.advance(one)]
        put = put_many(session, rows)
        session.flush()
        return Round(put, due[-1].id if len(due) == limit else None)

    def recheck(self, session: Session, *, now: datetime) -> int:
        """Bring what waits unsent level with who should hear of it now; gives the number of new messages."""
        unsent = unsent_reminders(session, self.name)
        return sum(self._recheck_some(session, some, unsent, now) for some in chunks(sorted(unsent)))

    def _recheck_some(self, session: Session, some: Sequence[int], unsent: Mapping[int, Unsent], now: datetime) -> int:
        known = session.scalars(
            select(Obligation).where(col(Obligation.id).in_(some), col(Obligation.is_open).is_(True))
        ).all()
        desk = _Desk.of(session, self, known, now)
        rows: list[dict[str, Any]] = []
        for one in known:
            held = unsent[one.id or 0]
            wanted = desk.recipients(one, held.stage)
            if gone := held.too_many(wanted):
                withdraw(session, self.name, one.id or 0, gone)
            if missing := held.missing(wanted):
                stage = Stage(held.stage, shanghai_date(now))
                rows += (row for row in desk.messages(one, stage) if row["person_id"] in missing)
        return put_many(session, rows)

    def redate(self, session: Session, *, now: datetime) -> None:
        """Date the next stages by the calendar in force."""
        rulebooks, calendar = all_rulebooks(session), working_days(session)
        rows = session.scalars(
            select(Obligation).where(
                Obligation.rule == self.name, col(Obligation.is_open).is_(True),
                col(Obligation.provisional).is_(True) | (col(Obligation.next_stage_on) >= shanghai_date(now)),
            )
        )  # fmt: skip
        for one in rows:
            ladder = rulebooks.get(one.rulebook, default_rulebook()).duties.get(self.name)
            if ladder is not None:
                stage = next_stage(ladder, one.deadline_on, calendar, one.stage_passed)
                one.next_stage_on, one.provisional = stage.send_on, not calendar.is_known(stage.send_on)

    def still_needed(
        self,
        session: Session,
        occurrence_id: int,
        deadline: str,
        person_id: int | None = None,  # noqa: ARG002
    ) -> str:
        """Why a reminder about this obligation is not needed any more; "" when it is."""
        one = session.get(Obligation, occurrence_id)
        if one is None or not one.is_open:
            return "任务已办结"
        if one.deadline_on.isoformat() != deadline:
            return "时限变更"
        if self.daily and one.period:  # comes round with the calendar: only staff say that it is done
            return ""
        fact = self.facts(one.deadline_on, ()).subquery()
        same = (fact.c.ref_id == one.ref_id) & (fact.c.period == one.period)
        stands = session.execute(select(fact.c.ref_id).where(same)).first()
        return "" if stands is not None else "任务已办结"


@dataclass(frozen=True)
class _Desk:
    """A batch at work: everything its messages need, read once."""

    rule: ObligationRule
    now: datetime
    parties: Parties
    rulebooks: dict[str, Rulebook]
    calendar: WorkingDays
    units: dict[int | None, str]
    codes: dict[int | None, str]
    session: Session

    @classmethod
    def of(cls, session: Session, rule: ObligationRule, batch: Sequence[Obligation], now: datetime) -> "_Desk":
        units = session.exec(select(Unit.id, Unit.name).where(col(Unit.id).in_({one.unit_id for one in batch}))).all()
        findings = {one.finding_id for one in batch if one.finding_id is not None}
        codes = session.exec(select(Finding.id, Finding.code).where(col(Finding.id).in_(findings))).all()
        parties = parties_of(session, batch, shanghai_date(now))
        return cls(rule, now, parties, all_rulebooks(session), working_days(session), dict(units), dict(codes), session)

    def advance(self, one: Obligation) -> Iterator[dict[str, Any]]:
        """The messages due about one obligation, and its next day set."""
        rulebook = self._rulebook(one)
        ladder = rulebook.duties.get(self.rule.name)
        if ladder is None:  # the rule was taken out of its rulebook
            one.is_open, one.next_stage_on, one.note = False, None, "规则已取消"
            return
        day = shanghai_date(sending_time(rulebook, self.now))
        due = due_stages(ladder, one.deadline_on, self.calendar, one.stage_passed, day)
        passed = due[-1].number if due else one.stage_passed
        dates = moved_on(ladder, one.deadline_on, self.calendar, passed)
        one.stage_passed, one.next_stage_on, one.provisional = passed, dates.next_stage_on, dates.provisional
        if due:
            cancel(self.session, one, "已由后一次提醒代替")
            yield from self.messages(one, due[-1])

    def _rulebook(self, one: Obligation) -> Rulebook:
        return self.rulebooks.get(one.rulebook, default_rulebook())

    def recipients(self, one: Obligation, stage: int) -> list[int]:
        """Whom one stage of an obligation reaches."""
        ladder = self._rulebook(one).duties.get(self.rule.name)
        return [] if ladder is None else self.parties.at_stage(one.id or 0, ladder, stage)

    def messages(self, one: Obligation, stage: Stage) -> Iterator[dict[str, Any]]:
        """The messages of one stage, one a recipient."""
        rulebook = self._rulebook(one)
        ladder, send_at = rulebook.duties[self.rule.name], sending_time(rulebook, self.now)
        body = self._body(one, stage, ladder, rulebook, shanghai_date(send_at))
        for person in self.recipients(one, stage.number):
            yield message_row(
                key=f"{self.rule.name}:{one.id}:{one.deadline_on.isoformat()}:{stage.number}:{person}",
                body=body,
                kind=MessageKind.REMINDER,
                now=self.now,
                person_id=person,
                not_before=send_at,
                rule=self.rule.name,
                occurrence_id=one.id,
                deadline=one.deadline_on.isoformat(),
                stage=stage.number,
                rulebook=rulebook.name,
            )

    def _body(self, one: Obligation, stage: Stage, ladder: Ladder, rulebook: Rulebook, today: date) -> Body:
        name = self.rule.name
        text = say(
            f"{name}.overdue" if today > one.deadline_on else f"{name}.text",
            subject=self.parties.names.get(one.person_id or 0, ""),
            unit=self.units.get(one.unit_id, ""),
            code=self.codes.get(one.finding_id, ""),
            deadline=spoken_deadline(one.deadline_on, today),
            basis=ladder.basis,
            rulebook=rulebook.title,
        )
        if stage.send_on < today:
            text += "\n" + say("reminders.late", day=spoken_date(stage.send_on, today))
        return Body(text, tuple(self._choices(one)))

    def _choices(self, one: Obligation) -> Iterator[Choice]:
        name = self.rule.name
        if self.rule.verb:
            yield Choice(f"{self.rule.verb}:{self.rule.about(one)}", say(f"{name}.button"))
        if is_done_by_hand(name, one.period):
            yield Choice(f"obligation_done:{one.id}", say(f"{name}.done"))
        for verb in ("arranged", "snooze", "take_note", "why"):
            yield Choice(f"{verb}:{name}.{one.id}", say(f"buttons.{verb}"))
