"""The pace of a channel, on a clock of its own: never too many in a second, hardly any time lost."""

import asyncio
from dataclasses import dataclass, field
from itertools import pairwise
from random import Random

import pytest

from jobs.pacing import Pace

ALLOWED = 30


@dataclass
class Clock:
    """Seconds that pass only by sleeping."""

    at: float = 1_000.0

    def __call__(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.at += seconds
        await asyncio.sleep(0)


@dataclass
class Platform:
    """Notes when each message reached it; an answer takes up to `slowest` seconds."""

    clock: Clock
    dice: Random
    slowest: float
    arrived: list[float] = field(default_factory=list)

    async def send(self) -> None:
        took = self.dice.uniform(0, self.slowest)
        there = self.dice.uniform(0, took)
        await self.clock.sleep(there)
        self.arrived.append(self.clock.at)
        await self.clock.sleep(took - there)

    def most_in_a_second(self) -> int:
        first, most = 0, 0
        for last, at in enumerate(self.arrived):
            while at - self.arrived[first] >= 1:
                first += 1
            most = max(most, last - first + 1)
        return most


def sent_by(platform: Platform, count: int, *, marking: float, stall: float, every: int) -> float:
    """Messages a second when one after another is sent and marked, and all stands still now and then."""
    clock = platform.clock
    pace = Pace(in_a_second=ALLOWED, now=clock, sleep=clock.sleep)

    async def run() -> None:
        for number in range(count):
            async with pace.channel_turn():
                await platform.send()
            await clock.sleep(marking)
            if number % every == every - 1:
                await clock.sleep(stall)

    asyncio.run(run())
    return (count - 1) / (platform.arrived[-1] - platform.arrived[0])


@pytest.mark.parametrize(
    ("slowest", "marking", "stall", "every"),
    [(0.0, 0.0, 0.0, 100), (0.02, 0.005, 0.0, 100), (0.012, 0.006, 0.06, 50), (0.012, 0.01, 0.15, 200)],
)
def test_the_limit_is_used_and_kept(slowest: float, marking: float, stall: float, every: int) -> None:
    platform = Platform(Clock(), Random(3), slowest)
    rate = sent_by(platform, 3_000, marking=marking, stall=stall, every=every)
    assert platform.most_in_a_second() <= ALLOWED
    assert rate >= 0.97 * ALLOWED


def test_without_trouble_messages_go_out_evenly() -> None:
    platform = Platform(Clock(), Random(3), 0.0)
    sent_by(platform, 300, marking=0.0, stall=0.0, every=1_000)
    gaps = [later - earlier for earlier, later in pairwise(platform.arrived)]
    assert min(gaps) > 0.9 / ALLOWED


def test_after_standing_still_the_rest_follows_faster_but_not_at_once() -> None:
    platform = Platform(Clock(), Random(3), 0.0)
    sent_by(platform, 300, marking=0.0, stall=0.5, every=100)
    gaps = [later - earlier for earlier, later in pairwise(platform.arrived)]
    assert min(gaps) > 0.45 / ALLOWED
    assert min(gaps) < 0.6 / ALLOWED


def test_several_at_once_stand_in_line() -> None:
    clock = Clock()
    pace, arrived = Pace(in_a_second=ALLOWED, now=clock, sleep=clock.sleep), []

    async def one() -> None:
        async with pace.channel_turn():
            arrived.append(clock.at)
            await clock.sleep(0.001)

    async def run() -> None:
        await asyncio.gather(*(one() for _ in range(200)))

    asyncio.run(run())
    for number in range(len(arrived) - ALLOWED):
        assert arrived[number + ALLOWED] - arrived[number] >= 1


def test_one_account_waits_after_its_burst_and_holds_no_other() -> None:
    clock = Clock()
    pace = Pace(per_account=1.0, burst=3, now=clock, sleep=clock.sleep)

    async def run() -> list[float]:
        at = []
        for account in ("a", "a", "a", "b", "a"):
            await pace.account_turn(account)
            at.append(clock.at - 1_000)
        return at

    assert asyncio.run(run()) == [0, 0, 0, 0, 1]
