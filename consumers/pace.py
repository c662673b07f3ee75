"""How much a client may say on a socket that only speaks to it."""

from consumers.codes import Code

FRAMES_PER_SECOND = 20
BYTES = 4 * 1024


class Pace:
    """Counts frames by the second."""

    def __init__(self) -> None:
        self._since = 0.0
        self._frames = 0

    def judge(self, text: str | None, *, at: float) -> Code | None:
        """What a frame costs the client, mostly nothing. Binary frames have no `text`; `at` is monotonic."""
        if at - self._since >= 1:
            self._since, self._frames = at, 0
        self._frames += 1
        if self._frames > FRAMES_PER_SECOND:
            return Code.TOO_MANY_REQUESTS
        if text is None or len(text.encode()) > BYTES:
            return Code.BAD_REQUEST
        return None
