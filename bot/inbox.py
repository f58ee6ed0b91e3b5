"""Store an incoming message once, before it is acknowledged; nothing slow happens before this point.

A number typed instead of a tap is stored as the choice it stands for, as on the channels that show choices as a list.
"""

from dataclasses import replace
from datetime import datetime

from bot.channels.buttons import choice_typed
from bot.messages import IncomingMessage
from storage.conversations.actions import store_message
from storage.database import Database
from storage.people.actions import person_of_account


def accept(database: Database, message: IncomingMessage, *, now: datetime, person_id: int | None = None) -> bool:
    """Store `message`; False when it came before and is to be ignored. Acknowledge only after this returns.

    `person_id` is given by channels that have signed the person in (web, terminal); otherwise the bound account tells.
    """
    with database.transaction() as session:
        if person_id is None:
            person_id = person_of_account(session, message.channel, message.account)
        if person_id is not None and message.text and not message.files:
            choice = choice_typed(
                session, channel=message.channel, account=message.account, person_id=person_id, text=message.text
            )
            message = replace(message, choice=choice, text="") if choice else message
        return store_message(
            session,
            channel=message.channel,
            external_id=message.external_id,
            account=message.account,
            person_id=person_id,
            body=message.to_json(),
            now=now,
        )
