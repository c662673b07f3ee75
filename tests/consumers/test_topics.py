"""Snapshot and stream are joined without a gap and without a double."""

import json

import pytest

from consumers.codes import Code
from consumers.topics import Seen, Subscription, Topic


class Listener:
    """Stands in for a client."""

    def __init__(self) -> None:
        self.frames: list[str] = []
        self.ended: Code | None = None

    def push(self, frame: str, *, slot: str | None = None) -> None:
        self.frames.append(frame)

    def end(self, code: Code) -> None:
        self.ended = code


def place(*, is_stream: bool) -> tuple[Listener, Subscription]:
    listener = Listener()
    return listener, Subscription(listener, Topic("t", lambda topics: {}, is_stream))


def hear(subscription, *versions):
    for version in versions:
        subscription.take(version=version, frame=f"update {version}")


def snapshot(version):
    return json.dumps(
        {"type": "snapshot", "topic": "t", "version": version, "data": None}, separators=(",", ":")
    )


def test_what_came_while_the_snapshot_was_read_follows_it():
    listener, subscription = place(is_stream=True)
    hear(subscription, 3, 4, 5)
    subscription.join(Seen(4, None))
    hear(subscription, 6)

    assert listener.frames == [snapshot(4), "update 5", "update 6"]


def test_a_repeat_is_dropped_and_a_hole_ends_the_client():
    listener, subscription = place(is_stream=True)
    subscription.join(Seen(4, None))
    hear(subscription, 3, 4, 5, 5)
    assert (listener.frames, listener.ended) == ([snapshot(4), "update 5"], None)

    hear(subscription, 7)

    assert listener.ended is Code.HISTORY_LOST
    assert listener.frames[-1] == "update 5"


def test_stock_may_skip_versions():
    listener, subscription = place(is_stream=False)
    subscription.join(Seen(4, None))
    hear(subscription, 9, 8, 12)

    assert listener.frames == [snapshot(4), "update 9", "update 12"]
    assert listener.ended is None


def test_stock_that_moved_unheard_is_shown_anew():
    listener, subscription = place(is_stream=False)
    subscription.join(Seen(4, None))
    for version in (4, 6):
        subscription.catch_up(Seen(version, None), at=0)

    assert listener.frames == [snapshot(4), snapshot(6)]


@pytest.mark.parametrize(("heard", "is_overdue"), [((5, 6), False), ((5,), True), ((), True)])
def test_a_stream_is_owed_what_happened_unheard(heard, is_overdue):
    listener, subscription = place(is_stream=True)
    subscription.join(Seen(4, None))
    subscription.catch_up(Seen(6, None), at=10)
    assert not subscription.is_overdue(at=9)

    hear(subscription, *heard)

    assert subscription.is_overdue(at=10) is is_overdue
    assert listener.ended is None
