"""A topic as this process knows it: who listens, how to look at it, and up to which version each has come."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from consumers import frames
from consumers.client import Client
from consumers.codes import Code

EARLY_FRAMES = 1000


@dataclass(frozen=True)
class Seen:
    """How a topic stands in the database, and the version of exactly that."""

    version: int
    data: Any


# Asks the database about topics; called in a thread. A topic that is gone is left out.
Look = Callable[[Sequence[str]], Mapping[str, Seen]]


@dataclass(frozen=True)
class Watch:
    """What one socket is about: its topics, all of one kind, and how to look at them."""

    topics: Sequence[str]
    look: Look
    is_stream: bool


@dataclass(eq=False)
class Topic:
    """Listened to by at least one client. A stream skips no version; of the others the newest counts."""

    name: str
    look: Look
    is_stream: bool
    listeners: "set[Subscription]" = field(default_factory=set)

    def tell(self, *, version: int, frame: str) -> None:
        """Hand an update to everybody."""
        for listener in tuple(self.listeners):
            listener.take(version=version, frame=frame)


@dataclass(eq=False)
class Subscription:
    """One client's place in one topic. Until it is joined to a snapshot, updates are kept, not sent."""

    client: Client
    topic: Topic
    version: int | None = None
    early: list[tuple[int, str]] = field(default_factory=list)
    owed_version: int = 0
    owed_at: float = 0.0

    def take(self, *, version: int, frame: str) -> None:
        """An update: sent if it is new; on a stream, a hole before it ends the client."""
        if self.version is None:
            self._keep(version, frame)
        elif self.topic.is_stream and version > self.version + 1:
            self.client.end(Code.HISTORY_LOST)
        elif version > self.version:
            self.version = version
            self.client.push(frame, slot=None if self.topic.is_stream else self.topic.name)

    def join(self, seen: Seen) -> None:
        """Send the snapshot, then the updates that came while it was read and are not in it."""
        self._show(seen)
        early, self.early = self.early, []
        for version, frame in early:
            self.take(version=version, frame=frame)

    def catch_up(self, seen: Seen, *, at: float) -> None:
        """News may have been lost: show what is new, or note what a stream must still bring (is_overdue)."""
        if self.version is None or seen.version <= self.version:
            return
        if self.topic.is_stream:
            self.owed_version, self.owed_at = seen.version, at
        else:
            self._show(seen)

    def is_overdue(self, *, at: float) -> bool:
        """Whether what catch_up noted has not come by its time; it is forgotten either way once it is due."""
        if not self.owed_version or at < self.owed_at:
            return False
        owed, self.owed_version = self.owed_version, 0
        return self.version is not None and self.version < owed

    def _show(self, seen: Seen) -> None:
        self.version = seen.version
        frame = frames.snapshot(topic=self.topic.name, version=seen.version, data=seen.data)
        self.client.push(frame, slot=None if self.topic.is_stream else self.topic.name)

    def _keep(self, version: int, frame: str) -> None:
        if not self.topic.is_stream:
            self.early.clear()
        self.early.append((version, frame))
        if len(self.early) > EARLY_FRAMES:
            self.client.end(Code.HISTORY_LOST)
