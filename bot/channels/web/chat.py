"""The chat page: the person's whole thread, kept up to date by itself, and what they type, tap or attach."""

from nicegui import events, ui
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.channels.web.bubbles import Bubble, FileLink
from bot.channels.web.frame import Words, box, button, demo_bar, head, top_bar
from bot.channels.web.hosting import Host, Visitor, off_loop, visitor_from
from bot.channels.web.plain import titled
from bot.channels.web.speaking import Mark, Picture, SignedOut, Speaker
from storage.attachments.rules import ACCEPTED, LARGEST
from storage.outbox.body import Choice

PAGE = 60
WELCOME = "您好。可以直接提问，或点“菜单”查看可以办理的事项。"
UNHURRIED, HURRIED = 1.0, 0.3
"""Seconds between two looks: usually, and while an answer is awaited."""

SEND = "(function go() { window.sendTyped ? window.sendTyped() : setTimeout(go, 100); })()"
"""On a slow line a page can be typed in before it is connected: what is sent then goes out once it is."""
TAP = f"() => {{ {SEND}; }}"
KEYS = f"""(e) => {{
  if (e.key !== 'Enter' || e.shiftKey || e.isComposing || e.keyCode === 229) return;
  e.preventDefault();
  {SEND};
}}"""
SCRIPT = """
(() => {
  const box = document.getElementById('typed'), thread = document.getElementById('thread');
  const kept = 'draft:' + WHO;
  const grow = () => { box.style.height = '42px'; box.style.height = Math.min(box.scrollHeight + 2, 132) + 'px'; };
  box.value = box.value || sessionStorage.getItem(kept) || ''; grow();
  box.addEventListener('input', () => { sessionStorage.setItem(kept, box.value); grow(); });
  window.sendTyped = () => {
    const text = box.value.trim();
    if (!text || box.readOnly) return;
    box.readOnly = true; emitEvent('typed', text);
    setTimeout(() => { box.readOnly = false; }, 8000);
  };
  window.typedTaken = () => { box.value = ''; box.readOnly = false; sessionStorage.removeItem(kept); grow(); };
  window.toEnd = () => requestAnimationFrame(() => { thread.scrollTop = thread.scrollHeight; });
  window.nearEnd = () => thread.scrollHeight - thread.scrollTop - thread.clientHeight < 400;
  const tell = () => emitEvent('visible', document.visibilityState === 'visible');
  document.addEventListener('visibilitychange', tell); tell();
})();
"""


def add_chat(host: Host) -> None:
    """Declare the chat page."""

    @ui.page("/", title=titled("对话"))
    async def chat(request: Request) -> Response | None:
        visitor = await visitor_from(host, request)
        if visitor is None:
            return RedirectResponse("/enter", 303)
        page = ChatPage(host, visitor)
        first = await off_loop(page.speaker.look, None, PAGE)
        page.build(first)
        return None


