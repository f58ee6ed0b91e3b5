"""The console (工作台): pages for organisation and discipline staff, and for administrators."""

from fastapi import FastAPI

from bot.channels.web.hosting import Host


def add_console(asgi: FastAPI, host: Host) -> None:
    """Declare the pages and downloads of the console."""
    from bot.console.accounts import add_accounts
    from bot.console.documents import add_documents
    from bot.console.importing import add_importing
    from bot.console.judgements import add_judgements
    from bot.console.listing_pages import Workbooks, add_listings
    from bot.console.overview import add_overview
    from bot.console.questions import add_questions
    from bot.console.rules import add_rules
    from bot.console.standards import add_standards
    from bot.console.undelivered import add_undelivered

    asgi.add_route("/staff/list/{subject}.xlsx", Workbooks(host).workbook, methods=["GET"])
    add_overview(host)
    add_listings(host)
    add_documents(host)
    add_questions(host)
    add_standards(host)
    add_judgements(host)
    add_accounts(host)
    add_importing(host)
    add_rules(host)
    add_undelivered(host)
