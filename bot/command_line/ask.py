"""`tanhua ask`: one question on the command line, or JSON lines of questions from the standard input."""

import argparse
import json
import sys
from dataclasses import asdict
from time import perf_counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.app import App
    from knowledge.answering import Answer, PolicyDesk
    from storage.documents.rules import Audience

NAME = "ask"
HELP = "按制度文件回答问题"
CITED = ("document", "heading", "quote", "status")


def add(parser: argparse.ArgumentParser) -> None:
    """The arguments of `tanhua ask`."""
    parser.add_argument("question", nargs="?", metavar="QUESTION", help="问题；不给时从标准输入读 JSON 行")
    parser.add_argument("--as", dest="person", metavar="PERSON", help="以谁的身份问（编号）；不给时按公开范围")
    parser.add_argument("--json", action="store_true", help="输出 JSON 行")
    parser.add_argument("--retrieved", action="store_true", help="附上检索到的段落")


def run(arguments: argparse.Namespace, app: "App") -> int:
    """Answer one question, or every line read: {"id", "question"}."""
    desk, audience = open_desk(app), _audience(arguments, app)
    if not _has_documents(app):
        print("还没有收录制度文件，请先用 tanhua ingest 收录。", file=sys.stderr)
    if arguments.question is not None:
        _answer(arguments, app, desk, audience, None, arguments.question)
        return 0
    failed = False
    for line in sys.stdin:
        if not line.strip():
            continue
        try:
            asked = json.loads(line)
            question = asked["question"]
        except (ValueError, TypeError, KeyError):
            print(f'这一行不是 {{"id", "question"}} 形式的 JSON：{line.strip()[:80]}', file=sys.stderr)
            failed = True
            continue
        _answer(arguments, app, desk, audience, asked.get("id"), str(question))
    return 1 if failed else 0


def open_desk(app: "App") -> "PolicyDesk":
    """The desk of this installation; heavy parts load with the first question."""
    from knowledge.answering import PolicyDesk
    from knowledge.embedding import open_embeddings

    settings = app.settings
    embeddings = open_embeddings(
        settings.embedding_url, settings.embedding_key.get_secret_value(), settings.embedding_model
    )
    chat = None
    if settings.chat_url and settings.chat_model:
        from knowledge.language_model import ChatModel

        chat = ChatModel(app.database, settings.chat_url, settings.chat_model, settings.chat_key.get_secret_value())
    return PolicyDesk(app.database, app.data, chroma_url=settings.chroma_url, embeddings=embeddings, chat=chat)


def as_json(answer: "Answer", name: object, milliseconds: float, with_retrieved: bool) -> dict[str, Any]:
    """The line `tanhua ask --json` writes for an answer."""
    row: dict[str, Any] = {
        "id": name,
        "kind": str(answer.kind),
        "text": answer.text,
        "citations": [{key: getattr(citation, key) for key in CITED} for citation in answer.citations],
    }
    if answer.nearest:
        row["nearest"] = [{key: getattr(citation, key) for key in CITED} for citation in answer.nearest]
    if with_retrieved:
        row["retrieved"] = [asdict(passage) for passage in answer.retrieved]
    return row | {"ms": round(milliseconds, 1)}


def _answer(
    arguments: argparse.Namespace, app: "App", desk: "PolicyDesk", audience: "Audience", name: object, question: str
) -> None:
    from storage.instants import shanghai_date

    began = perf_counter()
    today = shanghai_date(app.clock())
    answer = desk.answer(question, audience=audience, on_date=today, with_retrieved=arguments.retrieved)
    milliseconds = (perf_counter() - began) * 1000
    if arguments.json or arguments.question is None:
        print(json.dumps(as_json(answer, name, milliseconds, arguments.retrieved), ensure_ascii=False), flush=True)
    else:
        print(answer.text)


def _has_documents(app: "App") -> bool:
    from storage.documents.queries import active_documents

    with app.database.reading() as session:
        return bool(active_documents(session))


def _audience(arguments: argparse.Namespace, app: "App") -> "Audience":
    from storage.documents.rules import PUBLIC, audience_for

    if not arguments.person:
        return PUBLIC
    from storage.instants import shanghai_date
    from storage.people.queries import actor_for, person_id_of

    with app.database.reading() as session:
        person = person_id_of(session, arguments.person)
        return audience_for(actor_for(session, person, shanghai_date(app.clock())))
