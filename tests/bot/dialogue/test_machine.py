"""Every form under any order of answers, commands, interruptions, repeats, restarts and channel changes.

A few hundred steps in `make test`; 10,000 for each form with TANHUA_SOAK=1, counted, not counting the closing ones.
The files lie in memory where the machine has such a folder, and one engine serves all examples of a form, each on a fresh
copy of the world: what it keeps between them are compiled statements, never rows.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlmodel import select

from bot.forms import FORMS
from storage.conversations.tables import FormSession
from storage.database import Database, open_database
from tests.bot.dialogue.playing import ASIDES, NOISE, WORDS, Player
from tests.bot.dialogue.rich_world import LATER, SCENES, rich_world
from tests.bot.dialogue.world import World
from tests.engines import SqliteFiles

SOAK = bool(os.environ.get("TANHUA_SOAK"))
EXAMPLES, STEPS, AT_LEAST = (240, 51, 10_000) if SOAK else (3, 15, 20)
"""A beginning takes one step of an example, the first example takes none, and some that draw much end early."""
SEEDS = st.integers(0, 2**32)
Template = tuple[Path, World]


@pytest.fixture(scope="module")
def templates(sqlite_files: SqliteFiles, tmp_path_factory: pytest.TempPathFactory) -> dict[bool, Template]:
    """The rich world as files to copy, with and without the outline going round."""
    found = {}
    for later in (False, True):
        folder = tmp_path_factory.mktemp("rich")
        with sqlite_files.fresh(folder) as database:
            world = rich_world(database, folder, later=later)
        found[later] = (folder / "tanhua.db", world)
    return found


@pytest.fixture
def stage() -> Iterator[Path]:
    """A folder in memory, else on disk."""
    memory = Path("/dev/shm")  # noqa: S108 (Linux keeps it in memory)
    folder = Path(tempfile.mkdtemp(prefix="tanhua-play-", dir=memory if os.access(memory, os.W_OK) else None))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def machine_of(form: str, template: Template, stage: Path, steps: list[int]) -> type[RuleBasedStateMachine]:
    """The state machine of one form, played in the folder `stage`; how many steps each example took goes to `steps`."""
    path, world = template
    database = open_database(f"sqlite:///{stage / 'tanhua.db'}", durable=False)

    class Dialogue(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            shutil.copy(path, stage / "tanhua.db")
            fresh = Database(database.engine)
            copied = World(fresh, world.cast, stage / "data", world.now, {}, world.talk_id, world.finding_id)
            self.player = Player(copied, SCENES[form], form)
            self.random = Random(0)
            steps.append(-1)  # what holds is looked at once more than steps are taken

        @invariant()
        def is_counted(self) -> None:
            steps[-1] += 1

        @initialize()
        def begins(self) -> None:
            self.player.begin()

        @rule(seed=SEEDS)
        def answers(self, seed: int) -> None:
            self.player.answer_well(Random(seed))

        @rule(seed=SEEDS)
        def answers_once_more(self, seed: int) -> None:
            self.player.answer_well(Random(seed))

        @rule(words=st.sampled_from(WORDS))
        def steers(self, words: str) -> None:
            self.player.send(text=words)

        @rule(words=st.sampled_from(ASIDES))
        def asks_aside(self, words: str) -> None:
            self.player.send(text=words)

        @rule(words=st.sampled_from(NOISE))
        def says_something_else(self, words: str) -> None:
            self.player.send(text=words)

        @rule(seed=SEEDS)
        def taps_any_button(self, seed: int) -> None:
            self.player.tap_anything(Random(seed))

        @rule()
        def begins_again(self) -> None:
            self.player.begin()

        @rule()
        def is_delivered_again(self) -> None:
            self.player.repeat()

        @rule()
        def the_process_dies(self) -> None:
            self.player.restart()

        @rule(channel=st.sampled_from(("telegram", "wecom", "web", "terminal")))
        def changes_the_channel(self, channel: str) -> None:
            self.player.speaker.channel = channel

        @rule(hours=st.integers(1, 30))
        def waits(self, hours: int) -> None:
            self.player.wait(hours)

        @rule()
        def sends_a_file(self) -> None:
            self.player.send_file()

        @rule()
        def the_form_is_of_an_older_version(self) -> None:
            with self.player.world.database.transaction() as session:
                for row in session.exec(select(FormSession).where(FormSession.status != "submitted")):
                    row.version = 0
                    session.add(row)

        def teardown(self) -> None:
            try:
                self.player.finish(self.random)
            finally:
                self.player.world.database.close()
                for file in stage.glob("tanhua.db*"):
                    file.unlink()
                shutil.rmtree(stage / "data", ignore_errors=True)

    return Dialogue


def test_every_form_has_a_scene() -> None:
    assert set(SCENES) == set(FORMS)


@pytest.mark.parametrize("form", list(SCENES))
@pytest.mark.timeout(7_200 if SOAK else 300)
def test_any_order_of_events(form: str, templates: dict[bool, Template], stage: Path) -> None:
    steps: list[int] = []
    run_state_machine_as_test(
        machine_of(form, templates[form in LATER], stage, steps),
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            derandomize=not SOAK,
            print_blob=False,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate,) if SOAK else tuple(Phase),
        ),
    )
    print(f"{form}: {sum(steps)} steps")
    assert sum(steps) >= AT_LEAST


@pytest.mark.parametrize("form", list(SCENES))
def test_good_answers_alone_submit_every_form(form: str, templates: dict[bool, Template], tmp_path: Path) -> None:
    path, world = templates[form in LATER]
    shutil.copy(path, tmp_path / "tanhua.db")
    database = open_database(f"sqlite:///{tmp_path / 'tanhua.db'}", durable=False)
    try:
        copied = World(database, world.cast, tmp_path / "data", world.now, {}, world.talk_id, world.finding_id)
        player = Player(copied, SCENES[form], form)
        player.begin()
        assert player.open_form() is not None, player.speaker.text()
        player.finish(Random(1))
        with database.reading() as session:
            assert session.exec(select(FormSession.status)).all() == ["submitted"], player.speaker.text()
    finally:
        database.close()
