"""Every command; the list is explicit."""

from bot.commands import (
    amending,
    away,
    duties,
    enquiries,
    findings,
    general,
    manners,
    outlines,
    preparation,
    staff,
    talks,
    undelivered,
)
from bot.commands.declaration import Command

COMMANDS: tuple[Command, ...] = (
    *duties.COMMANDS,
    *talks.COMMANDS,
    *findings.COMMANDS,
    *outlines.COMMANDS,
    *preparation.COMMANDS,
    *away.COMMANDS,
    *manners.COMMANDS,
    *staff.COMMANDS,
    *enquiries.COMMANDS,
    *undelivered.COMMANDS,
    *amending.COMMANDS,
    *general.COMMANDS,
)
BY_VERB: dict[str, Command] = {command.verb: command for command in COMMANDS}
