"""Signing in and out over plain HTTP: one-time links and codes, cookies, limits, and the one 404 for everybody."""

from collections.abc import Iterator

import httpx
import pytest

from bot.channels.web.hosting import COOKIE
from tests.bot.web.site import Running, Site


@pytest.fixture
def client(site: Site) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=site.url, trust_env=False, timeout=30) as client:
        yield client


def enter(client: httpx.Client, site: Site, person: str) -> httpx.Response:
    return client.post("/enter", data={"code": site.code(person)})


def test_nobody_gets_in_without_signing_in(client: httpx.Client) -> None:
    for path in ("/", "/staff", "/staff/accounts", "/staff/list/people?kind=untalked"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers.get("location")) == (303, "/enter"), path


def test_looking_at_a_link_uses_nothing_up_and_tells_nobody_whose_it_is(client: httpx.Client, site: Site) -> None:
    code = site.code("A1")
    for _ in range(3):
        seen = client.get(f"/enter/{code}")
        assert seen.status_code == 200
        assert "赵启明" not in seen.text
    assert client.post("/enter", data={"code": code}).status_code == 303


def test_a_code_signs_in_once(client: httpx.Client, site: Site) -> None:
    code = site.code("A1")
    first = client.post("/enter", data={"code": code.lower()})
    cookie = first.headers["set-cookie"]
    assert first.status_code == 303
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie
    assert client.get("/").status_code == 200
    client.cookies.clear()
    assert client.post("/enter", data={"code": code}).status_code == 403


def test_nobody_is_believed_to_be_behind_https(client: httpx.Client, site: Site) -> None:
    answer = client.post("/enter", data={"code": site.code("A1")}, headers={"X-Forwarded-Proto": "https"})
    assert "Secure" not in answer.headers["set-cookie"]


@pytest.mark.parametrize(
    ("settings", "headers"),
    [
        ({"TANHUA_TRUSTED_PROXIES": "127.0.0.1"}, {"X-Forwarded-Proto": "https"}),
        ({"TANHUA_PUBLIC_URL": "https://talks.example.org"}, {"Host": "talks.example.org"}),
    ],
)
def test_behind_https_of_the_settings_the_cookie_is_secure(
    settings: dict[str, str], headers: dict[str, str], site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    running = Running.on(site.data)
    try:
        with httpx.Client(base_url=running.url, trust_env=False, timeout=30) as client:
            answer = client.post("/enter", data={"code": site.code("A1")}, headers=headers)
            assert "Secure" in answer.headers["set-cookie"]
            plain = client.post("/enter", data={"code": site.code("A1")})
            assert "Secure" not in plain.headers["set-cookie"]
    finally:
        running.stop()


def test_a_made_up_cookie_is_nobody(client: httpx.Client) -> None:
    client.cookies.set(COOKIE, "A1")
    assert client.get("/").status_code == 303


def test_another_site_signs_nobody_in_or_out(client: httpx.Client, site: Site) -> None:
    code = site.code("A1")
    for headers in ({"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert client.post("/enter", data={"code": code}, headers=headers).status_code == 403
    assert client.post("/enter", data={"code": code}).status_code == 303
    client.post("/leave", headers={"Origin": "https://elsewhere.example"})
    assert client.get("/").status_code == 200


def test_signing_out_ends_the_session_itself(client: httpx.Client, site: Site) -> None:
    enter(client, site, "A1")
    token = client.cookies[COOKIE]
    assert client.post("/leave").headers["location"] == "/enter"
    client.cookies.set(COOKIE, token)
    assert client.get("/").status_code == 303


def test_absent_and_forbidden_look_the_same(client: httpx.Client, site: Site) -> None:
    enter(client, site, "B3")
    absent = client.get("/no-such-page")
    assert absent.status_code == 404
    assert "没有这个页面" in absent.text
    for path in (
        "/staff",
        "/staff/accounts",
        "/staff/documents",
        "/staff/documents/1",
        "/staff/import",
        "/staff/list/people?kind=untalked",
        "/staff/list/people.xlsx?kind=untalked",
        f"/files/{'0' * 64}",
        "/files/x",
        "/sent/1/0",
        "/docs",
        "/redoc",
        "/openapi.json",
    ):
        answer = client.get(path)
        assert (path, answer.status_code, answer.text) == (path, 404, absent.text)


def test_staff_see_only_their_own_subtree(client: httpx.Client, site: Site) -> None:
    enter(client, site, "N2")
    assert client.get("/staff").status_code == 200
    for path in ("/staff?unit=Y", "/staff/list/people?kind=untalked&unit=Q", "/staff/list/people.xlsx?kind=all&unit=Q"):
        assert client.get(path).status_code == 404, path
    for path in ("/staff/accounts", "/staff/import", "/staff?year=x", "/staff/list/talks?kind=secret", "/staff/list/x"):
        assert client.get(path).status_code == 404, path


def test_administrators_see_counts_not_lists(client: httpx.Client, site: Site) -> None:
    enter(client, site, "A5")
    assert client.get("/staff").status_code == 200
    assert "/staff/list/" not in client.get("/staff").text
    for path in ("/staff/list/people?kind=required", "/staff/list/people.xlsx?kind=required", "/staff/import"):
        assert client.get(path).status_code == 404, path
    assert client.get("/staff/accounts").status_code == 200


def test_every_answer_forbids_what_is_outside(client: httpx.Client) -> None:
    for path in ("/enter", "/no-such-page", "/"):
        headers = client.get(path).headers
        assert "default-src 'self'" in headers["content-security-policy"]
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"


def test_too_many_wrong_codes_must_wait(client: httpx.Client, site: Site) -> None:
    answers = [client.post("/enter", data={"code": "22222-33333"}).status_code for _ in range(8)]
    assert answers[-1] == 429
    assert set(answers) == {403, 429}
    assert enter(client, site, "A1").status_code == 429
