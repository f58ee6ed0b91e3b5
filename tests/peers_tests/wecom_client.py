"""A bare HTTP client of the WeCom API for these tests."""

from __future__ import annotations

from typing import Any

import httpx

from tests.peers import WeComServer


class Client:
    """Calls by name ("message/send"); fetches a token when first needed."""

    def __init__(self, server: WeComServer, http: httpx.Client) -> None:
        self.server, self.http = server, http
        self.token = ""

    def get(self, name: str, **query: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self.http.get(f"{self.server.url}/cgi-bin/{name}", params=query).json()
        return answer

    def fetch(self) -> str:
        answer = self.get("gettoken", corpid=self.server.corp_id, corpsecret=self.server.secret)
        self.token = answer["access_token"]
        return self.token

    def post(self, name: str, body: dict[str, Any], **query: Any) -> dict[str, Any]:
        query = {"access_token": self.token or self.fetch()} | query
        answer: dict[str, Any] = self.http.post(f"{self.server.url}/cgi-bin/{name}", params=query, json=body).json()
        return answer

    def send(self, touser: str, msgtype: str, part: dict[str, Any], **more: Any) -> dict[str, Any]:
        body = {"touser": touser, "msgtype": msgtype, "agentid": self.server.agent_id, msgtype: part}
        return self.post("message/send", body | more)

    def text(self, touser: str, content: str, **more: Any) -> dict[str, Any]:
        return self.send(touser, "text", {"content": content}, **more)

    def upload(self, kind: str, name: str, content: bytes) -> dict[str, Any]:
        query = {"access_token": self.token or self.fetch(), "type": kind}
        files = {"media": (name, content)}
        url = f"{self.server.url}/cgi-bin/media/upload"
        answer: dict[str, Any] = self.http.post(url, params=query, files=files).json()
        return answer


def card(task_id: str = "task-1", **more: Any) -> dict[str, Any]:
    buttons = [{"text": "确认", "style": 1, "key": "yes"}, {"text": "驳回", "style": 2, "key": "no"}]
    title = {"title": "谈话提醒", "desc": "请确认"}
    return {
        "card_type": "button_interaction",
        "main_title": title,
        "task_id": task_id,
        "button_list": buttons,
    } | more
