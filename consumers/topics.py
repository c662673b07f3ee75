"""A topic as this process knows it: who listens, and up to which version each has come."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from consumers.client import Client
from consumers.counters import here
from consumers.news import Seen, Update

EARLY_FRAMES = 1000

# Asks the database about topics; called in a thread. A topic that is gone is left out.
Look = Callable[[Sequence[str]], Mapping[str, Seen]]


@dataclass(frozen=True)
class Watch:
    """What one socket is about: its topics, and how to look at them."""

    topics: Sequence[str]
    look: Look
    is_stream: bool


@dataclass(eq=False, slots=True)
class Topic:
    """Listened to by at least one client. A stream skips no version; of the others the newest counts.

    `version` is what all who are joined have come to. Updates wait in `early` while somebody is still being
    joined, and when there is a hole before them.
    """

    name: str
    look: Look
    is_stream: bool
    places: "set[Place]" = field(default_factory=set)
    version: int | None = None
    joining: int = 0
    early: dict[int, Update] = field(default_factory=dict)

    def hear(self, update: Update) -> bool:
        """Hand on an update, or keep it until it can be; whether it fits on what was heard before."""
        if self.version is None:
            self._keep(update)
            return True
        return self._advance(update)

    def admit(self, place: "Place", version: int) -> bool:
        """The place has come to `version` and goes on from there; whether that is without a hole."""
        place.version = version
        self.joining -= 1
        if self.version is None or version < self.version:
            self.version = version
        return self.resume()

    def resume(self) -> bool:
        """Hand on what waits and now fits; whether nothing waits behind a hole."""
        fits = all(self._advance(self.early[version]) for version in sorted(self.early))
        self.tidy()
        return fits

    def tidy(self) -> None:
        """Forget what nobody needs any more."""
        if not self.joining and self.version is not None:
            for version in [version for version in self.early if version <= self.version]:
                del self.early[version]

    def show(self, seen: Seen) -> None:
        """Bring everybody to how it stands now; for topics of which only the newest counts."""
        for place in tuple(self.places):
            place.show(seen)
        self.version = max(self.version or 0, seen.version)
        self.tidy()

    def _advance(self, update: Update) -> bool:
        assert self.version is not None
        if update.version <= self.version:
            if self.joining and self.is_stream:  # somebody who is joining may not have it yet
                self._keep(update)
            return True
        if self.is_stream and update.version > self.version + 1:
            self._keep(update)
            return False
        self.version = update.version
        if self.joining:
            self._keep(update)
        told = 0
        for place in tuple(self.places):
            told += place.take(update)
        here.told(update.frame, times=told)
        return True

    def _keep(self, update: Update) -> None:
        if not self.is_stream:
            self.early.clear()
        self.early[update.version] = update


@dataclass(eq=False, slots=True)
class Place:
    """One client's place in one topic; without a version it is not joined yet."""

    client: Client
    topic: Topic
    version: int | None = None
    era: int = 0  # of the sources, when it was reserved

    def take(self, update: Update) -> bool:
        """Send an update that is new to the client."""
        if self.version is None or update.version <= self.version:
            return False
        self.version = update.version
        client = self.client
        client.push(client.dialect.update(update), slot=None if self.topic.is_stream else self.topic.name)
        return True

    def show(self, seen: Seen) -> None:
        """Send how the topic stands, if that is new to the client."""
        if self.version is not None and seen.version > self.version:
            self.version = seen.version
            slot = None if self.topic.is_stream else self.topic.name
            self.client.push(self.client.dialect.snapshot(seen), slot=slot)
