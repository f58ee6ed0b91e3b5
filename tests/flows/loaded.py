"""What every chat process loads, for the ancestor of `clean_start` to load once. Nothing here starts a thread."""

import alembic.command
import sqlalchemy.dialects.sqlite
from sqlalchemy.orm import configure_mappers

import bot.channels.terminal
import bot.conversation
import jobs.upkeep
import tests.bot.dialogue.world

LOADED = (
    alembic.command,
    sqlalchemy.dialects.sqlite,
    bot.channels.terminal,
    bot.conversation,
    jobs.upkeep,
    tests.bot.dialogue.world,
)
configure_mappers()
