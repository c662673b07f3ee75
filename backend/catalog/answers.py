"""Answers in this process's memory, ready to be sent, and one maker for all who want the same one at once."""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import NamedTuple, Self

OVERHEAD_BYTES = 500  # of an entry, besides its text


@dataclass(frozen=True)
class Answer:
    """JSON as bytes, and a name for exactly these."""

    body: bytes
    etag: str

    @classmethod
    def of(cls, text: str) -> Self:
        """The answer with this text."""
        body = text.encode()
        return cls(body=body, etag=f'"{hashlib.blake2b(body, digest_size=16).hexdigest()}"')


class _Entry(NamedTuple):
    answer: Answer
    generation: str
    until: float
    size: int


class Answers:
    """The answers used last, by address, as many as fit; one of another generation is as good as none."""

    def __init__(self, *, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, address: str, *, generation: str, now: float) -> Answer | None:
        """What is kept for the address under this generation."""
        with self._lock:
            entry = self._entries.get(address)
            if entry is None or entry.generation != generation or entry.until < now:
                return None
            self._entries.move_to_end(address)
            return entry.answer

    def knows(self, address: str) -> bool:
        """Whether it was asked for lately, be the answer still good or not."""
        return address in self._entries

    def keep(self, address: str, answer: Answer, *, generation: str, until: float) -> None:
        """Keep it for the address, instead of what was; those not used for the longest time give way.

        One that does not fit alone is not kept.
        """
        size = len(address) + len(answer.body) + OVERHEAD_BYTES
        with self._lock:
            self._drop(address)
            if size > self._most_bytes:
                return
            self._entries[address] = _Entry(answer, generation, until, size)
            self._bytes += size
            while self._bytes > self._most_bytes:
                self._drop(next(iter(self._entries)))

    def _drop(self, address: str) -> None:
        entry = self._entries.pop(address, None)
        self._bytes -= entry.size if entry else 0


@dataclass
class _Flight:
    has_landed: threading.Event = field(default_factory=threading.Event)
    answer: Answer | None = None


class Flights:
    """Who wants what another thread is making already waits for it; if that fails, makes it too."""

    def __init__(self) -> None:
        self._running: dict[Hashable, _Flight] = {}

    def join(self, key: Hashable, make: Callable[[], Answer]) -> Answer:
        """What `make` returns, made by one of all who ask for this key now."""
        mine = _Flight()
        running = self._running.setdefault(key, mine)
        if running is mine:
            try:
                mine.answer = make()
            finally:
                del self._running[key]
                mine.has_landed.set()
            return mine.answer
        running.has_landed.wait()
        return running.answer or make()
