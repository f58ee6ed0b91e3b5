"""What could not be delivered, for staff and administrators: to whom, why, and a button to send it again."""

from datetime import timedelta

from bot.commands.declaration import Acted, Asked, Command
from storage.instants import SHANGHAI
from storage.outbox.body import Body, Choice
from storage.outbox.undelivered import Undelivered, send_again, undelivered_for

LISTED = 10
SINCE = timedelta(days=90)


def undelivered(asked: Asked) -> list[Body]:
    """未送达: the latest messages that did not arrive, each with a button."""
    if not (asked.actor.is_staff or asked.actor.administrator_paths):
        return [Body("未送达的消息由工作人员和管理员查看。")]
    found = undelivered_for(asked.session, asked.actor, today=asked.today, since=asked.now - SINCE, limit=LISTED + 1)
    if not found:
        return [Body("近三个月没有未送达的消息。")]
    lines = [line_of(one) for one in found[:LISTED]]
    more = "\n……其余请在工作台“未送达”查看。" if len(found) > LISTED else ""
    choices = tuple(Choice(f"send_again:{one.id}", f"重发给{one.person}") for one in found[:LISTED])
    return [Body("未送达的消息：\n" + "\n".join(lines) + more, choices)]


def line_of(one: Undelivered) -> str:
    """Day, whom, what kind, why."""
    doubt = "，可能已经收到" if one.is_unknown else ""
    return f"{one.at.astimezone(SHANGHAI):%m月%d日} {one.person}（{one.unit}）的{one.kind}：{one.reason}{doubt}"


def again(asked: Asked) -> Acted:
    """Send one again."""
    one = send_again(asked.session, asked.id, actor=asked.actor, today=asked.today, now=asked.now)
    return Acted([Body(f"已重发给{one.person}；如已不再需要，不会发出。", (Choice("undelivered", "未送达"),))], [])


COMMANDS = (
    Command("undelivered", "未送达", undelivered, ("未送达", "未送达消息", "没送达", "死信"), "工作人员"),
    Command("send_again", "重发", again),
)
"""Every command about what did not arrive."""
