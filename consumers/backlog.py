"""What waits to be written to one client: streams in order, one slot a hot topic, where the newest wins."""

from collections import deque

from consumers.counters import here
from consumers.outgoing import Outgoing, joined

FRAMES = 256
BYTES = 256 * 1024
MOST_FRAMES = 4 * FRAMES
MOST_BYTES = 4 * BYTES
JOINED_BYTES = 16 * 1024


class Backlog:
    """Bounded by its owner, who asks `is_long` and `is_far_too_long` and ends the client."""

    __slots__ = ("_queue", "_size", "_slots")

    def __init__(self) -> None:
        # (slot, text), of a slot only the place counts. Both are made when they are needed: an empty deque
        # is as large as all the rest of a client, and mostly nothing waits.
        self._queue: deque[tuple[str | None, Outgoing | None]] | None = None
        self._slots: dict[str, Outgoing] | None = None
        self._size = 0

    def add(self, out: Outgoing, *, slot: str | None = None) -> None:
        """Queue the text; in a slot it takes the place of the one that waits there."""
        if self._queue is None or self._slots is None:
            self._queue, self._slots = deque(), {}
        self._size += len(out.content)
        if slot is None:
            self._queue.append((None, out))
            return
        waiting = self._slots.get(slot)
        if waiting is None:
            self._queue.append((slot, None))
        else:
            self._size -= len(waiting.content)
            here.conflated += 1
        self._slots[slot] = out

    def take(self) -> Outgoing | None:
        """The next text to write; None when nothing waits."""
        if not self._queue:
            return None
        slot, out = self._queue.popleft()
        if slot is not None and self._slots is not None:
            out = self._slots.pop(slot)
        assert out is not None
        self._size -= len(out.content)
        return out

    def take_joined(self) -> Outgoing | None:
        """As many as fit into one frame of 16 KiB; one that is larger goes alone."""
        first = self.take()
        if first is None or not self._queue:
            return first
        parts, size = [first], len(first.content)
        while self._queue and size + 1 + self._next_size() <= JOINED_BYTES:
            out = self.take()
            assert out is not None
            parts.append(out)
            size += 1 + len(out.content)
        return first if len(parts) == 1 else joined(parts)

    def drop(self, slot: str) -> None:
        """Forget what waits in the slot."""
        if self._queue and self._slots and slot in self._slots:
            self._size -= len(self._slots.pop(slot).content)
            self._queue.remove((slot, None))

    def clear(self) -> None:
        """Forget what waits."""
        self._queue = self._slots = None
        self._size = 0

    def _next_size(self) -> int:
        assert self._queue is not None
        slot, out = self._queue[0]
        if slot is not None and self._slots is not None:
            out = self._slots[slot]
        return len(out.content) if out is not None else 0

    def __len__(self) -> int:
        return len(self._queue) if self._queue is not None else 0

    @property
    def size(self) -> int:
        """Characters that wait; frames are ASCII, so bytes too."""
        return self._size

    @property
    def is_long(self) -> bool:
        """More than a client may leave waiting for long."""
        return len(self) > FRAMES or self._size > BYTES

    @property
    def is_far_too_long(self) -> bool:
        """More than a client may leave waiting at all; one huge frame alone is not its fault."""
        return len(self) > 1 and (len(self) > MOST_FRAMES or self._size > MOST_BYTES)
