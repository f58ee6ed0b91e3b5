"""The reminder rules in a real browser: what a change would send, before it is put in force."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import select

from storage.rulebooks.reading import preset_texts
from storage.rulebooks.tables import RulebookAdoption, RulebookVersion
from tests.bot.web.conftest import DESKTOP
from tests.bot.web.site import TOP_STAFF, Site

pytestmark = pytest.mark.browser


def test_a_change_is_previewed_then_adopted(signed_in: Callable[..., Any], site: Site) -> None:
    page = signed_in(TOP_STAFF, DESKTOP)
    page.goto(f"{site.url}/staff/rules")
    page.get_by_text("目前各单位均按通用提醒规则").wait_for()
    own = preset_texts()["standard-1"].replace("standard-1", "own-1").replace("通用提醒规则", "本市提醒规则")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="上传新版本").click()
    text = own.replace("before = [30, 14, 7, 3, 1, 0]", "before = [4]", 1)
    chooser.value.set_files({"name": "own.toml", "mimeType": "text/plain", "buffer": text.encode()})
    page.get_by_text("本市提醒规则（own-1）").click()
    page.get_by_role("button", name="推演今后60天").click()
    heading = page.get_by_role("heading", name="今后60天")
    heading.wait_for(timeout=60_000)
    row = page.locator("tr", has=page.get_by_role("rowheader", name="年度政治监督谈话"))
    now, then = (int(number) for number in row.locator("td.n").all_inner_texts())
    assert 0 < then < now
    page.get_by_role("button", name="采用这个版本").click()
    page.get_by_label("单位名称或编号").fill("青石")
    page.get_by_role("option", name="青石县（Q）").click()
    page.get_by_role("button", name="确定采用").click()
    page.get_by_role("cell", name="青石县", exact=True).wait_for()
    page.get_by_role("cell", name="本市提醒规则（own-1）").wait_for()
    with site.database.reading() as session:
        adopted = session.exec(select(RulebookAdoption)).one()
        assert (adopted.rulebook, str(adopted.valid_from)) == ("own-1", "2025-08-15")


def test_a_wrong_file_is_named_and_nothing_is_kept(signed_in: Callable[..., Any], site: Site) -> None:
    page = signed_in(TOP_STAFF, DESKTOP)
    page.goto(f"{site.url}/staff/rules")
    before = _versions(site)
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="上传新版本").click()
    chooser.value.set_files({"name": "x.toml", "mimeType": "text/plain", "buffer": b"name = "})
    page.locator(".q-notification").wait_for()
    assert _versions(site) == before


def test_only_staff_of_a_top_unit_open_it(signed_in: Callable[..., Any], site: Site) -> None:
    for person in ("A3", "A1"):
        page = signed_in(person, DESKTOP)
        assert page.goto(f"{site.url}/staff/rules").status == 404


def _versions(site: Site) -> list[str]:
    with site.database.reading() as session:
        return sorted(session.exec(select(RulebookVersion.name)))
