"""What was read of a text about how far the work is, and the questions to ask back with. Pure."""

from dataclasses import dataclass

HOW_MUCH = "大约完成了百分之多少？"
HOW_MANY_IN_ALL = "一共有几项？完成了其中几项？"
OUT_OF_RANGE = "进度应在0%到100%之间，请核对。"
WHICH_ONE = "提到了几个进度，目前以哪一个为准？"
NOT_PROGRESS = "这个数字好像不是目前的整改进度，目前完成了百分之多少？"
LABEL = (
    r"(?:(?:整改|工作|总体|整体|目前|现在|当前|总|完成)?(?:进度|进展|完成度|完成率|整改率|百分比|比例|"
    r"完成情况|百分数))"
)
"""Regex source of what a percentage is called on forms and in speech."""


@dataclass(frozen=True)
class PercentReading:
    """`percent` (0–100), or `percent_min` (that much or more), or only `doubt`: a question to ask back with."""

    percent: float | None = None
    percent_min: float | None = None
    doubt: str | None = None
    span: tuple[int, int] | None = None
    """Where the amount stands in the normalised text; None for counts and numbers alone."""
    partial: bool = False
    """Something less than, or other than, the whole was counted; 完成 beside it is no 完成 of the whole."""
