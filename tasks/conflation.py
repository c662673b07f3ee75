"""Stock that changes fast is told four times a second a SKU: the first change at once, the newest always."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from backend.outbox import wire

EVERY_SECONDS = 0.25


@dataclass(frozen=True)
class Plan:
    """What is told now, oldest first, and what need not be told any more."""

    told: list[Any]
    superseded: list[Any]


@dataclass
class Conflation:
    """A relay's memory of what it told when. What waits here waits in the outbox too, one event a topic.

    Times are seconds of a clock that never goes back. A relay that takes over remembers nothing, and tells
    at once.
    """

    _told_at: dict[str, float] = field(default_factory=dict)
    _waiting: dict[str, Any] = field(default_factory=dict)

    def plan(self, events: Sequence[Any], *, at: float) -> Plan:
        """Decide about these events, in the order of their ids, and about those that waited."""
        told, superseded = [], []
        newest, self._waiting = self._waiting, {}
        for event in events:
            if wire.kind(event.topic) not in wire.NEWEST_KINDS:
                told.append(event)
                continue
            if event.topic in newest:
                superseded.append(newest[event.topic])
            newest[event.topic] = event
        told += self._due(newest, at)
        return Plan(sorted(told, key=lambda event: event.pk), superseded)

    def waiting_ids(self) -> Collection[int]:
        """Of the events that wait their turn."""
        return [event.pk for event in self._waiting.values()]

    def next_at(self) -> float | None:
        """When the first of them has its turn."""
        return min((self._told_at[topic] + EVERY_SECONDS for topic in self._waiting), default=None)

    def keep(self, led: Collection[int]) -> None:
        """Only these shards are this relay's now: what waits of others is somebody else's to tell."""
        self._waiting = {topic: event for topic, event in self._waiting.items() if event.shard in led}

    def _due(self, newest: dict[str, Any], at: float) -> list[Any]:
        """Those whose topic was not told a moment ago; the others wait."""
        self._told_at = {topic: then for topic, then in self._told_at.items() if at < then + EVERY_SECONDS}
        due = [event for topic, event in newest.items() if topic not in self._told_at]
        self._waiting = {topic: event for topic, event in newest.items() if topic in self._told_at}
        self._told_at |= {event.topic: at for event in due}
        return due
