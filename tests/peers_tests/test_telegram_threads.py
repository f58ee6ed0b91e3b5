"""The Telegram peer under many threads and random faults: nothing is lost, and what is repeated keeps its id."""

from __future__ import annotations

import json
import threading

import httpx

from tests.peers import TelegramServer

from .webhook_catcher import Caught, WebhookCatcher

PEOPLE, EACH = 8, 100


def all_type(server: TelegramServer) -> None:
    """Each person types in a thread of their own, until all are done."""

    def one(chat_id: int) -> None:
        for number in range(EACH):
            server.user_types(chat_id, f"{chat_id}:{number}")

    threads = [threading.Thread(target=one, args=(chat_id,)) for chat_id in range(1, PEOPLE + 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def in_order_of_each(texts: list[str]) -> dict[str, list[int]]:
    seen: dict[str, list[int]] = {}
    for text in texts:
        person, number = text.split(":")
        seen.setdefault(person, []).append(int(number))
    return seen


def test_polling_through_faults_loses_nothing() -> None:
    seen: dict[int, str] = {}
    rates = {"5xx": 0.05, "429": 0.05, "reset": 0.05, "reset_after": 0.05, "truncated": 0.05, "malformed": 0.05}
    with TelegramServer() as server, httpx.Client(trust_env=False, timeout=5) as http:
        server.faults.at_random(rates, seed=3, methods=["getUpdates"])  # type: ignore[arg-type]
        typing = threading.Thread(target=all_type, args=(server,))
        typing.start()
        offset = 0
        while len(seen) < PEOPLE * EACH:
            query = {"offset": offset, "limit": 20, "timeout": 5}
            try:
                answer = http.get(f"{server.base_url}{server.token}/getUpdates", params=query).json()
            except (httpx.TransportError, ValueError):
                continue
            for update in answer.get("result", []):
                seen[update["update_id"]] = update["message"]["text"]
                offset = max(offset, update["update_id"] + 1)
        typing.join()
        assert len(server.faults.shown) > 5
    texts = [seen[update_id] for update_id in sorted(seen)]
    assert in_order_of_each(texts) == {str(person): list(range(EACH)) for person in range(1, PEOPLE + 1)}


def test_webhook_through_failures_keeps_each_persons_order() -> None:
    def answer(caught: Caught) -> tuple[int, bytes]:
        update_id = json.loads(caught.body)["update_id"]
        with lock:
            attempts[update_id] = attempts.get(update_id, 0) + 1
            refused = update_id % 7 == 0 and attempts[update_id] == 1
            if not refused:
                taken.append(json.loads(caught.body)["message"]["text"])
        return (500 if refused else 200), b""

    lock, attempts, taken = threading.Lock(), dict[int, int](), list[str]()
    with TelegramServer(webhook_delay=0.01) as server, WebhookCatcher(answer) as catcher:
        with httpx.Client(trust_env=False) as http:
            url = f"{server.base_url}{server.token}/setWebhook"
            assert http.post(url, json={"url": catcher.url, "max_connections": 8}).json()["ok"]
        all_type(server)
        server.wait_drained(60)
    assert in_order_of_each(taken) == {str(person): list(range(EACH)) for person in range(1, PEOPLE + 1)}
    assert set(attempts.values()) == {1, 2}
