"""The queue of updates: kept until confirmed by a higher offset or by the webhook, for at most 24 hours."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Condition
from typing import Any, Literal

from .clock import Clock

KEPT_SECONDS = 24 * 3600
_KIND_NAMES = (
    "message edited_message channel_post edited_channel_post business_connection business_message "
    "edited_business_message deleted_business_messages message_reaction message_reaction_count inline_query "
    "chosen_inline_result callback_query shipping_query pre_checkout_query purchased_paid_media poll poll_answer "
    "my_chat_member chat_member chat_join_request chat_boost removed_chat_boost"
)
UPDATE_KINDS = frozenset(_KIND_NAMES.split())
NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
ReleaseOrder = Literal["as_typed", "reversed", "shuffled"]


@dataclass(frozen=True)
class Update:
    """One update. `key` (chat or user id): the webhook pushes one key in order, different keys in parallel."""

    update_id: int
    kind: str
    body: dict[str, Any]
    key: int
    arrived: float

    def as_json(self) -> dict[str, Any]:
        """The Update object."""
        return {"update_id": self.update_id, self.kind: self.body}


class UpdateQueue:
    """Updates in the order of their ids. Guarded by the server's condition; `woken` is called after every change."""

    def __init__(self, changed: Condition, clock: Clock, woken: Callable[[], None]) -> None:
        self._changed = changed
        self._clock = clock
        self._woken = woken
        self._next_id = 700_000_001
        self._pending: dict[int, Update] = {}
        self._again: list[Update] = []
        self._lanes: dict[int, deque[Update]] = {}
        self._held: list[tuple[str, dict[str, Any], int]] | None = None
        self.allowed: frozenset[str] | None = None
        self.issued: dict[int, Update] = {}
        self.expired: list[int] = []

    def add(self, kind: str, body: dict[str, Any], key: int) -> int:
        """Queue an update and return its id; 0 when this kind is not allowed or updates are being held."""
        with self._changed:
            if kind not in self.allowed if self.allowed is not None else kind in NOT_BY_DEFAULT:
                return 0
            if self._held is not None:
                self._held.append((kind, body, key))
                return 0
            return self._issue(kind, body, key, append=True).update_id

    def _issue(self, kind: str, body: dict[str, Any], key: int, *, append: bool) -> Update:
        update = Update(self._next_id, kind, body, key, self._clock())
        self._next_id += 1
        self.issued[update.update_id] = update
        if append:
            self._append(update)
            self._notify()
        return update

    def _append(self, update: Update) -> None:
        self._pending[update.update_id] = update
        self._lanes.setdefault(update.key, deque()).append(update)

    def _notify(self) -> None:
        self._changed.notify_all()
        self._woken()

    @contextmanager
    def held(self, release: ReleaseOrder, seed: int) -> Iterator[None]:
        """Keep updates back, then let all go at once. The order matters to webhooks; polling sees them by id."""
        with self._changed:
            self._held = []
        try:
            yield
        finally:
            with self._changed:
                late = [self._issue(*parts, append=False) for parts in self._held or []]
                self._held = None
                if release == "reversed":
                    late.reverse()
                elif release == "shuffled":
                    random.Random(seed).shuffle(late)
                for update in late:
                    self._append(update)
                self._notify()

    def repeat(self, update_id: int, times: int) -> None:
        """Deliver an update again with the same id, `times` times, though it was confirmed."""
        with self._changed:
            update = self.issued[update_id]
            self._again.extend([update] * times)
            self._lanes.setdefault(update.key, deque()).extend([update] * times)
            self._notify()

    def take(self, offset: int, limit: int) -> list[Update]:
        """getUpdates: confirm what lies below `offset` (negative: keep only the last -offset), answer up to `limit`."""
        with self._changed:
            self._drop_expired()
            in_order = sorted(self._pending)
            for update_id in in_order[:offset] if offset < 0 else in_order:
                if offset < 0 or update_id < offset:
                    del self._pending[update_id]
            again, self._again = self._again[:limit], self._again[limit:]
            answer = [self._pending[update_id] for update_id in in_order if update_id in self._pending]
            self._changed.notify_all()
            return again + answer[: limit - len(again)]

    def keys(self) -> list[int]:
        """Keys that have something to push."""
        with self._changed:
            self._drop_expired()
            return [key for key in list(self._lanes) if self.head(key) is not None]

    def head(self, key: int) -> Update | None:
        """The next update to push for this key."""
        with self._changed:
            lane = self._lanes.get(key)
            while lane:
                if lane[0].update_id in self._pending or lane[0] in self._again:
                    return lane[0]
                lane.popleft()
            self._lanes.pop(key, None)
            return None

    def pushed(self, update: Update) -> None:
        """The webhook took it."""
        with self._changed:
            if self._pending.pop(update.update_id, None) is None and update in self._again:
                self._again.remove(update)
            lane = self._lanes.get(update.key)
            if lane and lane[0] is update:
                lane.popleft()
            self._changed.notify_all()

    def drop(self) -> None:
        """drop_pending_updates."""
        with self._changed:
            self._pending.clear()
            self._again.clear()
            self._lanes.clear()
            self._changed.notify_all()

    def __len__(self) -> int:
        with self._changed:
            return len(self._pending) + len(self._again)

    def _drop_expired(self) -> None:
        oldest = self._clock() - KEPT_SECONDS
        while self._pending:
            first = next(iter(self._pending.values()))
            if first.arrived >= oldest:
                return
            del self._pending[first.update_id]
            self.expired.append(first.update_id)
