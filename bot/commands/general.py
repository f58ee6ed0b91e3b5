"""帮助: what this person can do here."""

from bot.commands.declaration import Asked, BeginForm, Command
from storage.outbox.body import Body, Choice
from storage.people.rules import Actor
from storage.talks.queries import duties_to_talk


def menus_of(actor: Actor, *, talks: bool) -> tuple[str, ...]:
    """The menus a person sees: everyone's, the talkers', the staff's."""
    shown = ["所有人"]
    if talks:
        shown.append("谈话人")
    if actor.is_staff or actor.administrator_paths:
        shown.append("工作人员")
    return tuple(shown)


def help_(asked: Asked) -> list[Body]:
    """The menu, as buttons, for this person."""
    from bot.commands import COMMANDS

    talks = bool(duties_to_talk(asked.session, asked.actor, asked.today, open_only=False)) or asked.actor.is_staff
    menus = menus_of(asked.actor, talks=talks)
    choices = tuple(Choice(command.verb, command.title) for command in COMMANDS if command.menu in menus)
    return [
        Body(f"{asked.actor.name}，您好。可以点选下面的事项，也可以直接提问，例如“谈话提纲必须包含什么”。", choices)
    ]


def fresh(asked: Asked) -> list[Body] | BeginForm:
    """另填一份: begin a form anew beside one that lies half filled in; the argument is form, or form.field.id."""
    from bot.forms import FORMS

    form, _, known = asked.argument.partition(".")
    field, _, value = known.partition(".")
    if form not in FORMS or (field and not value.isdecimal()):
        return [Body("这个按钮已经失效。回复“帮助”查看可以办理的事项。")]
    return BeginForm(form, {field: int(value)} if field else {}, fresh=True)


COMMANDS = (
    Command("fresh", "另填一份", fresh),
    Command("help", "帮助", help_, ("帮助", "菜单", "你好", "您好", "早上好", "上午好", "中午好", "下午好", "晚上好", "在吗", "在不在", "开始", "/start", "/help", "help")),
)  # fmt: skip
"""Commands for everyone."""
