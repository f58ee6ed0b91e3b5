"""Takes the pictures of `docs/screenshots` from a fresh demo: `python -m tests.bot.web.screenshots OUT`."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from tests.bot.web.conftest import DESKTOP, PHONE, SWITCHES
from tests.bot.web.site import ROOT

SETTLED = 900  # milliseconds, for fonts and the chart


def main() -> None:
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        demo, links = _demo(Path(folder))
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(SWITCHES))
        try:
            _pictures(browser, links, out)
        finally:
            browser.close()
            demo.terminate()
            demo.wait(timeout=20)


def _demo(folder: Path) -> tuple["subprocess.Popen[str]", list[str]]:
    command = [sys.executable, "-m", "bot", "demo", "--data", str(folder)]
    environment = {**os.environ, "TANHUA_PORT": "0"}
    demo = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment)
    assert demo.stdout is not None
    links: list[str] = []
    for line in demo.stdout:
        links += re.findall(r"http://\S+/enter/\S+", line)
        if line.startswith("ready"):
            break
    return demo, links


def _enter(browser: Any, link: str, size: dict[str, int]) -> Any:
    page = browser.new_context(viewport=size, locale="zh-CN", device_scale_factor=2).new_page()
    page.goto(link)
    page.get_by_role("button", name="登录").click()
    page.get_by_label("输入消息").wait_for()
    return page


def _take(page: Any, out: Path, name: str) -> None:
    page.wait_for_timeout(SETTLED)
    page.screenshot(path=out / f"{name}.png")


def _say(page: Any, text: str, answer: str) -> None:
    page.get_by_label("输入消息").fill(text)
    page.keyboard.press("Enter")
    page.locator(".line:not(.mine) .bubble", has_text=answer).last.wait_for(timeout=60_000)


def _pictures(browser: Any, links: list[str], out: Path) -> None:
    leader = _enter(browser, links[0], PHONE)
    leader.locator(".reminder").first.wait_for()
    _take(leader, out, "reminder-phone")
    _say(leader, "任职谈话能不能抵作年度政治监督谈话？", "不能")
    _take(leader, out, "answer-phone")
    leader.set_viewport_size(DESKTOP)
    _take(leader, out, "chat-desktop")
    official = _enter(browser, links[1], PHONE)
    _say(official, "汇报进展", "要汇报哪一项")
    official.locator(".choices").last.get_by_role("button").first.click()
    official.locator(".line:not(.mine) .bubble", has_text="做了哪些工作").wait_for()
    _say(official, "已建立拨付台账，按周通报两次", "完成了多少")
    _take(official, out, "form-phone")
    _say(official, "完成了六成，12月15日前，卡在征地手续", "佐证材料")
    _take(official, out, "facts-phone")
    _say(official, "跳过", "请核对")
    _take(official, out, "summary-phone")
    staff = _enter(browser, links[2], DESKTOP)
    staff.get_by_role("link", name="工作台").click()
    staff.locator(".chart canvas, .chart svg").first.wait_for()
    _take(staff, out, "staff-desktop")
    staff.get_by_role("link", name="未谈人数").click()
    staff.get_by_role("heading", name="未谈名单").wait_for()
    _take(staff, out, "list-desktop")


if __name__ == "__main__":
    main()
