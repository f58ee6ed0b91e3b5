"""A stranger gets the binding text and nothing else; a one-time code ties the account to a person."""

from datetime import datetime

from sqlmodel import Session

from bot.messages import IncomingMessage
from storage.errors import Refused
from storage.outbox.body import Body, Choice
from storage.people.actions import bind_account, normal_code, redeem_code

BINDING_TEXT = "请发送工作人员提供的绑定码，绑定后即可使用。没有绑定码，请联系本单位组织部门或纪检机关。"
PRIVATE_TEXT = "这里涉及个人事项，请单独与我对话，不要在群聊中使用。"
WRONG_CODE = "绑定码不正确或已失效，请核对后重新发送，或请工作人员重新发码。"


def greet_stranger(session: Session, message: IncomingMessage, *, now: datetime) -> tuple[Body, int | None]:
    """The reply to an unknown account, and the person it is now bound to, if its code was right."""
    text = message.text.strip().removeprefix("/start").strip()
    if not normal_code(text):
        return Body(BINDING_TEXT), None
    try:
        person_id = redeem_code(session, text=text, account=f"{message.channel}:{message.account}", now=now)
    except Refused as error:
        return Body(error.message), None
    if person_id is None:
        return Body(WRONG_CODE), None
    bind_account(session, person_id=person_id, channel=message.channel, external_id=message.account, now=now)
    return Body(
        "绑定成功。今后的提醒会发到这里。", (Choice("help", "看看能办什么"), Choice("duties", "我的任务"))
    ), person_id
