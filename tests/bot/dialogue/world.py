"""A small world to talk in: the cast, a recorded talk, a finding with two measures, one clock."""

from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from sqlmodel import Session, select

from bot.inbox import accept
from bot.messages import IncomingMessage
from storage.database import Database
from storage.findings.three_lists import MeasureText, name_finding
from storage.instants import shanghai_date
from storage.people.queries import actor_for
from storage.people.rules import Actor
from storage.talks.recording import RecordText, record_talk
from storage.talks.tables import TalkYear
from tests.bot.dialogue.speaking import Speaker
from tests.cast import Cast, hire
from tests.moments import moment

RECORD = RecordText("总体较好", "村级账目12处不清", "调研不深入", "承认不足", "建议加强培训")
PROBLEM, MEASURES = "乡镇项目资金拨付慢", ("清理积压拨付单", "建立周调度制度")


@dataclass
class World:
    """Everything a dialogue test needs; `now` may be set."""

    database: Database
    cast: Cast
    data: Path
    now: datetime
    speakers: dict[str, Speaker] = field(default_factory=dict)
    talk_id: int = 0
    finding_id: int = 0

    def clock(self) -> datetime:
        return self.now

    def at(self, text: str) -> None:
        self.now = moment(text)

    def speaker(self, role: str) -> Speaker:
        """The person of a role, always the same speaker."""
        if role not in self.speakers:
            self.speakers[role] = Speaker(self.database, self.cast[role], self.data, self.clock)
        return self.speakers[role]

    def actor(self, session: Session, role: str) -> Actor:
        return actor_for(session, self.cast[role], shanghai_date(self.now))

    def duty_of(self, role: str) -> int:
        with self.database.reading() as session:
            found = session.exec(select(TalkYear.id).where(TalkYear.person_id == self.cast[role])).first()
        return found or 0


def empty_world(database: Database, folder: Path, at: str = "2025-08-01 10:00") -> World:
    """The cast alone: every duty is open, nothing has been said."""
    return World(database, hire(database, folder), folder / "data", moment(at))


def build_world(database: Database, folder: Path, at: str = "2025-08-01 10:00") -> World:
    """The cast after one talk: 赵启明 talked with 吴敏 on 30 July; one finding, for which 王实 answers."""
    world = empty_world(database, folder, at)
    duty = world.duty_of("subject")
    with database.transaction() as session:
        leader = world.actor(session, "leader")
        talk = record_talk(
            session, duty_id=duty, held_on=date(2025, 7, 30), record=RECORD, actor=leader, now=world.now,
            recorder_id=world.cast["recorder"],
        )  # fmt: skip
        named = name_finding(
            session,
            talk_id=talk.talk_id,
            problem=PROBLEM,
            about_unit=True,
            measures=[MeasureText(MEASURES[0], date(2025, 9, 30)), MeasureText(MEASURES[1], date(2025, 12, 20))],
            responsible=[world.cast["responsible"]],
            actor=leader,
            now=world.now,
        )
    world.talk_id, world.finding_id = talk.talk_id, named.finding_id
    return world


def take_turn(world: World, message: IncomingMessage) -> None:
    """Accept one message of the responsible person and take its turn."""
    accept(world.database, message, now=world.now, person_id=world.cast["responsible"])
    world.speaker("responsible").conversation().work()


def take_turn_in(cast: Cast, data: Path, now: datetime, message: IncomingMessage, database: Database) -> None:
    """The same where nothing of the world is at hand but these: in another process."""
    take_turn(World(database, cast, data, now), message)
