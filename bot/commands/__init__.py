"""Every command; the list is explicit."""

from bot.commands import findings, general, staff, talks
from bot.commands.declaration import Command

COMMANDS: tuple[Command, ...] = (*talks.COMMANDS, *findings.COMMANDS, *staff.COMMANDS, *general.COMMANDS)
BY_VERB: dict[str, Command] = {command.verb: command for command in COMMANDS}