class ChatPage:
    """One open page of one person."""

    def __init__(self, host: Host, visitor: Visitor) -> None:
        self.host = host
        self.visitor = visitor
        self.speaker = Speaker(host, visitor.token, visitor.actor.person_id)
        self.limit = PAGE
        self.mark: Mark | None = None
        self.shown: dict[str, tuple[Bubble, ui.element]] = {}
        self.is_visible = True
        self.is_looking = False
        self.tapped: set[tuple[str, str]] = set()

    def build(self, first: Picture | None) -> None:
        """Lay the page out and show the thread."""
        head()
        self.client = ui.context.client
        actor = self.visitor.actor
        staff = bool(actor.is_staff or actor.administrator_paths)
        with box("chat"):
            top_bar(actor.name, [("工作台", "/staff")] if staff else [])
            demo_bar(self.host, self.refresh)
            with box("thread", "main").props(
                'id="thread" role="log" aria-live="polite" aria-label="对话" tabindex="0"'
            ):
                with box("earlier") as self.earlier:
                    button("更早的消息", self.show_earlier, kind="light small")
                self.welcome = Words("p", WELCOME).classes("empty")
                self.lines = box()
            self.working = Words("div", "").classes("working").props('role="status"')
            self._composer()
        ui.on("typed", self.typed)
        ui.on("visible", self.seen)
        ui.run_javascript(SCRIPT.replace("WHO", str(actor.person_id)))
        self.timer = ui.timer(UNHURRIED, self.refresh)
        if first:
            self._show(first, follow=True)

    def _composer(self) -> None:
        self.upload = ui.upload(
            multiple=True,
            auto_upload=True,
            max_file_size=LARGEST,
            on_multi_upload=self.received,
            on_rejected=self.rejected,
        )
        self.upload.classes("offstage").props('aria-hidden="true" tabindex="-1"')
        with box("composer", "footer"):
            button("菜单", lambda: self.send_text("帮助"), kind="light")
            attach = button("附件", None, kind="light").props('aria-label="发送附件"')
            attach.on("click", js_handler=f"() => runMethod({self.upload.id}, 'pickFiles', [])")
            ui.element("textarea").props(
                'id="typed" rows="1" maxlength="4000" aria-label="输入消息" placeholder="输入问题或事项"'
            ).on("keydown", js_handler=KEYS)
            button("发送", None).on("click", js_handler=TAP)

    async def typed(self, event: events.GenericEventArguments) -> None:
        """Something was typed and sent."""
        await self.send_text(str(event.args))
        self.client.run_javascript("window.typedTaken()")

    async def send_text(self, text: str) -> None:
        """Say `text` for the person."""
        if text.strip():
            await self._do(self.speaker.say, text)

    async def choose(self, key: str, choice: Choice) -> None:
        """A button was tapped; a second tap on it changes nothing."""
        if (key, choice.id) in self.tapped:
            return
        self.tapped.add((key, choice.id))
        await self._do(self.speaker.choose, choice.id)

    async def received(self, event: events.MultiUploadEventArguments) -> None:
        """Files were attached."""
        files = [(file.name, await file.read()) for file in event.files]
        self.upload.reset()
        await self._do(self.speaker.hand_in, files)

    def rejected(self) -> None:
        """The browser refused a file as too large."""
        ui.notify(f"文件过大，没有发送。{ACCEPTED}", type="warning", position="top")

    async def seen(self, event: events.GenericEventArguments) -> None:
        """The page came to the front, or went behind: a page nobody sees takes no reminders."""
        self.is_visible = bool(event.args)
        if self.is_visible:
            await self.refresh()

    async def show_earlier(self) -> None:
        """Show more of the thread."""
        self.limit += PAGE
        self.mark = None
        await self.refresh(follow=False)

    async def _do(self, action: object, *args: object) -> None:
        assert callable(action)
        try:
            await off_loop(action, *args)
        except SignedOut:
            self._leave()
            return
        await self.refresh()

    async def refresh(self, *, follow: bool = True) -> None:
        """Look again, and show what changed."""
        if self.is_looking or not self.is_visible:
            return
        self.is_looking = True
        try:
            picture = await off_loop(self.speaker.look, self.mark, self.limit)
        except SignedOut:
            self._leave()
            return
        finally:
            self.is_looking = False
        if picture:
            self._show(picture, follow=follow)

    def _leave(self) -> None:
        self.timer.deactivate()
        with self.client:
            ui.navigate.to("/enter")

    def _show(self, picture: Picture, *, follow: bool) -> None:
        self.mark = picture.mark
        self.timer.interval = HURRIED if picture.waiting else UNHURRIED
        self.working.text = "正在处理，请稍候" if picture.waiting else ""
        self.earlier.set_visibility(picture.has_more)
        self.welcome.set_visibility(not picture.bubbles)
        known = list(self.shown)
        wanted = [bubble.key for bubble in picture.bubbles]
        kept = [key for key in known if key in set(wanted)]
        if kept != wanted[: len(kept)]:
            self.lines.clear()
            self.shown.clear()
        for key in [key for key in self.shown if key not in set(wanted)]:
            self.shown.pop(key)[1].delete()
        grew = False
        for bubble in picture.bubbles:
            before = self.shown.get(bubble.key)
            if before is None:
                with self.lines:
                    place = box()
                self._fill(place, bubble)
                grew = True
            elif before[0] != bubble:
                place = before[1]
                place.clear()
                self._fill(place, bubble)
        if grew and follow:
            self.client.run_javascript("window.toEnd && window.toEnd()")

    def _fill(self, place: ui.element, bubble: Bubble) -> None:
        self.shown[bubble.key] = (bubble, place)
        with place:
            if bubble.day:
                Words("div", bubble.day).classes("day")
            with box(f"line {'mine' if bubble.mine else ''} {bubble.kind}"):
                with box("bubble"):
                    if bubble.text:
                        Words("div", bubble.text)
                    _files(bubble.files)
                if bubble.choices:
                    with box("choices").props('role="group" aria-label="可选操作"'):
                        for choice in bubble.choices:
                            button(
                                choice.label,
                                lambda key=bubble.key, choice=choice: self.choose(key, choice),
                                kind="light choice",
                            )
                Words("div", " ".join(filter(None, (bubble.time, bubble.note)))).classes("stamp")


def _files(files: tuple[FileLink, ...]) -> None:
    if not files:
        return
    with box("files"):
        for file in files:
            ui.link(file.name, file.url).classes("file").props("download")
