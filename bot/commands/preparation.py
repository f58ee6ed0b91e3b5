"""调研准备: the checklist before a planned talk; its items are ticked, and ticks taken back, by a tap each."""

from bot.commands.declaration import Asked, Command
from bot.forms.labels import short
from storage.instants import SHANGHAI, spoken_date, spoken_deadline
from storage.outbox.body import Body, Choice
from storage.talks.preparation import PreparationView, preparation_of, preparations_of, tick

SHOWN = 10


def preparation(asked: Asked) -> list[Body]:
    """The checklist of a talk; without a talk, of the one there is, or which."""
    if asked.id:
        return [_body(preparation_of(asked.session, asked.actor, asked.id, now=asked.now), asked)]
    views = preparations_of(asked.session, asked.actor, now=asked.now)
    if not views:
        return [Body("您没有已安排而待准备的谈话。", (Choice("talkees", "我的谈话对象"),))]
    if len(views) == 1:
        return [_body(views[0], asked)]
    lines = [f"· {_title(view, asked)}，还差 {len(view.open_items)} 项" for view in views[:SHOWN]]
    choices = tuple(
        Choice(f"preparation:{view.talk_id}", short("、".join(view.subjects), 30)) for view in views[:SHOWN]
    )
    return [Body("看哪次谈话的调研准备？\n" + "\n".join(lines), choices)]


def ticked(asked: Asked) -> list[Body]:
    """Tick an item; the argument is talk.item."""
    return _ticked(asked, done=True)


def unticked(asked: Asked) -> list[Body]:
    """Take a tick back; the argument is talk.item."""
    return _ticked(asked, done=False)


def _ticked(asked: Asked, *, done: bool) -> list[Body]:
    talk, _, key = asked.argument.partition(".")
    talk_id = int(talk) if talk.isdecimal() and len(talk) < 12 else 0
    view = tick(asked.session, talk_id=talk_id, key=key, done=done, actor=asked.actor, now=asked.now)
    return [_body(view, asked)]


def _title(view: PreparationView, asked: Asked) -> str:
    moment = view.planned_at.astimezone(SHANGHAI)
    return f"与{'、'.join(view.subjects)}的谈话，{spoken_deadline(moment.date(), asked.today)} {moment:%H:%M}"


def _body(view: PreparationView, asked: Asked) -> Body:
    lines = [f"调研准备：{_title(view, asked)}"]
    for number, item in enumerate(view.items, start=1):
        state = f"待完成，最迟 {spoken_deadline(item.due_on, asked.today)}"
        if item.done_on is not None:
            state = f"已完成（{spoken_date(item.done_on, asked.today)}，{item.done_by}）"
        lines.append(f"{number}. {item.name}：{state}")
    lines.append(f"还差 {len(view.open_items)} 项。" if view.open_items else "各项准备都已完成。")
    numbered = list(enumerate(view.items, start=1))
    todo = [Choice(f"prepared:{view.talk_id}.{one.key}", f"完成第{n}项") for n, one in numbered if one.done_on is None]
    undo = [Choice(f"unprepared:{view.talk_id}.{one.key}", f"第{n}项改为未完成") for n, one in numbered if one.done_on]
    return Body("\n".join(lines), (*todo, *undo, Choice(f"talk:{view.talk_id}", "查看安排")))


COMMANDS = (
    Command("preparation", "调研准备", preparation, ("调研准备", "准备清单", "调研准备清单", "谈前准备"), "谈话人"),
    Command("prepared", "完成调研准备", ticked),
    Command("unprepared", "改为未完成", unticked),
)
"""Every command about preparing a talk."""
