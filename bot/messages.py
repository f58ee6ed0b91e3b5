"""What a channel hands in: channel-neutral and frozen. What goes out is `storage.outbox.body.Body`."""

import json
import re
from dataclasses import dataclass

from storage.attachments.folder import KeptFile

UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\xad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ud800-\udfff]")
"""What nobody types on purpose: controls and half characters, which no database takes, and the invisible marks that
come along when somebody copies a text, such as one of ours in WeCom."""


@dataclass(frozen=True)
class IncomingMessage:
    """One message from somebody: typed text, a tapped choice, or files. `refused` says why files were not taken.

    `external_id` is the channel's own id, unique in the channel; `account` the sender's id there. `private` is False
    in a group chat.
    """

    channel: str
    external_id: str
    account: str
    text: str = ""
    choice: str = ""
    files: tuple[KeptFile, ...] = ()
    refused: tuple[str, ...] = ()
    private: bool = True
    other: bool = False
    """Something without use to us, such as a location."""

    def __post_init__(self) -> None:
        """Take out what nobody sees."""
        for name in ("text", "choice"):
            object.__setattr__(self, name, UNSEEN.sub("", getattr(self, name)))

    def to_json(self) -> str:
        """The content as JSON, for the inbox."""
        return json.dumps(
            {
                "text": self.text,
                "choice": self.choice,
                "files": [file.__dict__ for file in self.files],
                "refused": list(self.refused),
                "private": self.private,
                "other": self.other,
            },
            ensure_ascii=False,
        )


def read_message(channel: str, account: str, body: str) -> IncomingMessage:
    """The message stored as `body`."""
    data = json.loads(body)
    return IncomingMessage(
        channel,
        "",
        account,
        data["text"],
        data["choice"],
        tuple(KeptFile(**file) for file in data["files"]),
        tuple(data["refused"]),
        data["private"],
        data.get("other", False),
    )
