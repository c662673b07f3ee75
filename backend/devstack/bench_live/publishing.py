"""Tells sockets what the relay would, without the relay: the same script, frames of the same shape.

The relay would tell one SKU four times a second, and what a socket costs is seen best when it is told more.
"""

import json
from datetime import UTC, datetime

import redis

from backend.outbox import wire


class Publisher:
    """Writes to a Valkey that is this run's own, so that made-up versions meet no real ones."""

    def __init__(self, url: str) -> None:
        self._redis = redis.Redis.from_url(url, decode_responses=True)
        # Looks with a connection of its own, whose answers are not counted.
        self._looks = redis.Redis.from_url(url, decode_responses=True)
        self._id = str(self._redis.client_id())

    def tell(self, topic: str, *, version: int, size: int) -> None:
        """One update whose frame has so many bytes, or as few as it takes."""
        pipeline = self._redis.pipeline(transaction=False)
        wire.publish(pipeline, topic=topic, updates=[wire.Entry(version, _frame(topic, version, size))])
        pipeline.execute()

    def bytes_so_far(self) -> int:
        """What this process and all subscribers have exchanged with Valkey."""
        return sum(
            int(client["tot-net-in"]) + int(client["tot-net-out"])
            for client in self._looks.client_list()
            if "P" in client["flags"] or client["id"] == self._id
        )


def _frame(topic: str, version: int, size: int) -> str:
    at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    frame = {"type": "update", "topic": topic, "event": "bench", "version": version, "at": at, "data": ""}
    text = json.dumps(frame, separators=(",", ":"))
    return text[:-2] + "x" * (size - len(text)) + text[-2:]
