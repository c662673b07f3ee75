"""How much a client may say."""

from consumers.codes import Code


class Pace:
    """Counts by the second."""

    __slots__ = ("_count", "_frames", "_since", "_size")

    def __init__(self, *, frames: int, size: int) -> None:
        """`frames` (or commands) a second, none of more than `size` bytes."""
        self._frames, self._size = frames, size
        self._since = 0.0
        self._count = 0

    def judge(self, said: str | bytes | None, *, at: float, times: int = 1) -> Code | None:
        """What a frame costs the client, mostly nothing. `at` is monotonic."""
        if at - self._since >= 1:
            self._since, self._count = at, 0
        self._count += times
        if self._count > self._frames:
            return Code.TOO_MANY_REQUESTS
        if said is None or _bytes(said) > self._size:
            return Code.BAD_REQUEST
        return None


class Allowance:
    """What a client may do much of at once, if it does so seldom."""

    __slots__ = ("_at", "_left", "_most", "_per_second")

    def __init__(self, *, most: int, per_second: float) -> None:
        self._most, self._per_second = most, per_second
        self._left, self._at = float(most), 0.0

    def take(self, number: int, *, at: float) -> int:
        """How many of them are allowed. `at` is monotonic."""
        if number:
            self._left = min(float(self._most), self._left + (at - self._at) * self._per_second)
            self._at = at
        taken = min(number, int(self._left))
        self._left -= taken
        return taken


def _bytes(said: str | bytes) -> int:
    return len(said.encode()) if isinstance(said, str) else len(said)
