"""What `tanhua doctor` looks at, step by step: settings, database, index, calendar, each channel; and what to do."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.app import App
from jobs.watchdog import zone_hint


class Verdict(StrEnum):
    """How a step went."""

    GOOD = "正常"
    WARNING = "注意"
    BAD = "异常"


@dataclass(frozen=True)
class Finding:
    """One step: what was looked at, how it is, and what to do when it is not well."""

    subject: str
    verdict: Verdict
    text: str = ""


SKEW_SECONDS = 60


def clock_finding(seconds: float | None) -> Finding:
    """The server's clock beside a platform's, `seconds` ahead of it; None: not to be compared."""
    if seconds is None:
        return Finding("服务器时间", Verdict.WARNING, "无法与平台比对时间，请确认服务器已校时。")
    if abs(seconds) <= SKEW_SECONDS:
        return Finding("服务器时间", Verdict.GOOD)
    text = f"比平台{'快' if seconds > 0 else '慢'} {abs(seconds):.0f} 秒：企业微信回调会被当作过期，提醒时刻也不准。"
    return Finding("服务器时间", Verdict.BAD, f"{text}{zone_hint(seconds)}请用 NTP 校准服务器时间。")


async def examine(app: App) -> AsyncIterator[Finding]:
    """Every step that the settings call for, in order."""
    for finding in _here(app):
        yield finding
    from bot.servers_checkup import examine_servers

    for finding in examine_servers(app.settings):
        yield finding
    if app.settings.telegram_token.get_secret_value():
        from bot.channels.telegram_checkup import examine_telegram

        async for finding in examine_telegram(app):
            yield finding
    else:
        yield Finding("Telegram", Verdict.GOOD, "未启用。")
    if app.settings.wecom_corp_id:
        from bot.channels.wecom_checkup import examine_wecom

        async for finding in examine_wecom(app):
            yield finding
    else:
        yield Finding("企业微信", Verdict.GOOD, "未启用。")


def _here(app: App) -> Iterator[Finding]:
    yield _settings(app)
    yield _database(app)
    yield _folder(app)
    yield _chroma(app)
    yield _calendar(app)


def _settings(app: App) -> Finding:
    if app.settings.now is not None:
        return Finding("设置", Verdict.WARNING, "已设置 TANHUA_NOW，时钟不是真实时间。正式使用请去掉。")
    if app.settings.host not in ("127.0.0.1", "localhost", "::1"):
        return Finding("设置", Verdict.WARNING, "网页对外开放。请确认前面有 HTTPS 代理。")
    return Finding("设置", Verdict.GOOD)


def _database(app: App) -> Finding:
    from sqlalchemy import text

    kind = "SQLite" if app.database.is_sqlite else "PostgreSQL"
    try:
        with app.database.transaction() as session:
            session.connection().execute(text("SELECT 1"))
    except Exception as error:
        return Finding(
            "数据库", Verdict.BAD, f"{kind} 无法写入（{type(error).__name__}）。请检查地址、权限和磁盘空间。"
        )
    return Finding("数据库", Verdict.GOOD, kind)


def _folder(app: App) -> Finding:
    import shutil

    free = shutil.disk_usage(app.data).free / 1024**3
    if free < 1:
        return Finding("数据目录", Verdict.BAD, f"所在磁盘仅剩 {free:.1f} GB，请清理。")
    return Finding("数据目录", Verdict.GOOD, f"剩余空间 {free:.0f} GB")


def _chroma(app: App) -> Finding:
    url = app.settings.chroma_url
    if not url:
        return Finding("向量索引", Verdict.GOOD, "在数据目录内；删除后会自动重建。")
    import httpx

    try:
        httpx.get(f"{url.rstrip('/')}/api/v2/heartbeat", timeout=5, trust_env=False).raise_for_status()
    except Exception as error:
        return Finding(
            "向量索引", Verdict.BAD, f"Chroma 服务无法连接（{type(error).__name__}）。请检查 TANHUA_CHROMA_URL。"
        )
    return Finding("向量索引", Verdict.GOOD, "Chroma 服务")


def _calendar(app: App) -> Finding:
    from storage.calendar import working_days
    from storage.instants import shanghai_date

    year = shanghai_date(app.clock()).year
    with app.database.reading() as session:
        calendar = working_days(session)
    for one in (year, year + 1):
        if not calendar.is_known(date(one, 6, 1)):
            return Finding(
                "工作日历",
                Verdict.WARNING,
                f"{one} 年放假安排不在内置日历中，按周末计算并标注“暂定”。公布后请升级或在工作台补录。",
            )
    return Finding("工作日历", Verdict.GOOD, f"已含 {year} 年和 {year + 1} 年")
