"""The console in a real browser: every figure is the length of the list it opens; documents, accounts, import."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlmodel import select

from storage.documents.tables import PolicyDocument
from storage.people.tables import Person
from tests.bot.web.conftest import DESKTOP, PHONE
from tests.bot.web.site import TOP_ADMINISTRATOR, TOP_STAFF, Site, site_book

pytestmark = pytest.mark.browser
OPTIONS = ("demo",)
RULE = (
    "云溪市谈话工作办法（试行）\n第一条 为规范谈话工作，制定本办法。\n第二条 谈话由主要负责人进行，每年不少于一次。\n"
)


def figures(page: Any) -> dict[str, int]:
    """Every figure of the page by the address it opens."""
    links = page.locator("a[href*='/staff/list/']").evaluate_all(
        "all => all.map(one => [one.getAttribute('href'), one.textContent])"
    )
    return {address: int(number) for address, number in links}


def rows_listed(page: Any) -> int:
    return page.locator("tbody tr").count()


def test_every_figure_is_the_length_of_its_list(signed_in: Callable[..., Any], site: Site) -> None:
    page = signed_in("A3", DESKTOP)
    page.get_by_role("link", name="工作台").click()
    page.get_by_role("heading", name="2025年谈话情况").wait_for()
    page.locator("canvas, .chart svg").first.wait_for()
    shown = figures(page)
    assert len(shown) > 40
    assert shown["/staff/list/people?year=2025&kind=required"] == 3
    assert shown["/staff/list/people?year=2025&kind=untalked"] == 2
    assert shown["/staff/list/findings?year=2025&kind=late"] == 1
    typed = {address: number for address, number in shown.items() if "type=" in address}
    assert sorted(number for address, number in typed.items() if "kind=talks" in address) == [1, 2]
    whole = [address for address in shown if "unit=" not in address and "level=" not in address]
    for address in {*whole, *(address for address, number in shown.items() if number)}:
        number = shown[address]
        book = page.context.request.get(f"{site.url}{address.replace('?', '.xlsx?', 1)}")
        assert book.status == 200, address
        sheet = load_workbook(io.BytesIO(book.body())).worksheets[0]
        assert sheet.max_row - 1 == number, address
    for address in ("/staff/list/people?year=2025&kind=untalked", "/staff/list/findings?year=2025&kind=talks"):
        page.goto(site.url + address)
        assert rows_listed(page) == shown[address]
    assert page.locator("td", has_text="议事规则执行不严").count() == 1


def test_the_parts_add_up_and_a_unit_opens_to_those_below(signed_in: Callable[..., Any], site: Site) -> None:
    page = signed_in("A4", DESKTOP)
    page.goto(f"{site.url}/staff?year=2025")
    panel = page.locator(".panel", has=page.get_by_role("heading", name="各单位情况"))
    columns = [
        [int(number) for number in row.locator("td.n a").all_inner_texts()] for row in panel.locator("tbody tr").all()
    ]
    assert [sum(column) for column in zip(*columns[:-1], strict=True)] == columns[-1]
    panel.get_by_role("link", name="青石县", exact=True).click()
    page.get_by_role("heading", name="2025年谈话情况 · 青石县").wait_for()
    page.get_by_role("navigation", name="所在位置").get_by_role("link", name="云溪市").click()
    page.get_by_role("heading", name="2025年谈话情况 · 云溪市").wait_for()


def test_nobody_sees_a_document_before_an_audience_is_chosen(signed_in: Callable[..., Any], site: Site) -> None:
    page = signed_in("A3", DESKTOP)
    page.goto(f"{site.url}/staff/documents")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="收录文件").click()
    chooser.value.set_files({"name": "谈话办法.txt", "mimeType": "text/plain", "buffer": RULE.encode()})
    page.locator("td", has_text="尚未选定").wait_for()
    assert _audience(site) == ("未定", None)
    page.get_by_role("button", name="选择知悉范围").click()
    page.get_by_label("指定单位及其下级").click()
    page.get_by_role("button", name="确定").click()
    page.get_by_text("请先选择单位").wait_for()
    page.get_by_label("单位名称或编号").fill("青石")
    page.get_by_role("option", name="青石县（Q）").click()
    page.get_by_role("button", name="确定").click()
    page.locator("td", has_text="青石县及其下级").wait_for()
    assert _audience(site)[0] == "单位"
    page.get_by_role("link", name="谈话", exact=False).first.click()
    page.locator(".text", has_text="每年不少于一次").wait_for()
    page.get_by_role("button", name="撤下").click()
    page.get_by_role("button", name="恢复使用").wait_for()
    page.get_by_role("button", name="恢复使用").click()
    page.get_by_role("button", name="撤下").wait_for()


@pytest.mark.parametrize(
    ("person", "place", "button", "said"),
    [
        ("A3", "documents", "收录文件", "没有上传。每个文件不超过 20 MB。"),
        (TOP_ADMINISTRATOR, "import", "选择工作簿", "没有上传。请选择 .xlsx 文件，不超过 100 MB。"),
        (TOP_STAFF, "rules", "上传新版本", "没有上传。请选择 .toml 文件，不超过 200 KB。"),
    ],
)
def test_a_file_the_browser_does_not_send_is_said(
    signed_in: Callable[..., Any], site: Site, tmp_path: Path, person: str, place: str, button: str, said: str
) -> None:
    page = signed_in(person, DESKTOP)
    page.goto(f"{site.url}/staff/{place}")
    large = tmp_path / "大.pdf"
    with large.open("wb") as file:
        file.truncate(21 * 1024**2)
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name=button).click()
    chooser.value.set_files(large)
    page.get_by_text(said).wait_for()


def _audience(site: Site) -> tuple[str, int | None]:
    with site.database.reading() as session:
        return session.exec(select(PolicyDocument.audience, PolicyDocument.audience_unit_id)).one()


def test_an_administrator_gives_a_code_and_it_signs_in(
    signed_in: Callable[..., Any], opened: Callable[..., Any], site: Site
) -> None:
    page = signed_in("A5", DESKTOP)
    page.goto(f"{site.url}/staff/accounts?q=冯乡")
    page.get_by_role("button", name="给冯乡（D1）发登录码").click()
    code = page.locator(".dialog .code").inner_text()
    page.locator(".dialog .qr svg").wait_for()
    assert page.locator(".dialog .link").inner_text() == f"{site.url}/enter/{code}"
    other = opened(PHONE)
    other.goto(f"{site.url}/enter")
    other.get_by_label("登录码").fill(code.lower())
    other.get_by_role("button", name="登录").click()
    other.get_by_label("输入消息").wait_for()
    assert other.get_by_text("冯乡").count() > 0
    page.get_by_role("button", name="关闭").click()
    page.reload()
    page.get_by_role("button", name="解除冯乡（D1）的全部绑定").click()
    page.get_by_role("button", name="解除绑定", exact=True).last.click()
    other.get_by_label("登录码").wait_for()


def test_accounts_outside_the_subtree_are_not_there(signed_in: Callable[..., Any], site: Site) -> None:
    page = signed_in("A5", DESKTOP)
    page.goto(f"{site.url}/staff/accounts?q=陈外")
    page.get_by_text("共 0 人").wait_for()


def test_a_workbook_is_checked_first_and_written_when_confirmed(
    signed_in: Callable[..., Any], site: Site, tmp_path: Path
) -> None:
    page = signed_in("S1", DESKTOP)
    page.goto(f"{site.url}/staff/import")
    bad = site_book().person("X1", "没有的单位", 姓名="何新").save(tmp_path / "bad.xlsx")
    _choose_workbook(page, bad)
    page.get_by_role("heading", name="共 1 处问题").wait_for()
    with page.expect_download() as download:
        page.get_by_role("button", name="下载标注副本").click()
    assert _sheets(download.value)[0] == "导入问题"
    good = site_book().person("X1", "Y", 姓名="何新").save(tmp_path / "good.xlsx")
    _choose_workbook(page, good)
    page.get_by_role("heading", name="检查通过").wait_for()
    assert not _is_there(site, "X1")
    page.get_by_role("button", name="确认导入").click()
    page.get_by_role("heading", name="导入完成").wait_for()
    assert _is_there(site, "X1")
    with page.expect_download() as template:
        page.get_by_role("button", name="下载空白模板").click()
    assert "单位" in _sheets(template.value)


def _choose_workbook(page: Any, path: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="选择工作簿").click()
    chooser.value.set_files(path)


def _sheets(download: Any) -> list[str]:
    return load_workbook(io.BytesIO(Path(download.path()).read_bytes())).sheetnames


def _is_there(site: Site, code: str) -> bool:
    with site.database.reading() as session:
        return session.exec(select(Person.id).where(Person.code == code)).first() is not None


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_no_page_sticks_out(signed_in: Callable[..., Any], site: Site, size: dict[str, int]) -> None:
    page = signed_in("S1", size)
    for path in ("/staff", "/staff/accounts", "/staff/documents", "/staff/import"):
        page.goto(site.url + path)
        page.get_by_role("heading", level=2).wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], path
        assert page.title().endswith("谈话助手")


def test_moving_the_demonstrations_clock_brings_the_next_reminder(signed_in: Callable[..., Any]) -> None:
    page = signed_in("B1")
    before = page.locator(".line.reminder").count()
    assert page.get_by_text("演示日期：2025年8月14日").count() == 1
    page.get_by_role("button", name="前进30天").click()
    page.get_by_text("演示日期：2025年9月13日").wait_for()
    page.locator(".line.reminder").nth(before).wait_for()
