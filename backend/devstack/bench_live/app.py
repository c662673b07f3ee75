"""An app at its socket: subscribes in its first frame, counts what it is told, asks for what it missed."""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from backend.devstack.bench.socket_protocol import Socket
from backend.devstack.bench_live import faults
from backend.outbox import wire


@dataclass(frozen=True)
class Told:
    """How one channel's subscribe was answered: how far the app has come by it, and over what."""

    epoch: str
    version: int
    is_recovered: bool
    missed: tuple[int, ...]  # versions of the publications that came with it


class App(Socket):
    """`told` has the answers by channel, `versions` how far it has come since; `on_ready` is called once,

    when all answers are there.
    """

    def __init__(self, *, token: str, since: Mapping[str, Told | None], on_ready: Callable[[], None]) -> None:
        """`since` has each channel wanted, and where the app left it if it wants to go on from there."""
        super().__init__(path="/ws/", on_frame=lambda *_: None)
        self.told: dict[str, Told] = {}
        self.versions: dict[str, int] = {}
        self.faults: Counter[str] = Counter()
        self._channels = list(since)
        commands = [
            {"connect": {"token": token}},
            *({"subscribe": _subscribe(one, told)} for one, told in since.items()),
        ]
        lines = (json.dumps({"id": number, **command}) for number, command in enumerate(commands, 1))
        self._first = "\n".join(lines)
        self._on_ready = on_ready

    def _open(self) -> bool:
        is_open = super()._open()
        if is_open:
            self.send(self._first)
        return is_open

    def _take(self, opcode: int, payload: bytes) -> None:
        super()._take(opcode, payload)
        for line in payload.split(b"\n"):
            if line == b"{}":
                self.send("{}")
            elif line.startswith(b'{"id":'):
                self._answered(json.loads(line))
            elif line.startswith(b'{"push":'):
                self._pushed(json.loads(line)["push"])

    def _answered(self, reply: dict[str, Any]) -> None:
        if "error" in reply:
            self.failure = str(reply)
        elif "subscribe" in reply:
            channel = self._channels[reply["id"] - 2]
            self.told[channel] = told = _told(reply["subscribe"])
            self.versions[channel] = told.version
            if len(self.told) == len(self._channels):
                self._on_ready()

    def _pushed(self, push: dict[str, Any]) -> None:
        """News; anything else is the end of a topic, or of the connection."""
        if "pub" not in push:
            self.failure = str(push)
            return
        channel, version = push["channel"], push["pub"]["offset"]
        step = version - self.versions[channel]
        faults.judge(self.faults, step, is_stream=wire.is_stream(channel))
        self.versions[channel] = version


def _subscribe(channel: str, told: Told | None) -> dict[str, Any]:
    if told is None:
        return {"channel": channel}
    return {"channel": channel, "recover": True, "epoch": told.epoch, "offset": told.version}


def _told(answer: dict[str, Any]) -> Told:
    """Raises KeyError for an answer that is neither a snapshot nor what was missed."""
    is_recovered = answer.get("recovered", False)
    missed = tuple(publication["offset"] for publication in answer.get("publications", ()))
    if not is_recovered:
        assert answer["data"]["type"] == "snapshot"
    return Told(answer["epoch"], max((answer["offset"], *missed)), is_recovered, missed)
