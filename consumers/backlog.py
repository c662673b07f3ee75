"""What waits to be written to one client: streams in order, one slot a hot topic, where the newest wins."""

from collections import deque

FRAMES = 256
BYTES = 256 * 1024
MOST_FRAMES = 4 * FRAMES
MOST_BYTES = 4 * BYTES


class Backlog:
    """Bounded by its owner, who asks `is_long` and `is_far_too_long` and ends the client."""

    def __init__(self) -> None:
        self._queue: deque[tuple[str | None, str]] = deque()  # (slot, frame); of a slot only the place counts
        self._slots: dict[str, str] = {}
        self._size = 0

    def add(self, frame: str, *, slot: str | None = None) -> None:
        """Queue the frame; in a slot it takes the place of the one that waits there."""
        self._size += len(frame)
        if slot is None:
            self._queue.append((None, frame))
            return
        waiting = self._slots.get(slot)
        if waiting is None:
            self._queue.append((slot, ""))
        else:
            self._size -= len(waiting)
        self._slots[slot] = frame

    def take(self) -> str | None:
        """The next frame to write; None when nothing waits."""
        if not self._queue:
            return None
        slot, frame = self._queue.popleft()
        if slot is not None:
            frame = self._slots.pop(slot)
        self._size -= len(frame)
        return frame

    def clear(self) -> None:
        """Forget what waits."""
        self._queue.clear()
        self._slots.clear()
        self._size = 0

    def __len__(self) -> int:
        return len(self._queue)

    @property
    def size(self) -> int:
        """Characters that wait; frames are ASCII, so bytes too."""
        return self._size

    @property
    def is_long(self) -> bool:
        """More than a client may leave waiting for long."""
        return len(self._queue) > FRAMES or self._size > BYTES

    @property
    def is_far_too_long(self) -> bool:
        """More than a client may leave waiting at all; one huge frame alone is not its fault."""
        return len(self._queue) > 1 and (len(self._queue) > MOST_FRAMES or self._size > MOST_BYTES)
