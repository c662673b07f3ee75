"""What is told of a topic: an update as the relay made it, or how it stands in the database."""

from functools import cached_property
from typing import Any

from consumers import as_json, as_protobuf, frames
from consumers.outgoing import Outgoing


class _Told:
    """In each dialect made once, however many hear it."""

    topic: str
    version: int
    frame: Any

    @cached_property
    def plain(self) -> Outgoing:
        return Outgoing(self.frame)

    @cached_property
    def push(self) -> Outgoing:
        return Outgoing(as_json.publication(topic=self.topic, version=self.version, frame=self.frame))

    @cached_property
    def packed(self) -> Outgoing:
        return Outgoing(as_protobuf.publication(topic=self.topic, version=self.version, frame=self.frame))


class Update(_Told):
    """A change, with the frame that the relay made."""

    def __init__(self, topic: str, version: int, frame: str) -> None:
        self.topic = topic
        self.version = version
        self.frame = frame


class Seen(_Told):
    """How a topic stands in the database, and the version of exactly that."""

    def __init__(self, topic: str, version: int, data: Any) -> None:
        self.topic = topic
        self.version = version
        self._data = data

    @cached_property
    def frame(self) -> str:
        return frames.snapshot(topic=self.topic, version=self.version, data=self._data)
