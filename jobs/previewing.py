"""What a change of the rules would send (规则预览): the same days played under the rules in force and under the new."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from itertools import islice

from jobs.simulation import SimulatedMessage, simulate
from jobs.wording import say
from storage.database import Database

SHOWN = 200


@dataclass(frozen=True)
class Preview:
    """Messages by kind of duty as (title, now, then), the sums of both, and the first messages under the new rules."""

    by_rule: tuple[tuple[str, int, int], ...]
    now: int
    then: int
    first: tuple[SimulatedMessage, ...]


def preview(database: Database, rulebook: str, start: date, end: date) -> Preview:
    """Play `start` to `end`, both inclusive, twice. `rulebook`: the TOML of the new version. Refused when it is wrong."""
    now = Counter(message.rule for message in simulate(database, start, end))
    messages = simulate(database, start, end, rulebook)
    first = tuple(islice(messages, SHOWN))
    then = Counter(message.rule for message in first)
    then.update(message.rule for message in messages)
    rules = sorted(now.keys() | then.keys(), key=lambda rule: (-then[rule], rule))
    by_rule = tuple((say(f"{rule}.title"), now[rule], then[rule]) for rule in rules)
    return Preview(by_rule, now.total(), then.total(), first)
