"""What a client was told, held against what it had been promised; whoever told it, over whichever server."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from itertools import pairwise
from typing import Any, NamedTuple

from backend.outbox import wire

Told = dict[str, Any]


class Heard(NamedTuple):
    """One frame; plain sockets do not learn the epoch."""

    topic: str
    version: int
    is_snapshot: bool
    data: Any
    epoch: str = ""


def by_sdk(events: Iterable[Told]) -> list[Heard]:
    """What a published client handed to its app: each subscription's state, then its publications."""
    heard, epochs = [], {}
    for event in events:
        topic = event.get("channel", "")
        if event["event"] == "subscribed":
            position = event["streamPosition"]
            if event["recovered"]:
                assert position["epoch"] == epochs[topic], "recovered from another history"
                assert not event.get("data"), "recovered, and yet shown anew"
            else:
                heard.append(_heard(topic, position["offset"], event["data"], position["epoch"]))
            epochs[topic] = position["epoch"]
        elif event["event"] == "publication":
            heard.append(_heard(topic, event["offset"], event["data"], epochs[topic]))
    return heard


def by_socket(frames: Iterable[Told]) -> list[Heard]:
    """What one plain socket brought; each of a client's sockets is checked by itself."""
    return [_heard(frame["topic"], frame["version"], frame) for frame in frames]


def check(heard: Iterable[Heard], *, topics: Collection[str]) -> None:
    """No gap that a snapshot does not close, nothing twice, nothing of somebody else's."""
    for topic, frames in _by_topic(heard).items():
        assert topic in topics, f"{topic} is none of its business"
        assert frames[0].is_snapshot, f"{topic} began without a state"
        for before, frame in pairwise(frames):
            story = f"{topic}: {before.version} {before.epoch}, then {frame.version} {frame.epoch}"
            if frame.is_snapshot:
                assert frame.version >= before.version, story
            elif wire.is_stream(topic):
                assert (frame.version, frame.epoch) == (before.version + 1, before.epoch), story
            else:
                assert frame.version > before.version, story


def newest(heard: Iterable[Heard], topic: str) -> Heard | None:
    """How the topic stands for whoever heard this."""
    return next((one for one in reversed(list(heard)) if one.topic == topic), None)


def _heard(topic: str, version: int, frame: Told, epoch: str = "") -> Heard:
    assert (frame["topic"], frame["version"]) == (topic, version), "the frame is of another topic or version"
    return Heard(topic, version, frame["type"] == "snapshot", frame["data"], epoch)


def _by_topic(heard: Iterable[Heard]) -> dict[str, list[Heard]]:
    topics = defaultdict(list)
    for one in heard:
        topics[one.topic].append(one)
    return topics
