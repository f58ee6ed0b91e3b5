"""What a form asks and what was read of the reply: the two values the rest of the package is about."""

import dataclasses
import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Expecting:
    """What the form asked. `field`: percent, finish_date, status, blocker, confirm, any or text.

    `prev`: values given earlier (keys percent, date, status, blocker); `due`: the old due date extensions count from;
    `is_workday`: lets 五个工作日内 be counted (without it such lengths are asked back). `labels`: the form's own
    fields, Chinese label to name, so that 修改地点 comes back as command "edit" with that name as `target`.
    """

    field: str = "any"
    prev: Mapping[str, object] = dataclasses.field(default_factory=dict)
    due: datetime.date | None = None
    is_workday: Callable[[datetime.date], bool] | None = None
    labels: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class Reading:
    """What was read; None means nothing was said about it.

    `percent_min`: at least so much. `blocker`: "" = said that there is none. `status`: not_started, in_progress, done,
    blocked, extension_requested. `target` belongs to `command` "edit". `clarify`: nothing was sure, ask `doubt` back.
    `doubt` may also stand beside sure values.
    """

    percent: float | None = None
    percent_min: float | None = None
    date: datetime.date | None = None
    status: str | None = None
    blocker: str | None = None
    command: str | None = None
    target: int | str | None = None
    is_question: bool = False
    clarify: bool = False
    doubt: str | None = None
