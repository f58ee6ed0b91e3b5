"""填错了, 撤回刚才的: what a person submitted last, and what puts each of it right. Nothing is changed by asking."""

from datetime import timedelta

from bot.commands.declaration import Asked, Command
from storage.conversations.queries import form_sessions
from storage.conversations.rules import FormStatus
from storage.instants import SHANGHAI, spoken_date
from storage.outbox.body import Body, Choice
from storage.talks.responses import talks_to_answer

RECENT = timedelta(days=7)
LISTED = 3
NOTHING = "最近七天没有您提交的内容。要更正以前提交的，请点下面的事项；要办别的，回复“帮助”。"
ALWAYS = ("correct_progress", "correct_record")


def amend(asked: Asked) -> list[Body]:
    """The last things submitted, and the commands that correct or void them."""
    from bot.commands import BY_VERB
    from bot.forms import FORMS

    submitted = form_sessions(asked.session, asked.actor.person_id, FormStatus.SUBMITTED)
    recent = [one for one in submitted if one.form in FORMS and one.touched_at >= asked.now - RECENT][:LISTED]
    answers = dict.fromkeys(("object",) if talks_to_answer(asked.session, asked.actor) else ())
    if not recent:
        return [Body(NOTHING, tuple(Choice(verb, BY_VERB[verb].title) for verb in (*answers, *ALWAYS)))]
    verbs: dict[str, None] = {**answers}
    lines = []
    for one in recent:
        form, at = FORMS[one.form], one.touched_at.astimezone(SHANGHAI)
        ways = form.amended_by
        verbs.update(dict.fromkeys(ways))
        how = f"请用“{'”“'.join(BY_VERB[verb].title for verb in ways)}”" if ways else "请联系工作人员"
        lines.append(f"· {spoken_date(at.date(), asked.today)} {at:%H:%M} {form.title}，要改{how}")
    said = "已提交的内容不直接改动，更正后原来的内容留存。您最近提交的：\n" + "\n".join(lines)
    return [Body(said, tuple(Choice(verb, BY_VERB[verb].title) for verb in verbs))]


COMMANDS = (Command("amend", "更正已提交的", amend, ("更正已提交的", "更正已提交的内容")),)
"""The command about what was submitted."""
