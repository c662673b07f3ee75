"""What this process's sockets have done since it started: plain numbers, for whoever shows them."""

import time
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)  # seconds
_AT = '"at":"'
_AT_LENGTH = len("2026-11-23T16:00:00.123456Z")


@dataclass
class Delays:
    """A histogram: `counts[n]` are those up to `BOUNDS[n]` and above the bound before; the last, the rest."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    total: float = 0.0

    def add(self, seconds: float, *, times: int) -> None:
        """Seen so many times."""
        self.counts[bisect_left(BOUNDS, seconds)] += times
        self.total += seconds * times


@dataclass
class Counters:
    """Written by the event loop only."""

    opened: Counter[str] = field(default_factory=Counter)  # sockets, by dialect: plain, apps, apps-protobuf
    closed: Counter[int] = field(default_factory=Counter)  # sockets that the shop closed, by code
    recoveries: Counter[str] = field(default_factory=Counter)  # recovered, snapshot, refused
    gaps: Counter[str] = field(default_factory=Counter)  # holes in a topic: healed, lost
    snapshots: int = 0  # looks at the database for a topic, however many clients shared it
    conflated: int = 0  # frames that a newer one of the same SKU replaced before they were written
    delivered: int = 0  # updates handed to clients
    delays: Delays = field(default_factory=Delays)  # commit to socket, by delivered update

    def told(self, frame: str, *, times: int) -> None:
        """An update has been handed to so many clients; it says itself when it was written."""
        if not times:
            return
        self.delivered += times
        start = frame.find(_AT) + len(_AT)
        try:
            at = datetime.fromisoformat(frame[start : start + _AT_LENGTH])
        except ValueError:
            return
        self.delays.add(max(0.0, time.time() - at.timestamp()), times=times)


here = Counters()
