"""What every page has: its head, the bar on top, and, in the demonstration only, the bar that moves the clock."""

from collections.abc import Awaitable, Callable, Sequence

from nicegui import events, ui
from nicegui.elements.mixins.text_element import TextElement

from bot.channels.web.hosting import Host, is_demo, move_clock, off_loop, today_of
from bot.channels.web.plain import HEAD, MARK, PRODUCT
from storage.instants import WEEKDAYS, full_date

MOVES = (1, 7, 30)


class Words(TextElement):
    """Text in an HTML element of one's choice; never read as HTML."""

    def __init__(self, tag: str, text: str) -> None:
        super().__init__(tag=tag, text=text)


def box(kind: str = "", tag: str = "div") -> ui.element:
    """An element with our classes."""
    return ui.element(tag).classes(kind)


def button(label: str, on_click: Callable[..., object] | None, *, kind: str = "") -> ui.button:
    """A button in our style."""
    return ui.button(label, on_click=on_click, color=None).props("flat no-caps").classes(f"act {kind}")


def picker(
    label: str,
    on_files: Callable[[list[tuple[str, bytes]]], Awaitable[None]],
    *,
    largest: int,
    accept: str = "",
    many: bool = False,
    kind: str = "",
) -> ui.button:
    """A button to choose files by; gives them as (name, content). `accept`: an ending such as .xlsx; "" takes any.

    What the browser does not send, being too large (in bytes) or of another kind, is said on the page.
    """
    only = f"请选择 {accept} 文件，" if accept else "每个文件"

    async def taken(event: events.MultiUploadEventArguments) -> None:
        files = [(file.name, await file.read()) for file in event.files]
        upload.reset()
        await on_files(files)

    upload = ui.upload(
        multiple=many,
        auto_upload=True,
        max_file_size=largest,
        on_multi_upload=taken,
        on_rejected=lambda: ui.notify(
            f"没有上传。{only}不超过 {spoken_size(largest)}。", type="warning", position="top"
        ),
    )
    upload.classes("offstage").props('aria-hidden="true"' + (f' accept="{accept}"' if accept else ""))
    return button(label, None, kind=kind).on("click", js_handler=f"() => runMethod({upload.id}, 'pickFiles', [])")


def spoken_size(size: int) -> str:
    """A number of bytes as people say it: 20 MB, 200 KB."""
    return f"{size // 1_000_000} MB" if size >= 1_000_000 else f"{size // 1_000} KB"


def head() -> None:
    """Links of the page's head."""
    ui.add_head_html(HEAD)


def top_bar(who: str, links: Sequence[tuple[str, str]]) -> None:
    """Product, person, links (label, address), and signing out."""
    with box("bar", "header"):
        with box("mark").props('aria-hidden="true"'):
            ui.html(MARK, sanitize=False)
        with box("names"):
            Words("h1", PRODUCT)
            Words("div", who).classes("who")
        for label, target in links:
            ui.link(label, target)
        with ui.element("form").props('method="post" action="/leave"'):
            Words("button", "退出").classes("plainly").props('type="submit"')


def demo_bar(host: Host, moved: Callable[[], Awaitable[None]]) -> None:
    """The day it is in the demonstration, and buttons that move it on; nothing anywhere else."""
    if not is_demo(host):
        return
    with box("demo").props('role="region" aria-label="演示时钟"'):
        today = Words("span", _demo_day(host)).classes("today")

        async def move(days: int) -> None:
            await off_loop(move_clock, host, days)
            today.text = _demo_day(host)
            await moved()

        for days in MOVES:
            button(f"前进{days}天", lambda days=days: move(days), kind="light small")
        ui.timer(2.0, lambda: today.set_text(_demo_day(host)))


def _demo_day(host: Host) -> str:
    day = today_of(host)
    return f"演示日期：{full_date(day)} 星期{WEEKDAYS[day.weekday()]}"
