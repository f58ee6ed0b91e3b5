"""Downloads: a stored file by the digest of its content, a file that came with a message. Others get the same 404."""

import re
from mimetypes import guess_type
from pathlib import Path
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from bot.channels.web.hosting import Host, Visitor, off_loop, visitor_from
from bot.channels.web.plain import not_found
from storage.attachments.access import attachment_for, is_somebodys
from storage.attachments.folder import path_of
from storage.conversations.threads import sent_file
from storage.errors import NotFound

DIGEST = re.compile(r"[0-9a-f]{64}")


class Files:
    """The routes of downloads."""

    def __init__(self, host: Host) -> None:
        self.host = host

    async def attachment(self, request: Request) -> Response:
        """GET /files/<digest>: for whoever may see a finding it belongs to, and its owner."""
        visitor = await visitor_from(self.host, request)
        digest = str(request.path_params["digest"])
        if visitor is None or not DIGEST.fullmatch(digest):
            return not_found()
        return await off_loop(self._attachment, visitor, digest)

    async def sent(self, request: Request) -> Response:
        """GET /sent/<message>/<number>: a file that came with one's own message."""
        visitor = await visitor_from(self.host, request)
        if visitor is None:
            return not_found()
        return await off_loop(
            self._sent, visitor, int(request.path_params["message"]), int(request.path_params["number"])
        )

    def _attachment(self, visitor: Visitor, digest: str) -> Response:
        try:
            with self.host.app.database.reading() as session:
                view = attachment_for(session, visitor.actor, digest)
        except NotFound:
            return not_found()
        return _download(path_of(self.host.app.data, digest), view.name, view.media)

    def _sent(self, visitor: Visitor, message_id: int, number: int) -> Response:
        with self.host.app.database.reading() as session:
            found = sent_file(session, visitor.actor.person_id, message_id, number)
            if found is None:
                return not_found()
            path, name = Path(found[0]).resolve(), found[1]
            data = self.host.app.data.resolve()
            if not path.is_relative_to(data):
                return not_found()
            # Somebody's file: whether this person may have it is asked as it stands now, not as it stood then.
            from_somebody = path.is_relative_to(data / "attachments") and is_somebodys(session, path.name)
        if from_somebody:
            return self._attachment(visitor, path.name)
        return _download(path, name, guess_type(name)[0] or "application/octet-stream")


def _download(path: Path, name: str, media: str) -> Response:
    if not path.is_file():
        return not_found()
    return FileResponse(
        path,
        media_type=media,
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
            "Cache-Control": "private, no-store",
        },
    )
