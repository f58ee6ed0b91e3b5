"""Everything that can go wrong when a record is read or changed.

    TanhuaError
    ├── RuleBroken      a rule of the talks or of a form forbids it
    ├── NotPermitted    the actor has no right to it
    ├── NotFound        there is no such record (to outsiders the same as NotPermitted)
    ├── Conflict        somebody changed it meanwhile, or it was done already
    └── Refused         input that cannot be taken (a file, a cell, an attachment)

The message is Chinese and fit to be shown to an official: what is wrong, and what to do.
"""


class TanhuaError(Exception):
    """无法完成这项操作。"""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or (type(self).__doc__ or "").strip())

    @property
    def message(self) -> str:
        """The sentence to show, in Chinese."""
        return str(self.args[0])


class RuleBroken(TanhuaError):
    """不符合谈话规则，未作更改。"""


class NotPermitted(TanhuaError):
    """没有找到这项记录，或您无权查看。"""


class NotFound(NotPermitted):
    """没有找到这项记录，或您无权查看。"""


class Conflict(TanhuaError):
    """这项记录刚刚被更改，请重新打开后再办。"""


class Refused(TanhuaError):
    """内容无法接收，未作保存。"""
